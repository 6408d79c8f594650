"""*Network Achievement*, and its *Data Submission Report* on screen and as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from core.clock import LONDON
from submission.presenters.record import home, summary_href
from submission.queries.network_achievement import NEVER, STATUSES, Asked, HowFar
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.sheets import KINDS, Sheet
from ui.tables import Address, Column, Order, Pager, Table
from ui.wording import count, long_date

TITLE, REPORT = "Network Achievement", "Data Submission Report"
PROVIDERS = ("provider", "providers")

COLUMNS = (
    Column(key="pcn", label="PCN", sort="pcn"),
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="name", label="Service Provider Name", href="href", sort="name"),
    Column(key="parent", label="Parent Organisation", sort="parent"),
    Column(key="status", label="Status", kind="status", sort="status"),
    Column(key="submitted_at", label="Date submitted", kind="moment", sort="submitted"),
    Column(key="missing", label="What is missing"),
)


@dataclass(frozen=True)
class Row:
    """One provider of a PCN: whether its data have come, when, and what is missing. `href` leads to its figures."""

    pcn: str
    pcn_code: str
    code: str
    name: str
    href: str
    parent: str
    status: str
    submitted_at: datetime | None
    missing: str


@dataclass(frozen=True, kw_only=True)
class NetworkAchievementPage(Page):
    """The dashboard, or the report: what is looked for, and its rows; `nothing` says why there are none."""

    filters: PortalForm
    address: Address
    as_at: str
    sentences: Sequence[str]
    nothing: str
    table: Table | None
    pager: Pager
    back: Link | None
    report_href: str


def row_of(row: Any, asked: Asked, missing: Mapping[int, str]) -> Row:
    opens = getattr(row, "figures_seen", False)
    return Row(
        pcn=row.pcn,
        pcn_code=row.pcn_code,
        code=row.code,
        name=row.name,
        href=summary_href(asked.service.code, asked.day.date, row.code) if opens else "",
        parent=row.parent_name,
        status=STATUSES[row.status],
        submitted_at=None if row.came_at == NEVER else row.came_at,
        missing=missing.get(row.pk, ""),
    )


def achievement_table(
    rows: Sequence[Row], found: HowFar, order: Order, address: Address, exports: Sequence[Link], caption: str
) -> Table:
    return Table(
        caption=caption,
        columns=COLUMNS,
        rows=rows,
        count=found.rows,
        empty="No provider that you can see gives data for this service and date.",
        noun=PROVIDERS,
        order=order,
        address=address,
        exports=exports if rows else [],
    )


def sentences_of(asked: Asked, found: HowFar) -> list[str]:
    """How far it is, and whether figures for the date pay anything."""
    service, day = asked.definition.short_name, long_date(asked.day.date)
    said = [f"{service}, {day}: data of {found.submitted:,} of {count(found.rows, *PROVIDERS)} are submitted."]
    if asked.status:
        said = [f"{service}, {day}: {count(found.rows, *PROVIDERS)}, {STATUSES[asked.status]}."]
    if not asked.day.is_payment_date:
        said.append(f"{day} is not a payment date of {service}: figures for it yield no payment.")
    return said


def report_sheet(rows: Iterable[Row], asked: Asked, about: Sequence[tuple[str, str]]) -> Sheet:
    heads = (
        ("PCN", 28), ("PCN ID", 10), ("Org ID", 10), ("Service Provider Name", 30), ("Parent Organisation", 28),
        ("Quality Service", 24), ("Achievement Date", 14), ("Status", 16), ("Date submitted", 14),
        ("What is missing", 44),
    )  # fmt: skip
    return Sheet(
        title=REPORT,
        about=about,
        heads=[label for label, _width in heads],
        widths=[width for _label, width in heads],
        rows=[
            (
                row.pcn, row.pcn_code, row.code, row.name, row.parent, asked.definition.short_name, asked.day.date,
                row.status, _day(row.submitted_at), row.missing,
            )
            for row in rows
        ],
    )  # fmt: skip


def file_links(address: Address) -> list[Link]:
    chosen = address.without("after", "view")
    return [
        Link(label, str(Address(reverse("submission:data_submission_file", args=[kind]), chosen.pairs)))
        for kind, label in KINDS
    ]


def report_href(address: Address) -> str:
    """The report of what the dashboard shows."""
    return str(Address(reverse("submission:data_submission_report"), address.without("after", "view").pairs))


def back(address: Address) -> Link:
    chosen = address.without("after", "view")
    return Link("« Back to Network Achievement", str(Address(reverse("submission:network_achievement"), chosen.pairs)))


def breadcrumb() -> Sequence[Link]:
    return home()


def _day(at: datetime | None) -> date | None:
    return at.astimezone(LONDON).date() if at else None
