from __future__ import annotations

from datetime import date

import pytest

from submission.formats import Unreadable, nothing, read_value, worded


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("count", "1,234", 1234),
        ("numerator", 0, 0),
        ("register", " 12 ", 12),
        ("yes_no", True, True),
        ("yes_no", "No", False),
        ("date", "2021-11-30", "2021-11-30"),
        ("date", date(2021, 11, 30), "2021-11-30"),
        ("money", "£1,234.5", "1234.50"),
        ("money", "0", "0.00"),
    ],
)
def test_values_are_read_as_they_are_typed_or_sent(kind, given, value):
    assert read_value(kind, "Field", given) == value


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("count", "1.0"), ("count", ""), ("count", "1,23"), ("count", -1), ("count", False), ("count", 1.5),
        ("yes_no", "perhaps"), ("date", "30/11/2021"), ("date", "2021-02-30"), ("money", "-1"), ("money", "1.234"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_by_name(kind, given):
    with pytest.raises(Unreadable, match=r"^Field must be "):
        read_value(kind, "Field", given)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("count", 12055, "12,055"),
        ("yes_no", False, "No"),
        ("date", "2021-11-30", "30 November 2021"),
        ("money", "1234.50", "£1,234.50"),
        ("count", None, ""),
    ],
)
def test_values_are_put_into_words(kind, value, words):
    assert worded(kind, value) == words


def test_a_nil_return_says_nothing_of_a_day():
    assert (nothing("count"), nothing("yes_no"), nothing("money"), nothing("date")) == (0, False, "0.00", None)
