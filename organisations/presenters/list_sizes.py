"""List sizes of many, beside those before; and where a file of them is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from organisations.presenters.practices import change_words
from organisations.presenters.through_time import page_href
from organisations.queries.list_sizes import OF_NETWORKS, Asked
from ui.components import RecordedOn
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.sheets import KINDS, Sheet
from ui.tables import Address, Column, Order, Pager, Table
from ui.wording import long_date, whole

TITLE = "List sizes"
COLUMNS = (
    Column(key="code", label="Org ID", kind="code", sort="code"),
    Column(key="name", label="Name", href="href", sort="name"),
    Column(key="pcn", label="PCN", sort="pcn"),
    Column(key="size", label="Size", kind="number", sort="size"),
    Column(key="before", label="Before", kind="number"),
    Column(key="before_day", label="As at", kind="date"),
    Column(key="change", label="Change", sort="change"),
)
ORDERS = {
    "code": ("code",),
    "name": ("name", "code"),
    "pcn": ("pcn", "name", "code"),
    "size": ("sorted_size", "code"),
    "change": ("sorted_share", "code"),
}


@dataclass(frozen=True)
class ListSizeRow:
    """One practice or PCN: its size as at the day, and the one before."""

    code: str
    name: str
    href: str
    pcn: str
    size: Decimal | int | None
    before: Decimal | int | None
    before_day: date | None
    change: str


@dataclass(frozen=True, kw_only=True)
class ListSizesPage(Page):
    """List sizes of a kind as at a day, as known now or earlier. No table while none of the kind is known."""

    filters: PortalForm
    address: Address
    recorded: RecordedOn
    refused: Sequence[str]
    table: Table | None
    nothing: str
    pager: Pager
    upload_href: str


@dataclass(frozen=True, kw_only=True)
class UploadListsPage(Page):
    """Where a file of list sizes is given."""

    form: PortalForm
    cancel_href: str


def list_size_row(row: Any) -> ListSizeRow:
    known = row.size is not None and row.before is not None
    return ListSizeRow(
        code=row.code,
        name=row.name,
        href=page_href(row),
        pcn="" if row.is_network else row.pcn,
        size=None if row.size is None else whole(row.size),
        before=None if row.before is None else whole(row.before),
        before_day=row.before_day,
        change=change_words(row.size, row.before) if known else _without(row),
    )


def _without(row: Any) -> str:
    if row.size is None:
        return "Missing" if row.is_member or row.is_network else "Missing; in no PCN"
    return "First known"


def lists_table(rows: Iterable[Any], how_many: int, asked: Asked, order: Order, address: Address) -> Table:
    shown = [list_size_row(row) for row in rows]
    noun = ("PCN", "PCNs") if asked.kind in OF_NETWORKS else ("practice", "practices")
    return Table(
        caption=f"{asked.kind.label[:1].upper()}{asked.kind.label[1:]} as at {long_date(asked.day)}",
        columns=COLUMNS,
        rows=shown,
        count=how_many,
        empty="Nobody that you can see matches these filters.",
        noun=noun,
        order=order,
        address=address,
        exports=[Link(label, _file_href(address, kind)) for kind, label in KINDS] if shown else [],
    )


def _file_href(address: Address, kind: str) -> str:
    chosen = address.without("after", "view")
    return str(Address(reverse("organisations:list_sizes_file", args=[kind]), chosen.pairs))


def lists_sheet(rows: Iterable[Any], asked: Asked, about: Sequence[tuple[str, str]]) -> Sheet:
    """The same as a file; sizes are text, so that no spreadsheet takes them for pounds."""
    shown = [list_size_row(row) for row in rows]
    return Sheet(
        title=TITLE,
        about=about,
        heads=["Org ID", "Name", "PCN", "List", "As at", "Size", "Before", "Before as at", "Change"],
        widths=[10, 34, 30, 26, 13, 12, 12, 13, 20],
        rows=[
            (
                row.code, row.name, row.pcn, asked.kind.label, asked.day, _cell(row.size), _cell(row.before),
                row.before_day, row.change,
            )
            for row in shown
        ],
    )  # fmt: skip


def _cell(size: Decimal | int | None) -> int | str:
    return "" if size is None else size if isinstance(size, int) else str(size)


def breadcrumb(*, lists: bool = False) -> list[Link]:
    links = [Link("Home", reverse("home:home"))]
    return [*links, Link(TITLE, reverse("organisations:list_sizes"))] if lists else links
