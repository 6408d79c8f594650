"""Requests to end participations: the list of them, and one that a second person confirms or declines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from participation.states import ASK, END_REQUEST
from ui.components import Confirm, Event
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.tables import Column, Pager, Table
from ui.wording import count, long_date

NAMED_AT_MOST = 5
NOTHING_LEFT = "None of these can be ended any more, because they changed after it was asked for: decline it."
NOUN = ("request", "requests")
NOTHING_ASKED = (
    "Nobody has asked for a second person yet. It is needed where an end date or a cancellation takes back what was "
    "approved."
)


@dataclass(frozen=True)
class Row:
    """One request in the list."""

    what: str
    href: str
    service: str
    practices: int
    asked_by: str
    asked_at: datetime
    status: str


@dataclass(frozen=True, kw_only=True)
class EndRequestsPage(Page):
    """The requests of a commissioning organisation, those that await somebody first."""

    table: Table
    pager: Pager


@dataclass(frozen=True, kw_only=True)
class EndRequestPage(Page):
    """One request: what is asked, by whom and why; what would change now, for whoever may confirm it; its history."""

    status: str
    facts: Sequence[tuple[str, str]]
    foreseen: Sequence[str]
    change: WouldChange | None
    remarks: Sequence[str]
    decline: PortalForm | None
    decline_href: str
    hidden: Sequence[tuple[str, str]]
    take_back: Confirm | None
    why_not: str
    who_can: Sequence[str]
    table: Table
    events: Sequence[Event]
    links: Sequence[Link] = ()


COLUMNS = (
    Column(key="what", label="What is asked", href="href"),
    Column(key="service", label="Quality Service"),
    Column(key="practices", label="Practices", kind="number"),
    Column(key="asked_by", label="Asked by"),
    Column(key="asked_at", label="Asked", kind="moment"),
    Column(key="status", label="Status", kind="status"),
)
DONE = {move.name: move.done for move in END_REQUEST.values()} | {ASK.name: ASK.done}


def row_of(each: Any) -> Row:
    return Row(
        what=what_of(each),
        href=reverse("participation:end_request", args=[each.pk]),
        service=each.service.name,
        practices=each.practices,
        asked_by=each.asked_by.name,
        asked_at=each.asked_at,
        status=each.state_label,
    )


def what_of(each: Any) -> str:
    return "Cancel Service" if each.end_date is None else f"End date {long_date(each.end_date)}"


def facts_of(each: Any) -> list[tuple[str, str]]:
    decided = [("Decided by", each.decided_by.name)] if each.decided_by else []
    return [
        ("What is asked", what_of(each)),
        ("Quality Service", each.service.name),
        ("Practices", count(each.practices, "practice")),
        ("Reason", each.reason),
        ("Asked by", each.asked_by.name),
        *decided,
    ]


def event_of(change: Any) -> Event:
    who = change.by.name if change.by else "CQRS Portal"
    return Event(change.at, who, DONE[change.transition], change.note)


def requests_link(how_many: int) -> Link | None:
    """Where requests are seen, while some await somebody."""
    if not how_many:
        return None
    said = count(how_many, "request awaits", "requests await")
    return Link(f"{said} a second person", reverse("participation:end_requests"))


def links_to(requests: Sequence[Any]) -> list[Link]:
    """Each request, by what was asked and who asked; the list of them, where they are many."""
    if len(requests) > NAMED_AT_MOST:
        return [*links_to(requests[:NAMED_AT_MOST]), *filter(None, [requests_link(len(requests))])]
    return [
        Link(
            f"{'A cancellation' if each.end_date is None else 'An end date'} that {each.asked_by.name} asked for",
            reverse("participation:end_request", args=[each.pk]),
        )
        for each in requests
    ]


def breadcrumb(*, one: bool = False) -> Sequence[Link]:
    links = [Link("Home", reverse("home:home")), Link("Offered Services", reverse("participation:offered_services"))]
    return [*links, Link("Requests to confirm", reverse("participation:end_requests"))] if one else links
