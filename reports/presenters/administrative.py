"""The administrative reports: their list, and each as a page and as a sheet for its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.urls import reverse

from organisations.presenters.payees import set_and_confirmed_by
from organisations.queries.relationships import OPEN
from ui.components import RecordedOn
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.sheets import KINDS, Sheet
from ui.tables import Address, Column, Order, Pager, Table


@dataclass(frozen=True, kw_only=True)
class Head:
    """One column of a report: its head as published, how wide and of which kind, and the order that its head sorts by;
    the last of which is unique."""

    key: str
    label: str
    width: int
    kind: Literal["text", "code", "date"] = "text"
    order: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """One administrative report. `cells` gives a row's values, in the order of the heads."""

    name: str
    title: str
    about: str
    heads: Sequence[Head]
    cells: Callable[[Any], tuple[Any, ...]]
    default: str
    noun: tuple[str, str]
    empty: str

    @property
    def orders(self) -> Mapping[str, Sequence[str]]:
        return {head.key: head.order for head in self.heads if head.order}


@dataclass(frozen=True, kw_only=True)
class AdministrativePage(Page):
    """The administrative reports that there are."""

    reports: Sequence[tuple[Link, str]]


@dataclass(frozen=True, kw_only=True)
class ReportPage(Page):
    """One report on screen. `refused` are sentences about a day of recording that is not one; no table while the
    parameters are not valid."""

    back: Link
    filters: PortalForm
    address: Address
    recorded: RecordedOn
    refused: Sequence[str]
    table: Table | None
    pager: Pager
    as_at: str


def _inclusive(last: date) -> date | None:
    return None if last == OPEN else last


RELATIONSHIP = Report(
    name="network-organisation-relationship",
    title="Network Organisation Relationship",
    about="Which practices belong to which PCN on the days you choose, and who leads it.",
    heads=(
        Head(key="name", label="SERVICE_PROVIDER_NAME", width=34, order=("practice__name", "practice__code", "id")),
        Head(key="code", label="SERVICE_PROVIDER_ID", width=14, kind="code", order=("practice__code", "first", "id")),
        Head(key="pcn", label="PCN_NAME", width=32, order=("network__name", "practice__name", "first", "id")),
        Head(key="pcn_code", label="PCN_ID", width=10, kind="code", order=("network__code", "practice__name", "id")),
        Head(key="lead", label="LEAD_COMMISSIONING_ORG", width=34, order=("lead_name", "network__name", "id")),
        Head(key="start", label="NETWORK_AGREEMENT_START_DATE", width=18, kind="date", order=("first", "id")),
        Head(key="end", label="NETWORK_AGREEMENT_END_DATE", width=18, kind="date", order=("last", "id")),
    ),
    cells=lambda row: (
        row.practice.name, row.practice.code, row.network.name, row.network.code,
        f"{row.lead_name} ({row.lead_code})" if row.lead_code else "", row.first, _inclusive(row.last),
    ),
    default="pcn",
    noun=("relationship", "relationships"),
    empty="No practice that you can see belongs to a PCN on these days.",
)  # fmt: skip

PAYEES = Report(
    name="nominated-payee",
    title="Nominated Payee",
    about="Who receives each PCN's money on the days you choose, who set it and who confirmed it.",
    heads=(
        Head(key="pcn", label="PCN_NAME", width=34, order=("network__name", "network__code", "first", "id")),
        Head(key="pcn_code", label="PCN_ID", width=10, kind="code", order=("network__code", "first", "id")),
        Head(key="payee", label="PAYEE_NAME", width=34, order=("payee__name", "network__name", "first", "id")),
        Head(key="payee_code", label="PAYEE_ID", width=10, kind="code", order=("payee__code", "first", "id")),
        Head(key="start", label="FROM", width=13, kind="date", order=("first", "network__name", "id")),
        Head(key="end", label="TO", width=13, kind="date", order=("last", "network__name", "id")),
        Head(key="set_by", label="SET_BY", width=22),
        Head(key="confirmed_by", label="CONFIRMED_BY", width=22),
    ),
    cells=lambda row: (
        row.network.name, row.network.code, row.payee.name, row.payee.code, row.first, _inclusive(row.last),
        *set_and_confirmed_by(row),
    ),
    default="pcn",
    noun=("nomination", "nominations"),
    empty="Nobody is nominated on these days for a PCN that you can see.",
)  # fmt: skip

REPORTS = (RELATIONSHIP, PAYEES)


def administrative_page() -> AdministrativePage:
    return AdministrativePage(
        title="Administrative Reports",
        breadcrumb=[Link("Home", reverse("home:home"))],
        reports=[(Link(each.title, report_href(each)), each.about) for each in REPORTS],
    )


def report_table(report: Report, rows: Iterable[Any], how_many: int, order: Order, address: Address) -> Table:
    shown = [dict(zip((head.key for head in report.heads), report.cells(row), strict=True)) for row in rows]
    return Table(
        caption=report.title,
        columns=[
            Column(key=head.key, label=head.label, kind=head.kind, sort=head.key if head.order else "")
            for head in report.heads
        ],
        rows=shown,
        count=how_many,
        empty=report.empty,
        noun=report.noun,
        order=order,
        address=address,
        exports=[Link(label, file_href(report, kind, address)) for kind, label in KINDS] if shown else [],
    )


def report_sheet(report: Report, rows: Iterable[Any], about: Sequence[tuple[str, str]]) -> Sheet:
    return Sheet(
        title=report.title,
        about=about,
        heads=[head.label for head in report.heads],
        widths=[head.width for head in report.heads],
        rows=[report.cells(row) for row in rows],
    )


def report_href(report: Report) -> str:
    return reverse("reports:administrative_report", args=[report.name])


def file_href(report: Report, kind: str, address: Address) -> str:
    """The report's file, in the order and with the parameters of the page."""
    chosen = address.without("after", "view")
    return str(Address(reverse("reports:administrative_report_file", args=[report.name, kind]), chosen.pairs))


def back() -> Link:
    return Link("« Back to Administrative Reports", reverse("reports:administrative"))
