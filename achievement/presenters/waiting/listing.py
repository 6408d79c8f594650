"""All networks that wait, by pounds, days and cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from achievement.queries.causes import WaitingNetwork
from achievement.queries.causes.networks import CauseTotal
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.sheets import KINDS, Cell, Sheet
from ui.tables import Address, Column, Order, Pager, Table
from ui.wording import long_date, money

PCNS = ("PCN", "PCNs")


@dataclass(frozen=True, kw_only=True)
class WaitingPage(Page):
    """Every network that waits, of those somebody may see."""

    lead_sentence: str
    filters: PortalForm
    table: Table
    pager: Pager
    totals: Table | None
    unknown: str


@dataclass(frozen=True)
class NetworkRow:
    """One network that waits."""

    code: str
    name: str
    href: str
    totals: int
    days: int
    held: Decimal | None
    causes: Sequence[str]


@dataclass(frozen=True)
class CauseRow:
    """One cause, and what waits for it."""

    label: str
    href: str
    networks: int
    totals: int
    held: Decimal | None


def network_href(code: str) -> str:
    return reverse("achievement:waiting_network", args=[code])


def network_columns(*, pounds: bool) -> list[Column]:
    held = [Column(key="held", label="Approved and held", kind="money", sort="held")] if pounds else []
    return [
        Column(key="code", label="Org ID", kind="code", sort="code"),
        Column(key="name", label="PCN", href="href", sort="name"),
        Column(key="totals", label="Totals waiting", kind="number", sort="totals"),
        Column(key="days", label="Days", kind="number", sort="days"),
        *held,
        Column(key="causes", label="Causes, first things first", kind="lines"),
    ]


def network_row(row: WaitingNetwork, *, pounds: bool) -> NetworkRow:
    return NetworkRow(
        code=row.network.code,
        name=row.network.name,
        href=network_href(row.network.code),
        totals=len(row.found),
        days=row.days,
        held=row.held if pounds and not row.in_part else None,
        causes=[cause.label for cause in row.causes],
    )


def network_table(
    rows: Sequence[WaitingNetwork], *, count: int, total: Decimal | None, order: Order, address: Address, pounds: bool
) -> Table:
    return Table(
        caption="PCNs that wait",
        columns=network_columns(pounds=pounds),
        rows=[network_row(each, pounds=pounds) for each in rows],
        noun=PCNS,
        count=count,
        total=total,
        order=order,
        address=address,
        empty="No PCN waits. What is complete is aggregated by itself.",
        exports=[Link(label, str(address.without("after", "view").with_(file=kind))) for kind, label in KINDS]
        if count
        else (),
    )


def cause_table(found: Sequence[CauseTotal], address: Address, *, pounds: bool) -> Table | None:
    if not found:
        return None
    held = [Column(key="held", label="Approved and held", kind="money")] if pounds else []
    return Table(
        caption="By cause",
        columns=[
            Column(key="label", label="Cause", href="href"),
            Column(key="networks", label="PCNs", kind="number"),
            Column(key="totals", label="Totals waiting", kind="number"),
            *held,
        ],
        rows=[
            CauseRow(
                each.cause.label,
                str(address.with_(cause=int(each.cause))),
                each.networks,
                each.totals,
                each.held if pounds else None,
            )
            for each in found
        ],
        noun=("cause", "causes"),
        id="causes",
    )


def listing_sheet(rows: Sequence[WaitingNetwork], *, whose: str, as_at: str, pounds: bool) -> Sheet:
    heads = ["PCN_ID", "PCN_NAME", "TOTALS_WAITING", "WAITING_SINCE", "DAYS", "APPROVED_AND_HELD", "CAUSES"]
    widths = [10, 36, 10, 14, 8, 16, 80]
    kept = [at for at in range(len(heads)) if pounds or heads[at] != "APPROVED_AND_HELD"]
    cells: list[list[Cell]] = [
        [row.network.code, row.network.name, len(row.found), row.since, row.days,
         None if row.in_part else row.held,
         "; ".join(cause.label for cause in row.causes)]
        for row in rows
    ]  # fmt: skip
    return Sheet(
        "Networks waiting",
        [("For", whose), ("As at", as_at)],
        [heads[at] for at in kept],
        [widths[at] for at in kept],
        [[row[at] for at in kept] for row in cells],
    )


def lead_sentence(rows: Sequence[WaitingNetwork], *, pounds: bool) -> str:
    """`2 PCNs wait, the longest since 30 September 2021; £8,252.01 approved and held.`"""
    if not rows:
        return "No PCN waits."
    held = sum((row.held for row in rows), Decimal(0))
    waits = "1 PCN waits" if len(rows) == 1 else f"{len(rows):,} PCNs wait"
    since = long_date(min(row.since for row in rows))
    return f"{waits}, the longest since {since}{f'; {money(held)} approved and held' if pounds else ''}."
