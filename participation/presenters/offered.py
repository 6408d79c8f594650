"""Offered Services, and the detail of one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from catalogue.models import QualityService
from core.dates import DAY
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.sheets import Sheet
from ui.tables import Action, Address, Choosing, Column, Pager, Selection, Table
from ui.wording import dense_date

PRACTICES = ("practice", "practices")
APPROVE, NOT_APPROVE, END, CANCEL = "approve", "not_approve", "save_end_date", "cancel_service"
FILES = (("csv", "CSV"), ("xlsx", "XLSX"))


@dataclass(frozen=True)
class ServiceRow:
    """One service in Offered Services."""

    name: str
    href: str
    days: tuple[date, date]
    networks: int
    practices: int
    approved: int
    ended: int
    unanswered: int


@dataclass(frozen=True)
class Row:
    """One practice's participation in the service."""

    token: str
    pcn: str
    code: str
    name: str
    href: str
    parent: str
    start_date: date | None
    end_date: date | None
    status: str
    tags: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class OfferedServicesPage(Page):
    """Services offered, with counts."""

    filters: PortalForm
    table: Table
    create_href: str
    requests: Link | None


@dataclass(frozen=True, kw_only=True)
class OfferedServicePage(Page):
    """Who takes part in one service."""

    back_href: str
    filters: PortalForm
    table: Table
    pager: Pager
    selection: Selection | None
    may_not: Sequence[str]
    requests: Link | None


SERVICE_COLUMNS = (
    Column(key="name", label="Quality Service", href="href", sort="name"),
    Column(key="days", label="Dates of the service", kind="period", sort="start"),
    Column(key="networks", label="PCNs", kind="number", sort="networks"),
    Column(key="practices", label="Practices", kind="number", sort="practices"),
    Column(key="approved", label="Approved", kind="number", sort="approved"),
    Column(key="ended", label="Ended", kind="number", sort="ended"),
    Column(key="unanswered", label="Offered or Accepted", kind="number", sort="unanswered"),
)

COLUMNS = (
    Column(key="pcn", label="PCN", sort="pcn"),
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="name", label="Service Provider Name", href="href", sort="name"),
    Column(key="parent", label="Parent Organisation", sort="parent"),
    Column(key="start_date", label="Start Date", kind="date", sort="start"),
    Column(key="end_date", label="End Date", kind="date", sort="end"),
)
STATUS = Column(key="status", label="Status", kind="status", sort="status")


def service_row(each: Mapping[str, Any]) -> ServiceRow:
    return ServiceRow(
        name=each["service__name"],
        href=reverse("participation:offered_service", args=[each["service__code"]]),
        days=(each["service__start_date"], each["service__end_date"]),
        networks=each["networks"],
        practices=each["practices"],
        approved=each["approved"],
        ended=each["ended"],
        unanswered=each["unanswered"],
    )


def row_of(each: Any, today: date) -> Row:
    return Row(
        token=f"{each.pk}:{each.version}",
        pcn=each.network.name if each.network else "",
        code=each.provider.code,
        name=each.provider.name,
        href=reverse("participation:offer", args=[each.pk]),
        parent=each.parent_name,
        start_date=each.start_date,
        end_date=each.end_date,
        status=each.state_label,
        tags=tuple(tags_of(each, today)),
    )


def tags_of(each: Any, today: date) -> list[str]:
    """What the columns do not say: an end before the service's, and a practice that has left."""
    tags = []
    if each.end_date and each.end_date < each.service.end_date:
        tags.append("Ends before the service")
    if each.left_on and each.left_on <= today:
        tags.append(f"Left the network after {dense_date(each.left_on - DAY)}")
    return tags


def choosing() -> Choosing:
    return Choosing(value="token", label="name")


def actions_of(*, accepted: bool) -> list[Action]:
    """What can be done to rows; answers are approved where there are some."""
    answers = [Action(APPROVE, "Approve", "secondary"), Action(NOT_APPROVE, "Do not approve", "secondary")]
    return [
        Action(END, "Save End Date"),
        *(answers if accepted else []),
        Action(CANCEL, "Cancel Service", "warning"),
    ]


def exports_of(service: QualityService, address: Address) -> list[Link]:
    """The same rows, in the same order, as files."""
    return [Link(label, export_href(service, address, kind)) for kind, label in FILES]


def export_href(service: QualityService, address: Address, kind: str) -> str:
    path = reverse("participation:offered_service_file", args=[service.code, kind])
    return str(Address(path, address.without("after", "view").pairs))


def sheet_of(rows: Iterable[Any], about: Sequence[tuple[str, str]], today: date) -> Sheet:
    """The list as a file: the columns on screen, then status and tags."""
    shown = (row_of(each, today) for each in rows)
    return Sheet(
        title="Associated PCNs",
        about=about,
        heads=(*(column.label for column in COLUMNS), "Status", "Remarks"),
        widths=(34, 10, 34, 40, 12, 12, 14, 44),
        rows=[
            (row.pcn, row.code, row.name, row.parent, row.start_date, row.end_date, row.status, ". ".join(row.tags))
            for row in shown
        ],
    )


def breadcrumb(service: QualityService | None = None) -> Sequence[Link]:
    links = [Link("Home", reverse("home:home")), Link("Offered Services", reverse("participation:offered_services"))]
    if service:
        links.append(Link(service.short_name, service_href(service)))
    return links


def service_href(service: QualityService) -> str:
    return reverse("participation:offered_service", args=[service.code])
