"""Services that were asked for: the list of them, and one that is offered or declined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from participation.states import ASK_FOR_SERVICE, SERVICE_REQUEST
from ui.components import Event
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Column, Pager, Table
from ui.wording import long_date, moment

TITLE = "Services asked for"
NOUN = ("request", "requests")
NOTHING_ASKED = "Nobody has asked for a service yet. A practice or PCN asks on its page Available Services."


@dataclass(frozen=True)
class Row:
    """One request in the list."""

    provider: str
    href: str
    code: str
    service: str
    asked_at: datetime
    status: str
    remarks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class RequestsPage(Page):
    """Requests for services, those that await an answer first."""

    table: Table
    pager: Pager


@dataclass(frozen=True, kw_only=True)
class RequestPage(Page):
    """One request: who asks for what; the ways to answer it, for whoever may; its history."""

    status: str
    facts: Sequence[tuple[str, str]]
    offer: Link | None
    decline: PortalForm | None
    decline_href: str
    hidden: Sequence[tuple[str, str]]
    why_not: str
    who_can: Sequence[str]
    events: Sequence[Event]


COLUMNS = (
    Column(key="provider", label="Asked for by", href="href"),
    Column(key="code", label="Org ID", kind="code"),
    Column(key="service", label="Quality Service"),
    Column(key="asked_at", label="Asked", kind="moment"),
    Column(key="status", label="Status", kind="status"),
)
DONE = {move.name: move.done for move in SERVICE_REQUEST.values()} | {ASK_FOR_SERVICE.name: ASK_FOR_SERVICE.done}


def row_of(each: Any) -> Row:
    return Row(
        provider=each.provider.name,
        href=request_href(each.pk),
        code=each.provider.code,
        service=each.service.name,
        asked_at=each.asked_at,
        status=each.state_label,
        remarks=[f"Declined: {each.reason}"] if each.reason else [],
    )


def facts_of(each: Any) -> list[tuple[str, str]]:
    service = each.service
    who = [("Asked by", each.asked_by.name)] if each.asked_by else []
    said = [("Reason", each.reason), ("Declined by", each.decided_by.name)] if each.reason else []
    return [
        ("Asked for by", f"{each.provider.name} ({each.provider.code})"),
        ("Quality Service", service.name),
        ("Dates of the service", f"{long_date(service.start_date)} to {long_date(service.end_date)}"),
        ("Asked of", f"{each.commissioner.name} ({each.commissioner.code})"),
        *who,
        ("Asked", moment(each.asked_at)),
        *said,
    ]


def event_of(change: Any) -> Event:
    who = change.by.name if change.by else "CQRS Portal"
    of = f", {change.organisation.name}" if change.organisation else ""
    return Event(change.at, f"{who}{of}", DONE[change.transition], change.note)


def declined(each: Any) -> str:
    return f"Declined. {each.provider.name} is told, with the reason."


def request_href(request_id: int) -> str:
    return reverse("participation:service_request", args=[request_id])


def breadcrumb(*, one: bool = False) -> Sequence[Link]:
    links = [
        Link("Home", reverse("home:home")),
        Link("Available Services", reverse("participation:available_services")),
    ]
    return [*links, Link(TITLE, reverse("participation:service_requests"))] if one else links
