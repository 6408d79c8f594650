"""Values of fields: read from what was typed or sent, and put into words. Each refusal names field, value, rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from ui.wording import MOST_DIGITS, brief, digits_told, long_date, money, number

Value = int | bool | str
"""A whole number, yes or no, a day as 2021-11-30 or pounds as "12.50"."""

Path = tuple[str, ...]
"""(group, field) or (group, indicator, field)."""

WHOLE_NUMBERS = frozenset({"numerator", "denominator", "register", "count"})
LARGEST = 99_999_999
POUNDS_DIGITS = 10
DIGITS = "[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+"
WHOLE = re.compile(rf"(?P<minus>[-\u2212])?(?P<digits>{DIGITS})")
POUNDS = re.compile(rf"£?(?P<pounds>{DIGITS})(?P<pence>\.[0-9]{{1,2}})?")


class Unreadable(ValueError):
    """A value that its field cannot hold; the message is the sentence to say."""


def read_value(kind: str, label: str, given: Any) -> Value:
    """The value of a field of this kind. Takes text as people type it, or the types an API sends.

    Raises Unreadable, with a sentence naming field, value and rule.
    """
    if kind in WHOLE_NUMBERS:
        return _whole(label, given)
    readers: dict[str, Callable[[str, Any], Value]] = {"yes_no": _yes_no, "date": _day, "money": _pounds}
    return readers[kind](label, given)


def worded(kind: str, value: Value | None) -> str:
    """A value as people read it: `12,055`, `Yes`, `30 November 2021`, `£12.50`; empty for none."""
    if value is None:
        return ""
    if kind == "yes_no":
        return "Yes" if value else "No"
    if kind == "date":
        return long_date(date.fromisoformat(str(value)))
    return money(Decimal(str(value))) if kind == "money" else number(int(value))


def nothing(kind: str) -> Value | None:
    """What a nil return says in a field of this kind; None where nothing can be said, as of a day."""
    said: dict[str, Value] = {"yes_no": False, "money": "0.00"}
    return 0 if kind in WHOLE_NUMBERS else said.get(kind)


def _whole(label: str, given: Any) -> int:
    """Its length is judged before it is made a number: of thousands of digits Python makes none, and shows none."""
    value, digits = given, 0
    if isinstance(given, bool) or not isinstance(given, int):
        typed = WHOLE.fullmatch(str(given).strip())
        if isinstance(given, bool) or typed is None:
            raise Unreadable(f"{label} must be a whole number: '{brief(given)}' is not one.")
        text = typed["digits"].replace(",", "").lstrip("0") or "0"
        digits = len(text)
        value = int(text[:MOST_DIGITS]) * (-1 if typed["minus"] else 1)
    if value < 0:
        raise Unreadable(f"{label} must be 0 or more: {digits_told(value, digits)}.")
    if value > LARGEST or digits > MOST_DIGITS:
        raise Unreadable(f"{label} must be {number(LARGEST)} or less: {digits_told(value, digits)}.")
    return int(value)


def _yes_no(label: str, given: Any) -> bool:
    said = {"yes": True, "no": False, "true": True, "false": False}.get(str(given).strip().lower())
    if said is None:
        raise Unreadable(f"{label} must be yes or no: '{brief(given)}' is neither.")
    return said


def _day(label: str, given: Any) -> str:
    try:
        return (given if isinstance(given, date) else date.fromisoformat(str(given).strip())).isoformat()
    except ValueError:
        raise Unreadable(f"{label} must be a real date, such as 2021-10-31: '{brief(given)}' is not one.") from None


def _pounds(label: str, given: Any) -> str:
    typed = POUNDS.fullmatch(str(given).strip())
    pounds = typed["pounds"].replace(",", "") if typed else ""
    if typed is None or len(pounds) > POUNDS_DIGITS:
        raise Unreadable(f"{label} must be an amount in pounds, such as 1234.56: '{brief(given)}' is not one.")
    return str(Decimal(pounds + (typed["pence"] or "")).quantize(Decimal("0.01")))
