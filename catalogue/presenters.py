"""Quality services and their versions, as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from catalogue.formats import Capitation, Definition, Item
from catalogue.queries import Act
from ui.components import Confirm
from ui.frame import Link, Page
from ui.tables import Column, Table
from ui.wording import listed, long_date

RELEASE_HREFS = {"propose release": "catalogue:propose_release", "confirm release": "catalogue:confirm_release"}


@dataclass(frozen=True)
class Row:
    """One version of one service."""

    service: str
    href: str
    payment_type: str
    days: tuple[date, date]
    number: int
    status: str
    loaded_at: datetime
    released_by: str
    confirmed_by: str


@dataclass(frozen=True)
class CannotDo:
    """A step that cannot be taken now: why, and who can."""

    act: str
    why: str
    who_can: str


@dataclass(frozen=True)
class RateRow:
    """A rate and the days it holds."""

    days: tuple[date, date]
    rate: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ServicesPage(Page):
    """Every version somebody sees."""

    table: Table


@dataclass(frozen=True, kw_only=True)
class VersionPage(Page):
    """One version: its facts, rates and achievement dates, what can be done, and the service's other versions."""

    status: str
    facts: Sequence[tuple[str, str]]
    unknown_figures: Sequence[str]
    rates: Table
    dates: Table
    versions: Table
    actions: Sequence[Confirm]
    cannot: Sequence[CannotDo]


COLUMNS = (
    Column(key="service", label="Quality Service", href="href"),
    Column(key="payment_type", label="Payment type"),
    Column(key="days", label="Dates of the service", kind="period"),
    Column(key="number", label="Version", kind="number"),
    Column(key="status", label="Status", kind="status"),
    Column(key="loaded_at", label="Loaded", kind="moment"),
    Column(key="released_by", label="Released by"),
    Column(key="confirmed_by", label="Confirmed by"),
)
RATE_COLUMNS = (
    Column(key="days", label="Days", kind="period"),
    Column(key="rate", label="Rate"),
    Column(key="source", label="Source"),
)
DATE_COLUMNS = (
    Column(key="day", label="Achievement Date", kind="date"),
    Column(key="period", label="Payment Period", kind="period"),
    Column(key="paid", label="Payment date"),
)


@dataclass(frozen=True)
class DateRow:
    """One achievement date; only on a payment date do figures lead to a payment."""

    day: date
    period: tuple[date | None, date | None]
    paid: str


def row_of(version: Any) -> Row:
    service = version.service
    return Row(
        service=service.name,
        href=version_href(version),
        payment_type=service.payment_type,
        days=(service.start_date, service.end_date),
        number=version.number,
        status=version.state_label,
        loaded_at=version.loaded_at,
        released_by=version.released_by.name if version.released_by else "",
        confirmed_by=version.confirmed_by.name if version.confirmed_by else "",
    )


def version_href(version: Any) -> str:
    return reverse("catalogue:version", args=[version.service.code, version.number])


def facts_of(definition: Definition, version: Any) -> list[tuple[str, str]]:
    paid = "PCNs, by the amounts of their practices" if definition.aggregates == "amounts" else definition.paid_to
    return [
        ("Code", definition.code),
        ("Payment type", definition.payment_type),
        ("Financial years", listed(list(definition.financial_years))),
        ("Dates", f"{long_date(definition.start_date)} to {long_date(definition.end_date)}"),
        ("Payment period", str(definition.payment_period).replace("_", " ").capitalize()),
        ("Paid to", paid),
        (
            "Offers",
            "taken up by membership" if definition.offers.accepted_by == "membership" else "answered by practices",
        ),
        ("No Declaration Required", "Yes" if definition.no_declaration_required else "No"),
        ("No Approval Required", "Yes" if definition.no_approval_required else "No"),
        ("Golden cases", f"{len(definition.golden_cases)}"),
        ("Digest", version.digest[:16]),
    ]


def rates_of(definition: Definition) -> list[RateRow]:
    calculation = definition.calculation
    if isinstance(calculation, Capitation):
        return [RateRow((each.start_date, each.end_date), _rate(each.rate), each.source) for each in calculation.rates]
    if isinstance(calculation, Item):
        return [
            RateRow((each.start_date, each.end_date), f"£{each.amount} each" if each.amount else "unknown", each.source)
            for each in calculation.fees
        ]
    return []


def _rate(rate: Any) -> str:
    if rate is None:
        return "unknown"
    return f"£{rate.amount} a {'month' if rate.basis == 'month' else 'year'}"


def dates_of(definition: Definition) -> list[DateRow]:
    rows = []
    for each in definition.achievement_dates:
        period = definition.period_of(each.date)
        rows.append(DateRow(each.date, (period.start, period.last), "Payment date" if each.payment_date else ""))
    return rows


def actions_of(acts: Sequence[Act], version: Any) -> list[Confirm]:
    """A button of its own form for each step that nothing refuses."""
    return [
        Confirm(href=reverse(RELEASE_HREFS[act.name], args=[version.pk]), button=act.button, cancel_href="")
        for act in acts
        if not act.why_not
    ]


def cannot_of(acts: Sequence[Act]) -> list[CannotDo]:
    who = "Anybody else with the role Service Release can."
    return [CannotDo(act.button, act.why_not, who if "another" in act.why_not else "") for act in acts if act.why_not]


def breadcrumb() -> Sequence[Link]:
    return (Link("Home", reverse("home:home")), Link("Quality services", reverse("catalogue:services")))
