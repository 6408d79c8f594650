"""Whatever a form's field refuses is said in the portal's words: which field, what was given, and the rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core import validators
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import fields as of_django
from django.forms.models import InlineForeignKeyField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ui.forms import PortalForm
from ui.refusals import WORDS, in_our_words

NEEDS: dict[type[forms.Field], dict[str, Any]] = {
    forms.ComboField: {"fields": []},
    forms.MultiValueField: {"fields": [forms.CharField()]},
    forms.RegexField: {"regex": "^a$"},
    forms.URLField: {"assume_scheme": "https"},
}
PARAMS = {
    "value": "x\0" * 100, "limit_value": 5, "show_value": 7, "max": 5, "length": 7, "offset": 0,
    "allowed_extensions": "csv", "extension": "exe", "min_length": 5, "max_length": 5, "pk": "9",
}  # fmt: skip


def _kinds() -> Iterator[type[forms.Field]]:
    """Every kind of field that there is."""
    known = [forms.Field]
    for each in known:
        known += each.__subclasses__()
    needs_rows = {InlineForeignKeyField}
    yield from {each for each in known if each.__module__.startswith("django.forms")} - needs_rows


def _refusals() -> Iterator[Any]:
    """(kind, code, what the framework says) of every kind of field, and of every validator."""
    for kind in sorted(_kinds(), key=lambda each: each.__name__):
        for each in kind.__mro__:
            for code, said in vars(each).get("default_error_messages", {}).items():
                yield pytest.param(kind, code, said, id=f"{kind.__name__}-{code}")
    for name, each in vars(validators).items():
        if isinstance(each, type) and isinstance(getattr(each, "message", None), Promise):
            yield pytest.param(forms.CharField, each.code, each.message, id=f"{name}-{each.code}")
    for code, said in validators.DecimalValidator.messages.items():
        yield pytest.param(forms.DecimalField, code, said, id=f"DecimalValidator-{code}")


@pytest.mark.parametrize(("kind", "code", "said"), list(_refusals()))
def test_every_refusal_of_the_framework_is_worded_anew(kind: type[forms.Field], code: str, said: Any) -> None:
    field = forms.ChoiceField() if issubclass(kind, forms.ChoiceField) else kind(**NEEDS.get(kind, {}))
    theirs = ValidationError(said, code=code, params=PARAMS)

    (ours,) = in_our_words(theirs, field, "End date", "x\0" * 100).messages

    assert re.search("end date", ours, re.IGNORECASE)
    assert "\0" not in ours
    assert len(ours) < 200
    assert ours not in theirs.messages
    assert not re.match("Ensure|Enter a |This |Null|Please|No file|The submitted|Upload a valid", ours)


def test_every_code_has_its_sentence() -> None:
    codes = {param.values[1] for param in _refusals()}

    assert codes - set(WORDS) == set()


class Everything(PortalForm):
    """One field of each kind that people meet."""

    name = forms.CharField(max_length=5, min_length=2)
    notes = forms.CharField(label="Submission notes", max_length=5)
    whole = forms.IntegerField(min_value=1, max_value=9)
    number = forms.DecimalField(max_digits=4, decimal_places=2)
    day = forms.DateField()
    email = forms.EmailField()
    service = forms.ChoiceField(choices=[("1", "One")])
    rows = forms.MultipleChoiceField(choices=[("1", "One")])
    secret = forms.CharField(max_length=5, widget=forms.PasswordInput)
    file = forms.FileField(max_length=5)
    agreed = forms.BooleanField()


@pytest.mark.parametrize(
    ("field", "sent", "sentence"),
    [
        ("name", "", "Enter name."),
        ("name", "a", "Name must be 2 characters or more: it is 1."),
        ("name", "Portland", "Name must be 5 characters or fewer: it is 8."),
        ("name", "a\0b", "Name must be text without invisible characters: 'a\ufffdb' has one."),
        ("notes", "too many", "Submission notes must be 5 characters or fewer: they are 8."),
        ("whole", "x" * 100, f"Whole must be a whole number: '{'x' * 39}\u2026' is not."),
        ("whole", "0", "Whole must be 1 or more: '0' is not."),
        ("whole", "10", "Whole must be 9 or less: '10' is not."),
        ("number", "1.234", "Number must have 2 decimal places or fewer: '1.234' has more."),
        ("number", "12345", "Number must have 4 digits or fewer: '12345' has more."),
        ("day", "31/02/2021", "Day must be a real date, such as 31/10/2021: '31/02/2021' is not."),
        ("email", "nobody", "Email must be an address, such as name@example.nhs.uk: 'nobody' is not."),
        ("service", "9", "Service must be one of those offered: '9' is not."),
        ("rows", ["1", "<b>"], "Rows must be one of those offered: '<b>' is not."),
        ("secret", "open sesame", "Secret must be 5 characters or fewer: it is 11."),
        ("agreed", "", "Tick the box: Agreed."),
    ],
)
def test_a_form_names_field_value_and_rule(field: str, sent: object, sentence: str) -> None:
    assert sentence in Everything({field: sent}).errors[field]


def test_a_file_is_refused_by_its_name_and_what_is_in_it() -> None:
    empty = Everything({}, {"file": SimpleUploadedFile("a.csv", b"")})
    long = Everything({}, {"file": SimpleUploadedFile("lists.csv", b"x")})

    assert empty.errors["file"] == ["File must have something in it: this file is empty."]
    assert long.errors["file"] == ["The name of file must be 5 characters or fewer: it is 9."]


def test_what_a_form_says_itself_stays_as_it_is() -> None:
    form = Everything({})
    form.add_error("name", "Name 100% taken.")
    form.add_error(None, "Nothing was saved.")

    assert "Name 100% taken." in form.errors["name"]
    assert form.non_field_errors() == ["Nothing was saved."]


def test_what_the_sign_in_refuses_for_a_reason_of_its_own_keeps_its_reason() -> None:
    theirs = ValidationError(gettext_lazy("Too many failed login attempts. Try again later."), code="too_many")

    assert in_our_words(theirs, forms.CharField(), "Code", "123456") is theirs


def test_a_field_that_a_form_adds_is_named_too() -> None:
    class Added(PortalForm):
        def __init__(self, data: object) -> None:
            super().__init__(data)
            self.fields["start_1"] = of_django.CharField(label="Start date of V37647")

    assert Added({}).errors["start_1"] == ["Enter start date of V37647."]
