"""My Services: what a provider takes part in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ui.frame import Page
from ui.tables import Column, Pager, Table


@dataclass(frozen=True)
class Row:
    """One participation held."""

    service: str
    pcn: str
    code: str
    name: str
    start_date: date | None
    end_date: date | None
    status: str


@dataclass(frozen=True, kw_only=True)
class MyServicesPage(Page):
    """The participations of a practice, or of a network's members."""

    table: Table
    pager: Pager


COLUMNS = (
    Column(key="service", label="Quality Service"),
    Column(key="pcn", label="PCN"),
    Column(key="code", label="Org ID", kind="code"),
    Column(key="name", label="Service Provider Name"),
    Column(key="start_date", label="Start Date", kind="date"),
    Column(key="end_date", label="End Date", kind="date"),
    Column(key="status", label="Status", kind="status"),
)


def row_of(each: Any) -> Row:
    return Row(
        service=each.service.name,
        pcn=each.network.name if each.network else "",
        code=each.provider.code,
        name=each.provider.name,
        start_date=each.start_date,
        end_date=each.end_date,
        status=each.state_label,
    )
