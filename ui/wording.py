"""How money, dates and counts are worded: one place, for templates and for sentences made in Python.

Every function gives plain text; `None` becomes the empty string, so that an open end date stays an empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from core.clock import LONDON

MINUS = "\u2212"
DASH = "\u2013"
PENNY = Decimal("0.01")
AMOUNT = re.compile(rf"[{MINUS}-]?£\d[\d,]*(?:\.\d+)?")


def money(amount: Decimal | int | None) -> str:
    """Pounds to the penny: `£1,234.56`, negative `−£12.00` with a true minus sign.

    Refuses floats (TypeError) and amounts finer than a penny (ValueError): what is shown is what is paid,
    and rounding belongs to the calculation.
    """
    if amount is None:
        return ""
    if isinstance(amount, float):
        raise TypeError("Money is Decimal pounds, never a float.")
    pounds = Decimal(amount)
    if pounds != pounds.quantize(PENNY):
        raise ValueError(f"{amount} is finer than a penny: round it in the calculation.")
    return f"{MINUS if pounds < 0 else ''}£{abs(pounds):,.2f}"


def number(value: Decimal | int | None) -> str:
    """`12,055`; decimals are kept as they are: `4,060.75`; negative with a true minus sign."""
    if value is None:
        return ""
    return f"{value:,}".replace("-", MINUS)


MOST_DIGITS = 15


def digits_told(value: Decimal | int, digits: int = 0) -> str:
    """ "it is 12,055"; of a number too long to be shown, "it has 5,000 digits". `digits` is how many were typed, where
    the value is only their beginning."""
    if digits <= MOST_DIGITS and abs(value) < 10**MOST_DIGITS:
        return f"it is {number(value)}"
    return f"it has {digits or Decimal(value).adjusted() + 1:,} digits"


def too_long(name: str, most: int, length: int) -> str:
    """What is said of a text that is too long, wherever it is given."""
    return f"{name} must be {most:,} characters or fewer: {_it_is(name)} {length:,}."


def too_short(name: str, least: int, length: int) -> str:
    return f"{name} must be {least:,} characters or more: {_it_is(name)} {length:,}."


def _it_is(name: str) -> str:
    return "they are" if re.search(r"\bnotes\b", name, re.IGNORECASE) else "it is"


UNSEEN = "\ufffd"


def brief(given: object, length: int = 40) -> str:
    """What was typed, as a sentence quotes it: of what is long, the beginning; what cannot be seen as a mark."""
    text = "".join(each if each.isprintable() else UNSEEN for each in str(given)[: length + 1])
    return text if len(text) <= length else f"{text[: length - 1]}\u2026"


def whole(value: Decimal) -> Decimal | int:
    """12055 for 12055.00; parts are kept as they are: 4060.75."""
    return int(value) if value == value.to_integral_value() else value.normalize()


def figure(value: Decimal) -> str:
    """`12,055` for 12055.00, `4,060.75`."""
    return number(whole(value))


def long_date(day: date | None) -> str:
    """`31 October 2021`."""
    return f"{day.day} {day:%B %Y}" if day else ""


def dense_date(day: date | None) -> str:
    """`31/10/2021`, for dense tables and messages that quote what was typed."""
    return f"{day:%d/%m/%Y}" if day else ""


def moment(at: datetime | None) -> str:
    """`9 December 2021, 14:02`, in London."""
    if at is None:
        return ""
    local = at.astimezone(LONDON)
    return f"{long_date(local)}, {local:%H:%M}"


def dense_moment(at: datetime | None) -> str:
    """`09/12/2021 14:02`, in London."""
    return f"{at.astimezone(LONDON):%d/%m/%Y %H:%M}" if at else ""


def month(day: date | None) -> str:
    """`October 2021`."""
    return f"{day:%B %Y}" if day else ""


def period(start: date | None, end: date | None) -> str:
    """`01/10/2021 - 31/10/2021`, both days included; an open end is left empty: `01/10/2021 -`."""
    return f"{dense_date(start)} - {dense_date(end)}".strip()


def count(how_many: int, noun: str, plural: str = "") -> str:
    """`1 achievement`, `412 achievements`; `plural` where an s does not make it."""
    return f"{how_many:,} {noun if how_many == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], joiner: str = "and") -> str:
    """`A`, `A and B`, `A, B and C`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joiner} {names[-1]}"


def first_of(names: Sequence[str], how_many: int) -> str:
    """`A`, `A, B and 3 others`: the first of so many."""
    others = how_many - len(names)
    return listed([*names, count(others, "other")] if others > 0 else names)


def as_sentence(said: str) -> str:
    """What somebody typed, with a full stop where it has no end of its own, so that another sentence can follow."""
    return said if not said or said.endswith((".", "!", "?")) else f"{said}."


def in_sentence(label: object) -> str:
    """A label inside a sentence: `End Date` becomes `end date`; `PCN` and `Org ID` stay as they are."""
    return " ".join(word.lower() if word[1:].islower() and word != "Org" else word for word in str(label).split())


FILTERS = {
    "money": money,
    "number": number,
    "long_date": long_date,
    "dense_date": dense_date,
    "moment": moment,
    "dense_moment": dense_moment,
    "month": month,
    "listed": listed,
}


POUNDS_IN_NOTE = "The note names pounds: you see them with the role Finance View."


def note_for(note: str, *, pounds: bool) -> str:
    """A note as somebody may read it: one that names pounds is kept from whoever sees none (domain 2)."""
    return note if pounds or "£" not in note else POUNDS_IN_NOTE


def without_pounds(sentence: str) -> str:
    """A sentence as whoever sees no pounds may read it: that there is an amount, and not how much (domain 2)."""
    return AMOUNT.sub("an amount", sentence)


POUNDS_LEFT_OUT = "What names pounds is left out: you see them with the role Finance View."


def sentences_for(sentences: Iterable[str], *, pounds: bool) -> list[str]:
    """Sentences as somebody may read them: without those that name pounds, and saying so, for whoever sees none."""
    said = list(sentences)
    readable = [sentence for sentence in said if pounds or "£" not in sentence]
    return readable if len(readable) == len(said) else [*readable, POUNDS_LEFT_OUT]
