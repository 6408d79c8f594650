"""Available Services: what each is, from when to when, whether it is offered, and a way to ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from catalogue.formats import Capitation, Definition, Item
from core import clock
from organisations.models import Organisation
from participation.models import ServiceRequest
from participation.queries.available import Available, stands
from participation.states import AskState
from ui.components import Confirm
from ui.frame import Link, Page
from ui.tables import Column, Table
from ui.wording import listed, long_date, money

NOT_OFFERED, ASKED_FOR = "Not offered", "Asked for"


@dataclass(frozen=True)
class Row:
    """One service."""

    name: str
    href: str
    what: str
    days: tuple[date, date]
    status: str
    offered: int
    next: Link | None
    remarks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class AvailablePage(Page):
    """The services that somebody might take part in, or offer."""

    table: Table
    requests: Link | None
    remarks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class AskPage(Page):
    """Before a service is asked for: what it is, and who is asked."""

    facts: Sequence[tuple[str, str]]
    confirm: Confirm


SERVICE = (
    Column(key="name", label="Quality Service", href="href"),
    Column(key="what", label="What it is"),
    Column(key="days", label="Dates of the service", kind="period"),
)
FOR_PROVIDERS = (
    *SERVICE,
    Column(key="status", label="Status", kind="status"),
    Column(key="next", label="Next", kind="link"),
)
FOR_COMMISSIONERS = (
    *SERVICE,
    Column(key="offered", label="Practices offered", kind="number"),
    Column(key="next", label="Next", kind="link"),
)


def provider_row(each: Available, *, may_ask: bool, asks: Organisation | None) -> Row:
    """`asks` is whom it would be asked of; None where it is not for this organisation to ask."""
    own, code = each.own, each.service.code
    status = own.state_label if own else NOT_OFFERED
    next_ = Link("See the offer", reverse("participation:offer", args=[own.pk])) if own else None
    waits = each.asked is not None and each.asked.state == AskState.ASKED
    remarks = [] if stands(own) else _remarks(each.asked)
    if not stands(own) and not waits and may_ask and asks:
        next_ = Link(f"Ask for it: {each.service.short_name}", reverse("participation:ask_for_service", args=[code]))
    return _row(each, ASKED_FOR if waits and remarks else status, next_, remarks)


def _remarks(asked: ServiceRequest | None) -> list[str]:
    """What was asked for, and the answer where it was declined; what came of an offer is said by its status."""
    if asked is None or asked.state == AskState.OFFERED:
        return []
    said = f"Asked for on {long_date(asked.asked_at.astimezone(clock.LONDON).date())}."
    return [said] if asked.state == AskState.ASKED else [f"{said} Declined: {asked.reason}"]


def commissioner_row(each: Available, *, may_offer: bool) -> Row:
    href = f"{reverse('participation:create_offers')}"
    offer = Link(f"Offer it: {each.service.short_name}", href) if may_offer else None
    return _row(each, "", offer, [])


def _row(each: Available, status: str, next_: Link | None, remarks: Sequence[str]) -> Row:
    service = each.service
    version = reverse("catalogue:version", args=[service.code, each.number])
    return Row(
        name=service.name,
        href=version,
        what=what_it_is(each.definition),
        days=(service.start_date, service.end_date),
        status=status,
        offered=each.offered,
        next=next_,
        remarks=remarks,
    )


def what_it_is(definition: Definition) -> str:
    """In a sentence or two: its type, what it pays, to whom, and how often."""
    paid = "its PCN" if definition.paid_to == "network" else "the practice"
    period = str(definition.payment_period).replace("_", " ")
    method = definition.calculation
    if isinstance(method, Item):
        fees = sorted({fee.amount for fee in method.fees if fee.amount is not None})
        pounds = f"{listed([money(fee) for fee in fees], 'or')} a {method.counts.one}"
    elif isinstance(method, Capitation):
        pounds = f"An amount for each {method.population.counts.one} of the {method.population.name}"
    else:
        return f"{definition.payment_type}. It records consent, and pays nothing."
    return f"{definition.payment_type}. {pounds}, paid to {paid}, {period}."


def table_of(rows: Sequence[Row], *, for_provider: bool) -> Table:
    return Table(
        caption="Services of today and of days to come",
        columns=FOR_PROVIDERS if for_provider else FOR_COMMISSIONERS,
        rows=rows,
        empty="No quality service that is not over has been released yet.",
        noun=("service", "services"),
        detail="remarks",
    )


def facts_of(each: Available, commissioner: Organisation) -> list[tuple[str, str]]:
    service = each.service
    return [
        ("Quality Service", service.name),
        ("What it is", what_it_is(each.definition)),
        ("Dates of the service", f"{long_date(service.start_date)} to {long_date(service.end_date)}"),
        ("Who offers it", f"{commissioner.name} ({commissioner.code})"),
    ]


def asked(commissioner: Organisation) -> str:
    who = f"{commissioner.name} sees it on Home, and has an e-mail"
    return f"Asked for. {who}; you are told when it is offered or declined."


def requests_link(how_many: int, unanswered: int) -> Link | None:
    """Where services that were asked for are seen, where there are any."""
    if not how_many:
        return None
    said = f"Services asked for: {unanswered:,} await an answer" if unanswered else "Services asked for"
    return Link(said, reverse("participation:service_requests"))


def breadcrumb(*, below: bool = False) -> Sequence[Link]:
    links = [Link("Home", reverse("home:home"))]
    return [*links, Link("Available Services", reverse("participation:available_services"))] if below else links
