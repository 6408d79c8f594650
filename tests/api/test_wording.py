"""What is wrong with a field of a request is said in the portal's words, naming the field and the rule."""

from __future__ import annotations

import pytest
from rest_framework import serializers

from cqrs_portal.api.wording import in_our_words
from operations.api import StrictSerializer


class Everything(StrictSerializer):
    text = serializers.CharField(min_length=2, max_length=3)
    whole = serializers.IntegerField(min_value=1, max_value=5)
    number = serializers.DecimalField(max_digits=4, decimal_places=2)
    day = serializers.DateField()
    truth = serializers.BooleanField()
    choice = serializers.ChoiceField(["a", "b"])
    rows = serializers.ListField(child=serializers.CharField(), min_length=1, max_length=2)
    names = serializers.DictField()


RIGHT = {
    "text": "ab", "whole": 3, "number": "1.25", "day": "2021-11-30", "truth": True, "choice": "a", "rows": ["x"],
    "names": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "sent", "sentence"),
    [
        ("text", None, "text must be given."),
        ("text", "", "text must be given."),
        ("text", "a", "text must be 2 characters or more."),
        ("text", "abcd", "text must be 3 characters or fewer."),
        ("text", [], "text must be text."),
        ("text", "a\0", "text must be text, without NUL."),
        ("whole", "x", "whole must be a whole number."),
        ("whole", 0, "whole must be 1 or more."),
        ("whole", 6, "whole must be 5 or less."),
        ("whole", "9" * 2000, "whole must be a number of fewer digits."),
        ("number", "x", "number must be a number."),
        ("number", "1.255", "number must have 2 decimal places or fewer."),
        ("number", "123.5", "number must have 2 digits or fewer before the decimal point."),
        ("day", "30/11/2021", "day must be a date that there is, as 2021-11-30."),
        ("truth", "perhaps", "truth must be true or false."),
        ("choice", "c", 'choice must be one of those that there are: "c" is none.'),
        ("rows", [], "rows must have at least 1."),
        ("rows", ["x"] * 3, "rows must have 2 or fewer."),
        ("rows", "x", "rows must be a list."),
        ("names", "x", "names must be an object, with names."),
    ],
)
def test_what_a_field_must_be_is_said(field, sent, sentence):
    read = Everything(data={**RIGHT, field: sent})

    assert not read.is_valid()
    assert [in_our_words(str(said), field) for said in read.errors[field]] == [sentence]


def test_what_is_missing_is_said():
    read = Everything(data={})

    assert not read.is_valid()
    assert {in_our_words(str(said), name) for name in read.errors for said in read.errors[name]} == {
        f"{name} must be given." for name in RIGHT
    }


def test_a_sentence_of_the_portal_stays_as_it_is():
    assert (
        in_our_words("The end date is before the start date.", "end_date") == "The end date is before the start date."
    )
