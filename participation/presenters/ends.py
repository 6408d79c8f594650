"""*Save End Date* and *Cancel Service*: what is asked, what would change, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.changes import Effect
from core.previews import Difference
from participation.commands import Ended, Ending
from participation.presenters.answers import left_as_they_are, some_of
from ui.components import Confirm
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.tables import Table
from ui.wording import count, long_date

SAVE_END_DATE, CANCEL_SERVICE = "Save End Date", "Cancel Service"
CANCEL_MEANS = (
    "Cancelling voids the offer from its start: it is as if it had not been made. To stop it from a day, use Save End "
    "Date instead."
)
SECOND_PERSON = (
    "It takes back what somebody approved, so another person with Commissioning Management must confirm it. Nothing "
    "changes until they do."
)


@dataclass(frozen=True, kw_only=True)
class EnterPage(Page):
    """The date and the reason, or the reason alone, for the rows that were chosen."""

    form: PortalForm
    table: Table
    href: str
    cancel_href: str
    remark: str
    asked: Sequence[Link]
    hidden: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class WhatWouldChangePage(Page):
    """What the end date or the cancellation would do, before it is saved."""

    change: WouldChange
    remarks: Sequence[str]
    links: Sequence[Link]
    asked: Sequence[Link]


def button_of(ending: Ending) -> str:
    return CANCEL_SERVICE if ending.cancels else SAVE_END_DATE


def style_of(ending: Ending) -> Literal["primary", "warning"]:
    return "warning" if ending.cancels else "primary"


def lead_of(ending: Ending, how_many: int) -> str:
    practices = count(how_many, "practice")
    if ending.end_date is None:
        return f"If the service is cancelled for {practices}:"
    return f"If the end date of {practices} becomes {long_date(ending.end_date)}:"


def would_change(
    ended: Ended,
    expected: Sequence[Effect],
    names: Mapping[int, str],
    confirm: Confirm,
    how_many: int,
    moved: Difference | None = None,
) -> WouldChange:
    said = [
        ended.ending.would(len(ended.ids)) if ended.ids else "Nothing would change.",
        *left_as_they_are(ended.refused, names),
    ]
    return WouldChange.of(lead_of(ended.ending, how_many), said, ended.effects, expected, confirm, moved)


def remarks_of(ended: Ended) -> list[str]:
    """What to look at before it is saved."""
    return [*ended.warnings, *([SECOND_PERSON] if ended.takes_approvals_back else [])]


def done(ended: Ended, names: Mapping[int, str]) -> str:
    """What a save did, in sentences."""
    practices, end_date = count(len(ended.ids), "practice"), ended.ending.end_date
    first = (
        f"Service cancelled for {practices}."
        if end_date is None
        else f"End date {long_date(end_date)} saved for {practices}."
    )
    effects = some_of([effect.sentence for effect in ended.effects])
    return " ".join([first if ended.ids else "Nothing was changed.", *effects, *left_as_they_are(ended.refused, names)])


def titled(ending_cancels: bool) -> str:
    return CANCEL_SERVICE if ending_cancels else SAVE_END_DATE
