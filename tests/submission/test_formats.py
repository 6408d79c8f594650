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
        ("count", "3 7"), ("count", "3\u00a07"), ("count", "\u0663\u0667"), ("count", "\uff13\uff17"),
        ("count", "1_000"), ("money", "3 7"), ("money", "\u0663"), ("money", "1,2,3"), ("money", "9" * 5000),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_by_name(kind, given):
    with pytest.raises(Unreadable, match=r"^Field must be "):
        read_value(kind, "Field", given)


LONG = "9" * 5000


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (LONG, "Field must be 99,999,999 or less: it has 5,000 digits."),
        ("-" + LONG, "Field must be 0 or more: it has 5,000 digits."),
        (10**4999, "Field must be 99,999,999 or less: it has 5,000 digits."),
        (-(10**4999), "Field must be 0 or more: it has 5,000 digits."),
        (100_000_000, "Field must be 99,999,999 or less: it is 100,000,000."),
        ("x" * 5000, f"Field must be a whole number: '{'x' * 39}\u2026' is not one."),
    ],
    ids=["long", "long and negative", "sent", "sent and negative", "too many", "no number"],
)  # fmt: skip
def test_a_number_of_thousands_of_digits_is_refused_without_being_repeated(given, sentence):
    with pytest.raises(Unreadable) as refused:
        read_value("count", "Field", given)

    assert str(refused.value) == sentence


def test_zeros_before_a_number_are_not_its_length():
    assert read_value("count", "Field", "0" * 5000 + "37") == 37


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
