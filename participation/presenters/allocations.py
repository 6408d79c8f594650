"""Allocations: services, the practices of one, new amounts, and the history of one practice's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from catalogue.models import QualityService
from core.dates import DAY
from participation.formats import Problem
from ui.components import RecordedOn
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.sheets import Sheet
from ui.tables import Action, Address, Choosing, Column, Order, Pager, Selection, Table

PRACTICES = ("practice", "practices")
SHOWN_PROBLEMS = 100


@dataclass(frozen=True)
class ServiceRow:
    """One service whose payments are limited by allocation."""

    name: str
    href: str
    days: tuple[date, date]
    practices: int
    allocated: int


@dataclass(frozen=True)
class Row:
    """One practice and its allocation on the day that is shown."""

    token: str
    name: str
    code: str
    href: str
    allocation: int | None
    start_date: date | None
    end_date: date | None
    reason: str


@dataclass(frozen=True)
class Belief:
    """One belief about a practice's allocation."""

    days: tuple[date, date | None]
    amount: int
    recorded: datetime
    until: datetime | None
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ServicesPage(Page):
    table: Table


@dataclass(frozen=True, kw_only=True)
class AllocationsPage(Page):
    """The allocations of one service on a day."""

    filters: PortalForm
    table: Table
    pager: Pager
    selection: Selection | None
    upload_href: str
    recorded: RecordedOn
    may_not: str


@dataclass(frozen=True, kw_only=True)
class FormPage(Page):
    """New amounts for the practices chosen, or a file of them."""

    form: PortalForm
    cancel_href: str
    hidden: Sequence[tuple[str, str]]
    problems: Table | None = None


@dataclass(frozen=True, kw_only=True)
class CheckPage(Page):
    """What the new amounts would do."""

    change: WouldChange


@dataclass(frozen=True, kw_only=True)
class HistoryPage(Page):
    """Everything that was ever believed about one practice's allocation."""

    table: Table


SERVICE_COLUMNS = (
    Column(key="name", label="Quality Service", href="href"),
    Column(key="days", label="Dates of the service", kind="period"),
    Column(key="practices", label="Practices offered it", kind="number"),
    Column(key="allocated", label="With an allocation today", kind="number"),
)
COLUMNS = (
    Column(key="name", label="Service Provider Name", href="href", sort="name"),
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="allocation", label="Allocation a payment period", kind="number"),
    Column(key="start_date", label="Start Date", kind="date"),
    Column(key="end_date", label="End Date", kind="date"),
    Column(key="reason", label="Reason"),
)
HISTORY_COLUMNS = (
    Column(key="days", label="Holds", kind="period"),
    Column(key="amount", label="Allocation", kind="number"),
    Column(key="recorded", label="Recorded", kind="moment"),
    Column(key="until", label="Believed until", kind="moment"),
    Column(key="by", label="Set by"),
    Column(key="reason", label="Reason"),
)
PROBLEM_COLUMNS = (
    Column(key="line", label="Row", kind="number"),
    Column(key="column", label="Column"),
    Column(key="value", label="Value"),
    Column(key="rule", label="What is wrong"),
)


def services_table(services: Sequence[QualityService], counts: Mapping[int, tuple[int, int]]) -> Table:
    return Table(
        caption="Services paid up to an allocation",
        columns=SERVICE_COLUMNS,
        rows=[
            ServiceRow(each.name, href(each), (each.start_date, each.end_date), *counts.get(each.pk, (0, 0)))
            for each in services
        ],
        empty="Your organisation offers no service that is paid up to an allocation. Create Offers is where to begin.",
        noun=("service", "services"),
    )


def row_of(each: Any, service: QualityService) -> Row:
    return Row(
        token=f"{each.pk}:1",
        name=each.name,
        code=each.code,
        href=reverse("participation:allocation_history", args=[service.code, each.code]),
        allocation=each.allocation,
        start_date=each.from_day,
        end_date=each.until_day - DAY if each.until_day else None,
        reason="No allocation: nothing limits it" if each.allocation is None else each.why,
    )


def allocations_table(
    rows: Sequence[Row], service: QualityService, *, how_many: int, order: Order, address: Address, choosing: bool
) -> Table:
    files = reverse("participation:allocations_file", args=[service.code])
    return Table(
        caption="Allocations",
        columns=COLUMNS,
        rows=rows,
        empty="No practice matches these filters.",
        noun=PRACTICES,
        count=how_many,
        order=order,
        address=address,
        choosing=Choosing(value="token", label="name") if choosing else None,
        exports=[Link("CSV", str(Address(files, address.pairs)))],
    )


def history_table(beliefs: Sequence[Any]) -> Table:
    return Table(
        caption="What was recorded",
        columns=HISTORY_COLUMNS,
        rows=[
            Belief(
                (each.start_date, each.end_date),
                each.amount,
                each.recorded.lower,
                each.recorded.upper,
                each.by.name if each.by else "CQRS Portal",
                each.reason,
            )
            for each in beliefs
        ],
        empty="No allocation was ever set for this practice: nothing limits what it is paid.",
        noun=("entry", "entries"),
    )


def problems_table(problems: Sequence[Problem]) -> Table:
    return Table(
        caption="Not understood" if len(problems) <= SHOWN_PROBLEMS else f"The first {SHOWN_PROBLEMS} of them",
        columns=PROBLEM_COLUMNS,
        rows=problems[:SHOWN_PROBLEMS],
        noun=("value", "values"),
        count=len(problems),
        id="problems",
    )


def sheet_of(rows: Sequence[Row], service: QualityService) -> Sheet:
    """The list as a file that can be filled in and uploaded again."""
    return Sheet(
        title=f"Allocations of {service.name}",
        about=[],
        heads=("ORG_ID", "NAME", "ALLOCATION", "START_DATE", "END_DATE", "REASON"),
        widths=(10, 40, 12, 12, 12, 48),
        rows=[
            (
                row.code, row.name, row.allocation, row.start_date,
                row.end_date, row.reason if row.allocation is not None else "",
            )
            for row in rows
        ],
    )  # fmt: skip


ACTIONS = (Action("set", "Set allocations"),)


def breadcrumb(service: QualityService | None = None) -> Sequence[Link]:
    links = [Link("Home", reverse("home:home")), Link("Allocations", reverse("participation:allocations"))]
    return [*links, Link(service.short_name, href(service))] if service else links


def href(service: QualityService) -> str:
    return reverse("participation:service_allocations", args=[service.code])
