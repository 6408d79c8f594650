"""The Achievement Summary Report, as a page and as a sheet for its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from achievement.queries.declarations import declared_words
from achievement.queries.figures import figures_in_words
from catalogue.queries import period_containing
from core.clock import LONDON
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.sheets import KINDS, Sheet
from ui.tables import Address, Column, Order, Pager, Table
from ui.wording import money, period

TITLE = "Achievement Summary Report"


@dataclass(frozen=True, kw_only=True)
class SummaryPage(Page):
    """The Achievement Summary Report on screen."""

    filters: PortalForm
    table: Table
    pager: Pager
    as_at: str


@dataclass(frozen=True)
class SummaryRow:
    """One achievement of the report. `amount` is None for roles that see points, never pounds."""

    code: str
    name: str
    href: str
    pcn: str
    service: str
    period: tuple[date, date | None] | None
    achievement_date: date
    figures: str
    status: str
    declared_by: str
    declared_date: date | None
    reference: str
    amount: Decimal | None


def summary_row(row: Any, periods: Mapping[tuple[int, date], tuple[date, date]], *, pounds: bool) -> SummaryRow:
    by_itself = "Declared automatically" if row.auto_declared else ""
    return SummaryRow(
        code=row.provider.code,
        name=row.provider.name,
        href=reverse("achievement:achievement", args=[row.pk]),
        pcn=row.network.name if row.network else "",
        service=row.service.name,
        period=period_containing(periods, row.service_id, row.achievement_date),
        achievement_date=row.achievement_date,
        figures=figures_in_words(row),
        status=row.state_label,
        declared_by=declared_words(row) or by_itself,
        declared_date=row.declared_at.astimezone(LONDON).date() if row.declared_at else None,
        reference=row.reference,
        amount=row.amount if pounds else None,
    )


def summary_table(
    rows: Sequence[SummaryRow], *, pounds: bool, count: int, total: Decimal | None, order: Order, address: Address
) -> Table:
    amount = [Column(key="amount", label="Achievement Amount", kind="money", sort="amount")] if pounds else []
    return Table(
        caption="Achievements",
        columns=[
            Column(key="code", label="Org ID", kind="code", sort="code"),
            Column(key="name", label="Name", href="href", sort="name"),
            Column(key="pcn", label="PCN"),
            Column(key="service", label="Quality Service", sort="service"),
            Column(key="period", label="Payment Period", kind="period"),
            Column(key="achievement_date", label="Date of Achievement", kind="date", sort="date"),
            Column(key="figures", label="Figures"),
            Column(key="status", label="Status", kind="status"),
            Column(key="declared_by", label="Declared by"),
            Column(key="declared_date", label="Declared", kind="date"),
            Column(key="reference", label="Reference", kind="code"),
            *amount,
        ],
        rows=rows,
        noun=("achievement", "achievements"),
        count=count,
        total=total,
        empty="There are no achievements of this year and service that you can see.",
        order=order,
        address=address,
        exports=[Link(label, _file_href(address, file)) for file, label in KINDS] if rows else [],
    )


def _file_href(address: Address, file: str) -> str:
    chosen = address.without("after", "view")
    return str(Address(reverse("reports:achievement_summary_file", args=[file]), chosen.pairs))


def summary_sheet(rows: Iterable[SummaryRow], *, about: Sequence[tuple[str, str]], total: Decimal | None) -> Sheet:
    """The same report as a file; the last of what it is about is the sum."""
    heads = [
        "Org ID", "Name", "PCN", "Quality Service", "Payment Period", "Date of Achievement", "Figures", "Status",
        "Declared by", "Declared", "Reference",
    ]  # fmt: skip
    widths = [9, 26, 22, 28, 23, 13, 20, 24, 18, 12, 14]
    amount_heads, amount_widths = (["Achievement Amount"], [16]) if total is not None else ([], [])
    return Sheet(
        title=TITLE,
        about=[*about, *([("Total", money(total))] if total is not None else [])],
        heads=[*heads, *amount_heads],
        widths=[*widths, *amount_widths],
        rows=[_cells(row, with_amount=total is not None) for row in rows],
    )


def _cells(row: SummaryRow, *, with_amount: bool) -> list[Any]:
    cells = [
        row.code, row.name, row.pcn, row.service, period(*row.period) if row.period else "", row.achievement_date,
        row.figures, row.status, row.declared_by, row.declared_date, row.reference,
    ]  # fmt: skip
    return [*cells, row.amount] if with_amount else cells


def breadcrumb() -> list[Link]:
    return [Link("Home", reverse("home:home"))]
