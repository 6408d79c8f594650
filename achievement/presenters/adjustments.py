"""*To be adjusted*: the list, and the same as a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from achievement.models import AdjustmentDue
from achievement.queries.addresses import network_href
from achievement.queries.adjustments import Summary
from achievement.queries.payees import ForAnother
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.sheets import Cell, Sheet
from ui.tables import Address, Column, Order, Pager, Table
from ui.wording import moment, money, note_for

NOUN = ("line", "lines")
TITLE = "To be adjusted"
TODAY = (
    "What has finance approval is never changed. The portal makes no adjustment payments yet: what is listed here is "
    "paid, or recovered, outside it, by agreement. A line leaves this list when what is due is again what was approved."
)
NOT_KNOWN = "Not known: it was found when the line was worked out anew."
NONE_NOMINATED = "Nobody is nominated"
FILES = (("csv", "CSV"), ("xlsx", "XLSX"))
POUNDS = frozenset({"approved", "due", "difference"})


@dataclass(frozen=True, kw_only=True)
class ToBeAdjustedPage(Page):
    """Lines that finance has approved, and for which something else would be due."""

    lead_sentence: str
    today: str
    filters: PortalForm
    table: Table
    pager: Pager
    payees: Table | None = None


@dataclass(frozen=True)
class PayeeRow:
    """One total that finance approved for another payee than the one nominated by now."""

    name: str
    href: str
    service: str
    achievement_date: date
    amount: Decimal | None
    approved_for: str
    now: str


@dataclass(frozen=True)
class Row:
    """One line."""

    code: str
    name: str
    href: str
    network: str
    service: str
    achievement_date: date
    payee: str
    approved: Decimal
    due: Decimal
    difference: Decimal
    why: str
    since: datetime


COLUMNS = (
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="name", label="Service Provider Name", href="href", sort="name"),
    Column(key="network", label="PCN"),
    Column(key="service", label="Quality Service"),
    Column(key="achievement_date", label="Date of Achievement", kind="date", sort="date"),
    Column(key="payee", label="Payee"),
    Column(key="approved", label="Approved", kind="money"),
    Column(key="due", label="Due by now", kind="money"),
    Column(key="difference", label="Difference", kind="money", sort="difference"),
    Column(key="why", label="Why"),
    Column(key="since", label="Since", kind="moment", sort="since"),
)


def payees_table(rows: Sequence[ForAnother], opened: Collection[int], *, pounds: bool) -> Table | None:
    """Nothing where there is none. The amount is the same; who is to be paid is to be settled before it is."""
    if not rows:
        return None
    amount = [Column(key="amount", label="Achievement Amount", kind="money")] if pounds else []
    return Table(
        caption="Approved by finance for another payee than by now: not to be paid before that is settled",
        columns=[
            Column(key="name", label="PCN", href="href"),
            Column(key="service", label="Quality Service"),
            Column(key="achievement_date", label="Date of Achievement", kind="date"),
            *amount,
            Column(key="approved_for", label="Payee at finance approval"),
            Column(key="now", label="Payee by now"),
        ],
        rows=[_payee_row(each, opened, pounds=pounds) for each in rows],
        noun=("total", "totals"),
        count=len(rows),
        id="payees",
    )


def _payee_row(each: ForAnother, opened: Collection[int], *, pounds: bool) -> PayeeRow:
    total = each.total
    href = network_href(total.network.code, total.service.code, total.achievement_date)
    return PayeeRow(
        name=total.network.name,
        href=href if total.network_id in opened else "",
        service=total.service.short_name,
        achievement_date=total.achievement_date,
        amount=total.amount if pounds else None,
        approved_for=each.approved_for.name,
        now=each.now.name if each.now else NONE_NOMINATED,
    )


def list_href(**filters: object) -> str:
    query = urlencode({name: str(value) for name, value in filters.items() if value})
    return f"{reverse('achievement:to_be_adjusted')}{f'?{query}' if query else ''}"


def table_of(
    rows: Iterable[AdjustmentDue], *, count: int, order: Order, address: Address, pounds: bool, narrowed: bool,
    opened: Collection[int],
) -> Table:  # fmt: skip
    return Table(
        caption="Lines for which something else would be due than finance has approved for their date",
        columns=[column for column in COLUMNS if pounds or column.key not in POUNDS],
        rows=[row_of(each, opened, pounds=pounds) for each in rows],
        noun=NOUN,
        count=count,
        order=order,
        address=address,
        empty=_empty(narrowed=narrowed),
        exports=[Link(label, str(address.without("after", "view").with_(file=kind))) for kind, label in FILES]
        if count
        else (),
    )


def _empty(*, narrowed: bool) -> str:
    if narrowed:
        return "No line matches these filters. Clear them to see more."
    return "Nothing is to be adjusted: what finance has approved is what is due."


def row_of(each: AdjustmentDue, opened: Collection[int], *, pounds: bool) -> Row:
    """`opened` are the networks whose pages may be opened."""
    return Row(
        code=each.provider.code,
        name=each.provider.name,
        href=_line_href(each) if each.network_id is None or each.network_id in opened else "",
        network=each.network.name if each.network else "",
        service=each.service.short_name,
        achievement_date=each.achievement_date,
        payee=payee_of(each),
        approved=each.approved,
        due=each.due,
        difference=each.difference,
        why=note_for(each.why, pounds=pounds) or NOT_KNOWN,
        since=each.since,
    )


def _line_href(each: AdjustmentDue) -> str:
    """Where the line and what was approved are seen: its network's page, or the results of the practice paid itself."""
    if each.network:
        return network_href(each.network.code, each.service.code, each.achievement_date)
    query = urlencode({"period": each.achievement_date.isoformat(), "text": each.provider.code})
    return f"{reverse('achievement:achievement_results')}?{query}"


def payee_of(each: AdjustmentDue) -> str:
    """Who was to be paid on its date: the practice itself, or whoever its network had nominated."""
    if each.network is None:
        return each.provider.name
    nominated: str | None = each.nominated  # type: ignore[attr-defined]
    return nominated or NONE_NOMINATED


def lead_sentence(summary: Summary, *, pounds: bool) -> str:
    """`3 lines: £12.20 more is due, £445.30 was approved too much; −£433.10 in all.`"""
    if not summary.count:
        return "Nothing is to be adjusted."
    lines = f"{summary.count:,} {'line' if summary.count == 1 else 'lines'}"
    if not pounds:
        return f"{lines}."
    up = f"{money(summary.more)} more is due" if summary.more else ""
    down = f"{money(-summary.less)} was approved that is not due" if summary.less else ""
    net = f"; {money(summary.net)} in all" if up and down else ""
    return f"{lines}: {', '.join(part for part in (up, down) if part)}{net}."


def sheet_of(rows: Iterable[AdjustmentDue], *, whose: str, as_at: str, pounds: bool) -> Sheet:
    heads = (
        "SERVICE_PROVIDER_ID", "SERVICE_PROVIDER_NAME", "PCN_ID", "PCN_NAME", "QUALITY_SERVICE", "ACHIEVEMENT_DATE",
        "COMMISSIONING_ORG", "PAYEE", "APPROVED", "DUE_BY_NOW", "DIFFERENCE", "WHY", "SINCE",
    )  # fmt: skip
    widths = (12, 34, 10, 34, 40, 14, 34, 34, 14, 14, 14, 60, 24)
    kept = [at for at, head in enumerate(heads) if pounds or head not in ("APPROVED", "DUE_BY_NOW", "DIFFERENCE")]
    return Sheet(
        TITLE,
        [("For", whose), ("As at", as_at)],
        [heads[at] for at in kept],
        [widths[at] for at in kept],
        [[cells[at] for at in kept] for cells in (_cells(each, pounds=pounds) for each in rows)],
    )


def _cells(each: AdjustmentDue, *, pounds: bool) -> Sequence[Cell]:
    network = each.network
    return (
        each.provider.code, each.provider.name, network.code if network else "", network.name if network else "",
        each.service.name, each.achievement_date, each.commissioner.name, payee_of(each), each.approved, each.due,
        each.difference, note_for(each.why, pounds=pounds) or NOT_KNOWN, moment(each.since),
    )  # fmt: skip
