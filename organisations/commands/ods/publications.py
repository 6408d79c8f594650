"""Figures of one day in two files: which was published later; and what a file replaces of its day, for a look."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from core import clock
from core.errors import Invalid
from organisations.commands.ods.report import FileReport
from organisations.formats import Layout
from organisations.models import ListCorrection, ListKind, ListSize, OdsLoad
from organisations.states import RowKind
from ui.wording import dense_date, figure

Key = tuple[int, int]  # organisation id, kind
REPLACED = "of them, in place of another figure of the same day"
HOW_DATED = "A file says in its name when it was published, at the earliest; if it was later, say the day."


@dataclass(frozen=True)
class Standing:
    """A figure known of a day, that a file says otherwise, or no more (`size` None)."""

    line: int
    code: str
    kind: int
    day: date
    was: Decimal
    size: Decimal | None
    recorded_at: datetime


def standing(wanted: Mapping[Key, tuple[int, date, Decimal | None]]) -> list[Standing]:
    """Of the figures that a file gives or takes back (key -> line, day, size), those known otherwise of that day."""
    return list(_known_otherwise(wanted))


def must_be_the_newest(file: FileReport, replaced: Collection[Standing], commissioner: str, changes: int) -> None:
    """Raises Invalid for a file that changes figures of a day which a later publication of its layout has given.

    A published file says all of its day, the portal's own layout only what it names. Files of other layouts, and those
    of which nobody knows when they were published, are not compared: whoever confirms is asked.
    """
    newer = _published_after(file, commissioner)
    if file.layout is Layout.LISTS:
        newer = newer.filter(loaded_at__in={each.recorded_at for each in replaced})
    else:
        newer = newer.filter(as_at=file.as_at)
    other = newer.order_by("-published", "-pk").first() if changes and file.published else None
    if other and other.published and file.published:
        raise Invalid(
            f"{file.path.name} was published on {dense_date(file.published)}, and {other.file_name}, published on "
            f"{dense_date(other.published)}, has been loaded with list sizes of the same day: an older publication is "
            f"refused. Nothing was loaded. {HOW_DATED}"
        )


def remark_replaced(file: FileReport, replaced: Collection[Standing]) -> None:
    """Each figure that gives way to another of the same day, with what it came from."""
    sources = dict(_sources(replaced))
    for each in sorted(replaced, key=lambda one: (one.line, one.code, one.kind)):
        now = "none" if each.size is None else figure(each.size)
        words = (
            f"{ListKind(each.kind).label} {now} as at {dense_date(each.day)}, in place of {figure(each.was)}"
            f"{sources.get(each.recorded_at, '')}"
        )
        file.remark(RowKind.REPLACED, each.line, each.code, words)
    file.corrections[REPLACED] = len(replaced)


def _known_otherwise(wanted: Mapping[Key, tuple[int, date, Decimal | None]]) -> Iterator[Standing]:
    known = ListSize.objects.known().filter(organisation__in={organisation for organisation, _kind in wanted})
    columns = ("organisation_id", "kind", "organisation__code", "valid", "size", "recorded")
    for organisation, kind, code, valid, size, recorded in known.values_list(*columns):
        line, day, now = wanted.get((organisation, kind), (0, date.min, size))
        if size != now and valid.lower <= day < valid.upper:
            yield Standing(line, code, kind, day, size, now, recorded.lower)


def _published_after(file: FileReport, commissioner: str) -> QuerySet[OdsLoad]:
    loads = OdsLoad.objects.filter(layout=file.layout.name.lower(), published__gt=file.published or date.max)
    return loads.filter(scope__in=["", commissioner]) if commissioner else loads


def _sources(replaced: Collection[Standing]) -> Iterator[tuple[datetime, str]]:
    """Instant -> what was recorded then: a file, or a correction by hand."""
    instants = {each.recorded_at for each in replaced}
    for correction in ListCorrection.objects.filter(at__in=instants).select_related("by"):
        who = f", by {correction.by.name}" if correction.by else ""
        yield correction.at, f", corrected by hand on {_day(correction.at)}{who}"
    for load in OdsLoad.objects.filter(loaded_at__in=instants, layout__in=_LISTS).order_by("pk"):
        yield load.loaded_at, f", of {load.file_name}, loaded on {_day(load.loaded_at)}"


def _day(at: datetime) -> str:
    return dense_date(at.astimezone(clock.LONDON).date())


_LISTS = [each.name.lower() for each in (Layout.PAYMENTS, Layout.LISTS_BY_AGE, Layout.LISTS)]
