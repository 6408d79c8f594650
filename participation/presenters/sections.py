"""Services on the page of a practice or network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from ui.tables import Column, Table
from ui.wording import long_date

SERVICES = ("service", "services")
NETWORK_COLUMNS = (
    Column(key="name", label="Quality Service", href="href"),
    Column(key="practices", label="Practices offered", kind="number"),
    Column(key="taking_part", label="Taking part that day", kind="number"),
)
PRACTICE_COLUMNS = (
    Column(key="name", label="Quality Service", href="href"),
    Column(key="pcn", label="PCN"),
    Column(key="status", label="Status", kind="status"),
    Column(key="start_date", label="Start Date", kind="date"),
    Column(key="end_date", label="End Date", kind="date"),
)


@dataclass(frozen=True)
class NetworkService:
    """One service of a network, with how many practices take part."""

    name: str
    href: str
    practices: int
    taking_part: int


@dataclass(frozen=True)
class PracticeService:
    """One service of a practice: its participation, both days included."""

    name: str
    href: str
    pcn: str
    status: str
    start_date: date | None
    end_date: date | None


def network_table(rows: Iterable[Mapping[str, Any]], day: date, *, linked: bool) -> Table:
    shown = [
        NetworkService(row["service__name"], _href(row["service__code"], linked), row["practices"], row["taking_part"])
        for row in rows
    ]
    return _table(NETWORK_COLUMNS, shown, day)


def practice_table(rows: Iterable[Any], day: date, *, linked: bool) -> Table:
    shown = [
        PracticeService(
            row.service.name,
            _href(row.service.code, linked),
            row.network.name if row.network else "",
            row.state_label,
            row.start_date,
            row.end_date,
        )
        for row in rows
    ]
    return _table(PRACTICE_COLUMNS, shown, day)


def _table(columns: tuple[Column, ...], rows: list[Any], day: date) -> Table:
    return Table(
        id="services",
        caption=f"Services on {long_date(day)} or later",
        columns=columns,
        rows=rows,
        empty="It takes part in no service that you can see on this day or later.",
        noun=SERVICES,
    )


def _href(code: str, linked: bool) -> str:
    """The detail of the service, for those who offer it."""
    return reverse("participation:offered_service", args=[code]) if linked else ""
