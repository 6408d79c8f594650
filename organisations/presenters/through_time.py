"""Memberships through time: a picture, and its table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from core.dates import FinancialYear
from organisations.models import Membership, Organisation
from ui.components import Stretch, TimeLine, Timeline
from ui.tables import Column, Table
from ui.wording import long_date, period

MEMBERSHIPS = ("membership", "memberships")
COLUMNS = (
    Column(key="code", label="Org ID", kind="code"),
    Column(key="name", label="Service Provider Name", href="href"),
    Column(key="start_date", label="Start Date", kind="date"),
    Column(key="end_date", label="End Date", kind="date"),
)
Other = Callable[[Membership], Organisation]


@dataclass(frozen=True)
class Row:
    """One membership, named by the organisation on its other side; both days are included."""

    code: str
    name: str
    href: str
    parent: str
    start_date: date | None
    end_date: date | None
    remarks: Sequence[str]


def memberships_table(
    memberships: Iterable[Membership],
    other: Other,
    empty: str,
    columns: Sequence[Column] = COLUMNS,
    unseen: Collection[int] = (),
) -> Table:
    """The memberships, each leading to the organisation on the other side, unless that is one of the `unseen`."""
    return Table(
        id="memberships",
        caption="Memberships through time",
        columns=columns,
        rows=[_unlinked(row_of(each, other(each)), unseen, other(each)) for each in memberships],
        empty=empty,
        noun=MEMBERSHIPS,
        detail="remarks",
    )


def row_of(membership: Membership, other: Organisation, parent: Organisation | None = None) -> Row:
    zero = membership.zero_length_date
    return Row(
        code=other.code,
        name=other.name,
        href=page_href(other),
        parent=parent.name if parent else "",
        start_date=zero or membership.start_date,
        end_date=zero or membership.end_date,
        remarks=tuple(_remarks(membership, other)),
    )


def _unlinked(row: Row, unseen: Collection[int], organisation: Organisation) -> Row:
    return replace(row, href="") if organisation.pk in unseen else row


def timeline(memberships: Sequence[Membership], other: Other, whose: str, today: date) -> Timeline:
    """The picture: a line for each organisation on the other side, from the financial year of the first day known to
    the end of this one or of the last day known."""
    starts = [start for each in memberships if (start := each.zero_length_date or each.start_date)]
    ends = [end for each in memberships if (end := each.zero_length_date or each.end_date)]
    lines: dict[int, tuple[Organisation, list[Stretch]]] = {}
    for each in memberships:
        lines.setdefault(other(each).pk, (other(each), []))[1].append(_stretch(each))
    return Timeline(
        caption="Memberships through time",
        sentence=f"Picture of the memberships of {whose} through time. The table below it says the same.",
        start=FinancialYear.of(min([*starts, today])).start,
        end=FinancialYear.of(max([*starts, *ends, today])).end,
        today=today,
        lines=[TimeLine(named.name, stretches) for named, stretches in lines.values()],
    )


def page_href(organisation: Organisation) -> str:
    """The page of a practice or network."""
    name = "network" if organisation.is_network else "practice"
    return reverse(f"organisations:{name}", args=[organisation.code])


def _stretch(membership: Membership) -> Stretch:
    start = membership.zero_length_date or membership.start_date or date.min
    end = membership.zero_length_date or membership.end_date
    return Stretch(start, end, period(start, end))


def _remarks(membership: Membership, other: Organisation) -> Iterable[str]:
    if membership.zero_length_date:
        yield "Recorded as starting and ending on one day: it counts on no day."
    if other.close_date:
        yield f"The {'PCN' if other.is_network else 'practice'} closed on {long_date(other.close_date)}."
