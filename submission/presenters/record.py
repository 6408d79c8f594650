"""Record Achievement, and Record Provider Achievement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from organisations.models import Organisation
from submission.queries.entry import DateLine
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Address, Column, Table
from ui.wording import long_date

PAYMENT_DATE, NO_PAYMENT = "Payment date", "Not a payment date: no payment"


@dataclass(frozen=True)
class Row:
    """One achievement date."""

    day: str
    href: str
    payment: str
    status: str
    updated_at: datetime | None
    closes_on: date | None


@dataclass(frozen=True)
class Chosen:
    """One date of one service and provider: what can be done there now, or why nothing can."""

    heading: str
    sentences: Sequence[str]
    open_href: str
    add_href: str
    nil_href: str
    hidden: Sequence[tuple[str, str]]
    cannot: str


@dataclass(frozen=True, kw_only=True)
class RecordPage(Page):
    """The filters, the dates of what is chosen, and the one date that is."""

    filters: PortalForm
    address: Address
    nothing: str
    table: Table | None
    chosen: Chosen | None


COLUMNS = (
    Column(key="day", label="Achievement Date", href="href"),
    Column(key="payment", label="Payment"),
    Column(key="status", label="Status", kind="status"),
    Column(key="updated_at", label="Last updated", kind="moment"),
    Column(key="closes_on", label="Entry closes", kind="date"),
)


def row_of(line: DateLine, code: str, provider: Organisation, address: Address) -> Row:
    return Row(
        day=long_date(line.day),
        href=summary_href(code, line.day, provider.code) if line.is_begun else str(address.with_(date=line.day)),
        payment=f"{PAYMENT_DATE}: the practice closed" if line.stands_in else payment_of(line.is_payment_date),
        status=line.status,
        updated_at=line.updated_at,
        closes_on=line.closes_on,
    )


def payment_of(is_payment_date: bool) -> str:
    return PAYMENT_DATE if is_payment_date else NO_PAYMENT


def chosen_of(line: DateLine, code: str, service: str, provider: Organisation, cannot: str) -> Chosen:
    """What can be done on one date. `cannot` says why nothing can be added."""
    closes = f" Entry closes on {long_date(line.closes_on)}." if line.closes_on else ""
    said = (
        f"It is a payment date.{closes}"
        if line.is_payment_date
        else f"It is not a payment date of {service}: figures for it yield no payment."
    )
    if line.stands_in:
        closed = f"{provider.name} closed on this day: it is paid for it in place of {long_date(line.stands_in)}"
        said = f"{said} {closed}, for all that it did in the payment period."
    return Chosen(
        heading=f"{service}, {long_date(line.day)}",
        sentences=[said, *([f"Status: {line.status}."] if line.is_begun else ["No figures have been entered yet."])],
        open_href=summary_href(code, line.day, provider.code) if line.is_begun else "",
        add_href="" if line.is_begun or cannot else reverse("submission:add"),
        nil_href="" if line.is_begun or cannot else nil_href(code, line.day, provider.code),
        hidden=(("service", code), ("date", line.day.isoformat()), ("provider", provider.code)),
        cannot="" if line.is_begun else cannot,
    )


def summary_href(code: str, day: date, provider_code: str) -> str:
    return reverse("submission:summary", args=[code, day.isoformat(), provider_code])


def nil_href(code: str, day: date, provider_code: str) -> str:
    return reverse("submission:nil_return", args=[code, day.isoformat(), provider_code])


def home() -> Sequence[Link]:
    return (Link("Home", reverse("home:home")),)
