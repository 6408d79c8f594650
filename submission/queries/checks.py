"""What a submission must be before it counts: complete, and without contradictions (domain 5, validation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalogue.formats import Item
from submission.formats import WHOLE_NUMBERS, Path, Unreadable, Value, read_value
from submission.queries.entry import excess_of, offer_for, unlimited
from submission.queries.sheets import Line, Sheet
from ui.wording import in_sentence, long_date, number


@dataclass(frozen=True)
class Checked:
    """What is wrong, what management information could be filled with 0, and what to know before submitting."""

    problems: Sequence[str]
    fillable: Sequence[Line]
    warnings: Sequence[str]


def check(sheet: Sheet) -> Checked:
    """Judge what would count if the sheet were submitted as it stands."""
    missing = [line for line in sheet.lines.values() if line.field.required and line.standing is None]
    fillable = [line for line in missing if line.is_management_information and line.field.kind in WHOLE_NUMBERS]
    asked = [f"Enter {in_sentence(line.label)}: it is required." for line in missing if line not in fillable]
    nothing = [] if any(line.standing is not None for line in sheet.lines.values()) else ["Enter at least one value."]
    return Checked([*(asked or nothing), *_contradictions(sheet)], fillable, list(_warnings(sheet)))


@dataclass(frozen=True)
class OfOneField:
    """What is wrong with one field as it was typed, and what is to be known of it."""

    problems: Sequence[str]
    remarks: Sequence[str]


def check_field(sheet: Sheet, path: Path, typed: Mapping[Path, Any]) -> OfOneField:
    """Judge one field when somebody leaves it, with all that is typed beside it; an empty one is judged on submit."""
    if typed.get(path) in (None, ""):
        return OfOneField((), ())
    values: dict[Path, Value | None] = {}
    for each, given in typed.items():
        line = sheet.lines[each]
        try:
            values[each] = None if given in (None, "") else read_value(line.field.kind, line.label, given)
        except Unreadable as refused:
            if each == path:
                return OfOneField((str(refused),), ())
    standing = sheet.with_typed(values)
    excess = excess_of(standing) if path in _limited(sheet) else ""
    return OfOneField(list(_contradictions(standing, path[:-1])), [excess] if excess else ())


def _limited(sheet: Sheet) -> set[Path]:
    """The fields of which what is above a limit is told: what is claimed, and the register that limits it."""
    method = sheet.definition.calculation
    return {method.counted_field, method.limit.field} if isinstance(method, Item) else set()


def _contradictions(sheet: Sheet, place: Path | None = None) -> Iterator[str]:
    """Numerators above their denominators: of one indicator, or of a group itself; in one place, or anywhere."""
    places: dict[Path, dict[str, Line]] = {}
    for line in sheet.lines.values():
        if place not in (None, line.path[:-1]):
            continue
        places.setdefault(line.path[:-1], {})[line.field.kind] = line
    for kinds in places.values():
        above, below = kinds.get("numerator"), kinds.get("denominator")
        if above and below and above.standing is not None and below.standing is not None:
            top, bottom = int(above.standing), int(below.standing)
            if top > bottom:
                yield (
                    f"{above.label} must be {number(bottom)} or less, the value of {in_sentence(below.label)}: "
                    f"it is {number(top)}."
                )


def _warnings(sheet: Sheet) -> Iterator[str]:
    """What does not keep figures from being submitted, and is said before they are."""
    if not sheet.is_payment_date:
        yield no_payment(sheet)
    offer = offer_for(sheet.submission.key)
    if offer is None or not offer.covers:
        yield (
            f"{sheet.submission.provider.name} has no approved participation in {sheet.definition.short_name} on "
            f"{long_date(sheet.submission.achievement_date)}: these figures yield no payment until it has."
        )
    yield from filter(None, (excess_of(sheet), unlimited(sheet)))


def no_payment(sheet: Sheet) -> str:
    provider, day = sheet.submission.provider, sheet.submission.achievement_date
    if sheet.definition.pays_on(day) and provider.close_date:
        closed = long_date(provider.close_date)
        return f"{provider.name} closed on {closed}: figures for {long_date(day)}, after it, yield no payment."
    return (
        f"{long_date(sheet.submission.achievement_date)} is not a payment date of {sheet.definition.short_name}: "
        "figures for it yield no payment."
    )
