"""Offered Services, the detail of one of them, and Save End Date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from catalogue.models import QualityService
from participation.commands import EndDatesSaved
from participation.states import State
from ui.components import Confirm
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Action, Choosing, Column, Pager, Selection, Table
from ui.wording import count, dense_date, long_date

PRACTICES = ("practice", "practices")
SHOWN_REFUSALS = 20


@dataclass(frozen=True)
class ServiceRow:
    """One service in Offered Services."""

    name: str
    href: str
    days: tuple[date, date]
    networks: int
    practices: int
    approved: int
    ended: int
    unanswered: int


@dataclass(frozen=True)
class Row:
    """One practice's participation in the service."""

    token: str
    pcn: str
    code: str
    name: str
    parent: str
    start_date: date | None
    end_date: date | None
    remarks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class OfferedServicesPage(Page):
    """Services offered, with counts."""

    table: Table
    create_href: str


@dataclass(frozen=True, kw_only=True)
class OfferedServicePage(Page):
    """Who takes part in one service."""

    back_href: str
    filters: PortalForm
    table: Table
    pager: Pager
    selection: Selection | None
    may_not: str


@dataclass(frozen=True, kw_only=True)
class EndDatePage(Page):
    """The date and the reason, for the rows that were chosen."""

    form: PortalForm
    table: Table
    href: str
    cancel_href: str
    hidden: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class WhatWouldChangePage(Page):
    """What the end date would do, before it is saved."""

    lead_sentence: str
    confirm: Confirm


SERVICE_COLUMNS = (
    Column(key="name", label="Quality Service", href="href"),
    Column(key="days", label="Dates of the service", kind="period"),
    Column(key="networks", label="PCNs", kind="number"),
    Column(key="practices", label="Practices", kind="number"),
    Column(key="approved", label="Approved", kind="number"),
    Column(key="ended", label="Ended", kind="number"),
    Column(key="unanswered", label="Offered or Accepted", kind="number"),
)

COLUMNS = (
    Column(key="pcn", label="PCN", sort="pcn"),
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="name", label="Service Provider Name", sort="name"),
    Column(key="parent", label="Parent Organisation"),
    Column(key="start_date", label="Start Date", kind="date"),
    Column(key="end_date", label="End Date", kind="date"),
)


def service_row(each: Mapping[str, Any]) -> ServiceRow:
    return ServiceRow(
        name=each["service__name"],
        href=reverse("participation:offered_service", args=[each["service__code"]]),
        days=(each["service__start_date"], each["service__end_date"]),
        networks=each["networks"],
        practices=each["practices"],
        approved=each["approved"],
        ended=each["ended"],
        unanswered=each["unanswered"],
    )


def row_of(each: Any, today: date) -> Row:
    return Row(
        token=f"{each.pk}:{each.version}",
        pcn=each.network.name if each.network else "",
        code=each.provider.code,
        name=each.provider.name,
        parent=each.parent_name or "",
        start_date=each.start_date,
        end_date=each.end_date,
        remarks=tuple(remarks_of(each, today)),
    )


def remarks_of(each: Any, today: date) -> list[str]:
    """What the six columns do not say: a state that is not *Approved*, an early end, a practice that has left."""
    remarks = [] if each.state == State.APPROVED else [f"{each.state_label}."]
    if each.end_date and each.end_date < each.service.end_date:
        remarks.append(f"Ends before the service, which ends on {dense_date(each.service.end_date)}.")
    if each.left_on and each.left_on <= today:
        remarks.append(f"Left the network: no longer a member from {dense_date(each.left_on)}.")
    return remarks


def choosing() -> Choosing:
    return Choosing(value="token", label="name")


def save_end_date_action() -> Action:
    return Action("save_end_date", "Save End Date")


def breadcrumb(service: QualityService | None = None) -> Sequence[Link]:
    links = [Link("Home", reverse("home:home")), Link("Offered Services", reverse("participation:offered_services"))]
    if service:
        links.append(Link(service.short_name, service_href(service)))
    return links


def service_href(service: QualityService) -> str:
    return reverse("participation:offered_service", args=[service.code])


def would_change(saved: EndDatesSaved, end_date: date, names: Mapping[int, str]) -> list[str]:
    """The effects of an end date as sentences: rows, what follows, and rows that would be left as they are."""
    first = f"{count(len(saved.ids), *PRACTICES)} would have the end date {long_date(end_date)}."
    return [first if saved.ids else "Nothing would change.", *followed(saved), *left_alone(saved, names)]


def done(saved: EndDatesSaved, end_date: date, names: Mapping[int, str]) -> str:
    """What a save did, in sentences."""
    first = f"End date {long_date(end_date)} saved for {count(len(saved.ids), *PRACTICES)}."
    return " ".join([first if saved.ids else "Nothing was changed.", *followed(saved), *left_alone(saved, names)])


def followed(saved: EndDatesSaved) -> list[str]:
    return [effect.sentence for effect in saved.effects]


def left_alone(saved: EndDatesSaved, names: Mapping[int, str]) -> list[str]:
    shown = saved.refused[:SHOWN_REFUSALS]
    more = len(saved.refused) - len(shown)
    said = [f"{names.get(row.id, 'One row')}: {' '.join(row.reasons)}" for row in shown]
    return [*said, *([f"And {more:,} more that were left as they are."] if more > 0 else [])]
