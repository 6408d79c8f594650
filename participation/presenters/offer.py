"""One offer, and the participation it became."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from catalogue.models import QualityService
from core.actors import Actor
from core.dates import last_day
from participation.presenters import offered
from participation.presenters.end_requests import links_to
from participation.rules import may_offer
from participation.states import COVERING, OFFER, PARTICIPATION
from ui.components import Confirm, Event, RecordedOn
from ui.frame import Link, Page
from ui.tables import Column, Table
from ui.wording import long_date, moment


@dataclass(frozen=True)
class CannotDo:
    """Something that its status allows, and this person may not do: why, and who can."""

    act: str
    why: str
    who_can: str


@dataclass(frozen=True)
class TermRow:
    """One belief about its days."""

    start_date: date | None
    end_date: date | None
    recorded: datetime
    until: datetime | None
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OfferPage(Page):
    """What was offered to whom, from when to when; what can be done now; what happened; what was believed when."""

    status: str
    tags: Sequence[str]
    facts: Sequence[tuple[str, str]]
    next: str
    links: Sequence[Link]
    actions: Sequence[Confirm]
    cannot: Sequence[CannotDo]
    events: Sequence[Event]
    terms: Table
    recorded: RecordedOn


TERM_COLUMNS = (
    Column(key="start_date", label="Start Date", kind="date"),
    Column(key="end_date", label="End Date", kind="date"),
    Column(key="recorded", label="Recorded", kind="moment"),
    Column(key="until", label="Until", kind="moment"),
    Column(key="by", label="By"),
    Column(key="reason", label="Reason"),
)
DONE = {move.name: move.done for move in PARTICIPATION.values()} | {OFFER.name: OFFER.done}

NEXT = {
    "Offered": "{provider} answers it{by}. An offer that nobody answers in time expires.",
    "Accepted": "{commissioner} approves it next.",
    "Approved": "{provider} takes part in the service on these days.",
    "Rejected": "It can be offered anew.",
    "Expired": "Nobody answered it in time. It can be offered anew.",
    "Not approved": "It can be offered anew.",
    "Ended": "Its end date has passed. What was earned on its days stays due.",
    "Cancelled": "It holds on no day: it is as if it had not been offered.",
}


def facts_of(row: Any, start: date | None, end: date | None) -> list[tuple[str, str]]:
    network = [("PCN", f"{row.network.name} ({row.network.code})")] if row.network else []
    respond = [("Respond by", long_date(row.respond_by))] if row.respond_by else []
    return [
        ("Quality Service", row.service.name),
        ("Service Provider Name", f"{row.provider.name} ({row.provider.code})"),
        *network,
        ("Parent Organisation", row.parent_name),
        ("Offered by", f"{row.commissioner.name} ({row.commissioner.code})"),
        ("Offered", moment(row.offered_at)),
        *respond,
        ("Start Date", long_date(start)),
        ("End Date", long_date(end)),
    ]


def next_of(row: Any, label: str) -> str:
    """What the status means, and what comes next."""
    by = f" by {long_date(row.respond_by)}" if row.respond_by else ""
    return NEXT[label].format(provider=row.provider.name, commissioner=row.commissioner.name, by=by)


def event_of(change: Any) -> Event:
    who = change.by.name if change.by else "CQRS Portal"
    of = f", {change.organisation.name}" if change.organisation else ""
    return Event(change.at, f"{who}{of}", DONE[change.transition], change.note)


def term_row(term: Any) -> TermRow:
    return TermRow(
        start_date=term.valid.lower,
        end_date=last_day(term.valid),
        recorded=term.recorded.lower,
        until=term.recorded.upper,
        by=term.by.name if term.by else "CQRS Portal",
        reason=term.reason,
    )


def terms_table(terms: Sequence[Any]) -> Table:
    return Table(
        caption="Start and end dates, as they were recorded",
        columns=TERM_COLUMNS,
        rows=[term_row(term) for term in terms],
        empty="Nothing was recorded of it then.",
        noun=("record", "records"),
        id="terms",
    )


def offer_href(participation_id: int) -> str:
    return reverse("participation:offer", args=[participation_id])


def links_of(row: Any, re_offers: Sequence[int], requests: Sequence[Any]) -> list[Link]:
    """The offer that it replaces, those that replace it, and requests about it that await a second person."""
    replaces = [Link("The offer that it replaces", offer_href(row.replaces_id))] if row.replaces_id else []
    replaced = [Link("The offer that replaced it", offer_href(each)) for each in re_offers]
    return [*replaces, *replaced, *links_to(requests)]


def start_links_of(row: Any, by: Actor) -> list[Link]:
    """Where the start is corrected, for whoever may."""
    may = may_offer(by) and row.commissioner_id == by.organisation_id and row.state in COVERING
    return [Link("Correct the start date", reverse("participation:save_start_date", args=[row.pk]))] if may else []


def breadcrumb(service: QualityService, *, for_provider: bool) -> Sequence[Link]:
    """Back to the list that it stands in."""
    if for_provider:
        return (Link("Home", reverse("home:home")), Link("My Services", reverse("participation:my_services")))
    return offered.breadcrumb(service)
