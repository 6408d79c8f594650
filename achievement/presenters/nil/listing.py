"""Lines settled as nil: their list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from achievement.models import NilSettlement
from ui.forms import PortalForm
from ui.frame import Page
from ui.tables import Column, Pager, Table
from ui.wording import money


@dataclass(frozen=True)
class Row:
    """One settlement in the list."""

    name: str
    href: str
    code: str
    network: str
    service: str
    achievement_date: date
    status: str
    proposed: str
    confirmed: str
    due: str


@dataclass(frozen=True, kw_only=True)
class NilSettlementsPage(Page):
    """Lines settled as nil, newest first."""

    filters: PortalForm
    table: Table
    pager: Pager


def columns(*, pounds: bool) -> list[Column]:
    due = [Column(key="due", label="To be adjusted")] if pounds else []
    return [
        Column(key="code", label="Org ID", kind="code"),
        Column(key="name", label="Service Provider Name", href="href"),
        Column(key="network", label="PCN"),
        Column(key="service", label="Quality Service"),
        Column(key="achievement_date", label="Date of Achievement", kind="date"),
        Column(key="status", label="Status", kind="status"),
        Column(key="proposed", label="Proposed by"),
        Column(key="confirmed", label="Confirmed by"),
        *due,
    ]


def row_of(each: NilSettlement, due: Decimal | None) -> Row:
    return Row(
        name=each.provider.name,
        href=settlement_href(each.pk),
        code=each.provider.code,
        network=each.network.name,
        service=each.service.short_name,
        achievement_date=each.achievement_date,
        status=each.state_label,
        proposed=each.proposed_by.name,
        confirmed=each.confirmed_by.name if each.confirmed_by else "",
        due=money(due) if due is not None else "",
    )


def empty(*, narrowed: bool) -> str:
    if narrowed:
        return "No settlement matches these filters. Clear them to see more."
    return (
        "No line is settled as nil. It is proposed from Why is this network waiting?, or from a network's page, where "
        "one closed or disputed practice holds the others up."
    )


def settlement_href(settlement_id: int) -> str:
    return reverse("achievement:nil_settlement", args=[settlement_id])
