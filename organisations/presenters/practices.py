"""The page of a practice: its networks, parent and lists through time, and whom to speak to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest

from organisations.models import ListKind, ListSize, Organisation, Parent, Succession
from organisations.presenters.networks import OrganisationPage
from ui.tables import Column, Table
from ui.wording import MINUS, figure, listed, long_date, whole

PARENT_COLUMNS = (
    Column(key="name", label="Parent Organisation"),
    Column(key="start_date", label="Start Date", kind="date"),
    Column(key="end_date", label="End Date", kind="date"),
)
LIST_COLUMNS = (
    Column(key="kind", label="List"),
    Column(key="as_at", label="As at", kind="date"),
    Column(key="size", label="Size", kind="number"),
    Column(key="change", label="Change since the one before"),
    Column(key="recorded_at", label="Recorded", kind="moment"),
)


@dataclass(frozen=True)
class ParentRow:
    """One Parent Organisation on its days, both included."""

    name: str
    start_date: date | None
    end_date: date | None


@dataclass(frozen=True)
class ListRow:
    """One list size as at a day, and how it differs from the one before of its kind."""

    kind: str
    as_at: date | None
    size: Decimal | int
    change: str
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class PracticePage(OrganisationPage):
    """A practice, as known now or on an earlier day."""

    parents: Table
    lists: Table


def facts_of(
    practice: Organisation,
    parent: Organisation | None,
    network: Organisation | None,
    succession: Succession | None = None,
    taken_over: Sequence[Succession] = (),
) -> list[tuple[str, str]]:
    facts = [
        ("Org ID", practice.code),
        ("Parent Organisation", str(parent or "None is known")),
        ("PCN", str(network or "In no PCN today")),
    ]
    if practice.postcode:
        facts.append(("Postcode", practice.postcode))
    if practice.close_date:
        facts.append(("Closed", f"{long_date(practice.close_date)} was the last day it was open"))
    if succession:
        facts.append(("Followed by", succession_words(succession)))
    facts += [("Follows", _taken_words(each)) for each in taken_over]
    return facts


def succession_words(succession: Succession) -> str:
    """ "Viking Medical Practice (V66334) from 1 October 2021, with its list and what it owes"; "Nobody"."""
    if succession.successor is None:
        return "Nobody"
    return f"{succession.successor} from {long_date(succession.start_date)}{_with(succession)}"


def _taken_words(succession: Succession) -> str:
    return f"{succession.predecessor} from {long_date(succession.start_date)}{_with(succession)}"


def _with(succession: Succession) -> str:
    taken = [("its list", succession.takes_list), ("what it owes", succession.takes_debts)]
    words = listed([word for word, is_taken in taken if is_taken])
    return f", with {words}" if words else ""


def parents_table(parents: Iterable[Parent]) -> Table:
    return Table(
        id="parents",
        caption="Parent Organisations through time",
        columns=PARENT_COLUMNS,
        rows=[ParentRow(str(each.parent), each.start_date, each.end_date) for each in parents],
        empty="No Parent Organisation is known.",
        noun=("Parent Organisation", "Parent Organisations"),
    )


def lists_table(sizes: Sequence[ListSize]) -> Table:
    """List sizes kind by kind, latest first."""
    return Table(
        id="lists",
        caption="List sizes through time",
        columns=LIST_COLUMNS,
        rows=[_list_row(each, before) for each, before in zip_longest(sizes, sizes[1:])],
        empty="No list size is known.",
        noun=("list size", "list sizes"),
    )


def _list_row(size: ListSize, before: ListSize | None) -> ListRow:
    kind = ListKind(size.kind).label
    return ListRow(
        kind=kind[:1].upper() + kind[1:],
        as_at=size.start_date,
        size=whole(size.size),
        change=change_words(size.size, before.size) if before and before.kind == size.kind else "",
        recorded_at=size.recorded.lower,
    )


def change_words(now: Decimal, before: Decimal) -> str:
    """`+755 (+6.7 %)`, `−40 (−0.4 %)`; "None" where nothing changed."""
    if now == before:
        return "None"
    sign = "+" if now > before else MINUS
    share = f" ({sign}{abs(now - before) / before * 100:.1f} %)" if before else ""
    return f"{sign}{figure(abs(now - before))}{share}"
