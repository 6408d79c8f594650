"""The page of a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from organisations.models import Membership, Organisation
from ui.components import RecordedOn
from ui.frame import Page
from ui.tables import Column, Table
from ui.wording import count, long_date

PRACTICES = ("practice", "practices")
MEMBERSHIPS = ("membership", "memberships")

MEMBER_COLUMNS = (
    Column(key="code", label="Org ID", kind="code"),
    Column(key="name", label="Service Provider Name"),
    Column(key="parent", label="Parent Organisation"),
    Column(key="start_date", label="Start Date", kind="date"),
    Column(key="end_date", label="End Date", kind="date"),
)
MEMBERSHIP_COLUMNS = tuple(column for column in MEMBER_COLUMNS if column.key != "parent")


@dataclass(frozen=True)
class Row:
    """One membership; both days are included."""

    code: str
    name: str
    parent: str
    start_date: date | None
    end_date: date | None
    remarks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class NetworkPage(Page):
    """A network on a day, as known on another: who leads it, who is paid, who counts, and who ever belonged.

    `refused` are sentences about a day of recording that is not one.
    """

    facts: Sequence[tuple[str, str]]
    day_form: Any
    address: Any
    members: Table
    memberships: Table
    recorded: RecordedOn
    refused: Sequence[str] = ()


def facts_of(
    network: Organisation, lead: Organisation | None, payee: Organisation | None, members: int
) -> list[tuple[str, str]]:
    facts = [
        ("Org ID", network.code),
        ("Lead commissioning organisation", str(lead or "None is known")),
        ("Nominated Payee", str(payee or "Nobody is nominated")),
        ("Members", count(members, *PRACTICES)),
    ]
    return facts + ([("Closed", long_date(network.close_date))] if network.close_date else [])


def members_table(day: date, memberships: Iterable[Membership], parents: Mapping[int, Organisation]) -> Table:
    return Table(
        id="members",
        caption=f"Members on {long_date(day)}",
        columns=MEMBER_COLUMNS,
        rows=[_row(each, parents) for each in memberships],
        empty=f"No practice counts as a member on {long_date(day)}.",
        noun=PRACTICES,
    )


def memberships_table(memberships: Iterable[Membership]) -> Table:
    return Table(
        id="memberships",
        caption="Memberships through time",
        columns=MEMBERSHIP_COLUMNS,
        rows=[_row(each, {}) for each in memberships],
        empty="No practice has ever been a member.",
        noun=MEMBERSHIPS,
        detail="remarks",
    )


def _row(membership: Membership, parents: Mapping[int, Organisation]) -> Row:
    practice, zero = membership.practice, membership.zero_length_date
    parent = parents.get(practice.pk)
    return Row(
        code=practice.code,
        name=practice.name,
        parent=parent.name if parent else "",
        start_date=zero or membership.start_date,
        end_date=zero or membership.end_date,
        remarks=tuple(_remarks(membership)),
    )


def _remarks(membership: Membership) -> Iterable[str]:
    if membership.zero_length_date:
        yield "Recorded as starting and ending on one day: it counts on no day."
    if closed := membership.practice.close_date:
        yield f"The practice closed on {long_date(closed)}."
