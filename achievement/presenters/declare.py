"""*Declare*: what awaits the provider, the text it accepts, and its Payment Declaration History."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from achievement.queries.declarations import Text, declared_words
from achievement.queries.figures import figures_in_words
from achievement.states import FINALS
from core.clock import LONDON
from core.texts import NOTE_LENGTH
from ui.frame import Link, Page
from ui.tables import Action, Address, Choosing, Column, Pager, Selection, Table
from ui.wording import count, dense_date, month, too_long

DECLARED, NOUN = "declared", ("achievement", "achievements")
SAVE_NOTES = "save_notes"


@dataclass(frozen=True)
class DeclareRow:
    """One achievement to declare."""

    token: str
    name: str
    href: str
    note_name: str
    note: str
    note_problem: str
    achievement_date: date
    figures: str
    amount: Decimal
    remarks: Sequence[str]


@dataclass(frozen=True)
class TextShown:
    """The declaration text of one service: what is confirmed by declaring."""

    service: str
    version: str
    text: str


@dataclass(frozen=True)
class HistoryRow:
    """One line of the Payment Declaration History."""

    name: str
    href: str
    achievement_date: date
    amount: Decimal
    status: str
    declared: str
    approved_at: datetime | None
    finance_approved_at: datetime | None
    paid: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class DeclarePage(Page):
    """The pending list with its notes, the texts, the one button, and the history."""

    table: Table
    selection: Selection | None
    texts: Sequence[TextShown]
    declared_as: str
    report_href: str
    history: Table
    pager: Pager


def what(row: Any, here: int | None) -> str:
    """ "Weight Management, November 2021"; of another provider, with its name."""
    said = f"{row.service.short_name}, {month(row.achievement_date)}"
    return said if row.provider_id == here else f"{said}, {row.provider.name} ({row.provider.code})"


def declare_row(row: Any, remarks: Sequence[str], here: int | None, *, note: str = "", too_long: int = 0) -> DeclareRow:
    """`note` stands in its box again; where it was `too_long`, that is said above the box."""
    return DeclareRow(
        token=f"{row.pk}:{row.version}",
        name=what(row, here),
        href=reverse("achievement:achievement", args=[row.pk]),
        note_name=f"note_{row.pk}",
        note=note,
        note_problem=_too_long(what(row, here), too_long) if too_long else "",
        achievement_date=row.achievement_date,
        figures=figures_in_words(row),
        amount=row.amount,
        remarks=[remark[0].upper() + remark[1:] for remark in remarks],
    )


def _too_long(name: str, length: int) -> str:
    return too_long(f"Notes on {name}", NOTE_LENGTH, length)


def pending_table(rows: Sequence[DeclareRow], *, choosing: bool, ticked: frozenset[str] = frozenset()) -> Table:
    return Table(
        caption="To declare",
        columns=[
            Column(key="name", label="Quality Service", href="href"),
            Column(key="achievement_date", label="Date of Achievement", kind="date"),
            Column(key="figures", label="Figures", kind="custom"),
            Column(key="amount", label="Achievement Amount", kind="money"),
            *([Column(key="note_name", label="Notes", kind="custom")] if choosing else []),
        ],
        rows=rows,
        noun=NOUN,
        total=sum((row.amount for row in rows), Decimal(0)),
        empty="Nothing awaits your declaration. What you submit is worked out at once and then stands here.",
        detail="remarks",
        choosing=Choosing(amount="amount", chosen=ticked) if choosing else None,
    )


def selection(rows: Sequence[Any], texts: Mapping[int, Text], key: str) -> Selection | None:
    """The button; with each row goes the version of the text that is shown."""
    if not rows:
        return None
    read = {f"read_{row.pk}": str(_version(texts, row)) for row in rows}
    return Selection(
        href=reverse("achievement:declare"),
        actions=[Action(DECLARED, "Declare Achievement"), Action(SAVE_NOTES, "Save notes", "secondary")],
        hidden={"key": key, **read},
    )


def kept_in_words(notes: int) -> list[str]:
    """That notes on what was not declared are not lost."""
    return (
        [f"{count(notes, 'note')} on what is not declared yet {'is' if notes == 1 else 'are'} kept."] if notes else []
    )


def _version(texts: Mapping[int, Text], row: Any) -> int | str:
    text = texts.get(row.service_id)
    return "" if text is None or text.version is None else text.version


def texts_shown(rows: Sequence[Any], texts: Mapping[int, Text]) -> list[TextShown]:
    """Each service's text once."""
    services = {row.service_id: row.service.name for row in rows}
    found = [(name, texts[id]) for id, name in services.items() if id in texts and texts[id].text]
    return [TextShown(name, f"version {text.version}", text.text) for name, text in found]


def history_table(rows: Sequence[HistoryRow], address: Address) -> Table:
    return Table(
        caption="Payment Declaration History",
        columns=[
            Column(key="name", label="Payment Period", href="href"),
            Column(key="achievement_date", label="Date of Achievement", kind="date"),
            Column(key="amount", label="Achievement Amount", kind="money"),
            Column(key="status", label="Status", kind="status"),
            Column(key="declared", label="Declared by"),
            Column(key="approved_at", label="Approved", kind="moment"),
            Column(key="finance_approved_at", label="Finance approval", kind="moment"),
            Column(key="paid", label="Paid"),
            Column(key="reference", label="Reference", kind="code"),
        ],
        rows=rows,
        noun=NOUN,
        empty="Nothing has been declared yet.",
        address=address,
        id="history",
    )


def history_row(row: Any, here: int | None) -> HistoryRow:
    """One achievement of the history; an auto-declared one says so."""
    by = "Declared automatically"
    if row.declared_by:
        by = f"{declared_words(row)}, {dense_date(row.declared_at.astimezone(LONDON).date())}"
    return HistoryRow(
        name=what(row, here),
        href=reverse("achievement:achievement", args=[row.pk]),
        achievement_date=row.achievement_date,
        amount=row.amount,
        status=row.state_label,
        declared=by,
        approved_at=row.approved_at,
        finance_approved_at=row.finance_approved_at,
        paid="Not yet in a payment run" if row.state in FINALS else "",
        reference=row.reference,
    )


def breadcrumb() -> list[Link]:
    return [Link("Home", reverse("home:home"))]
