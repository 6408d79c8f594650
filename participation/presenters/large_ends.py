"""An end or a cancellation that a worker works out: how far it is, what would change, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.changes import Effect
from participation.commands import Ending
from participation.presenters.answers import some_of
from participation.presenters.ends import SECOND_PERSON, lead_of
from ui.components import Confirm, Progress
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.wording import count, long_date


@dataclass(frozen=True, kw_only=True)
class LargeEndPage(Page):
    """A step that a worker takes: under way, or what came of it."""

    progress: Progress | None
    problem: Sequence[str]
    remarks: Sequence[str]
    links: Sequence[Link]
    asked: Sequence[Link]
    change: WouldChange | None
    done: Sequence[str]
    back: Link | None


def progress_of(done: int, total: int, step: str, href: str) -> Progress:
    sentence = step or "A worker takes it up in a moment."
    return Progress(label="Working it out", done=done, total=total, sentence=sentence, refresh_href=href)


def would_change(result: Mapping[str, Any], ending: Ending, how_many: int, confirm: Confirm) -> WouldChange:
    said = [ending.would(result["moved"]) if result["moved"] else "Nothing would change.", *left_of(result)]
    effects, expected = ([Effect.from_plain(each) for each in result[name]] for name in ("effects", "expected"))
    return WouldChange.of(lead_of(ending, how_many), said, effects, expected, confirm)


def left_of(result: Mapping[str, Any]) -> list[str]:
    """Each row that was left as it is, by name, with every reason."""
    more = result["left"] - len(result["refused"])
    said = [f"{name or 'One row'}: {' '.join(reasons)}" for name, reasons in result["refused"]]
    return [*said, *([f"And {more:,} more that were left as they are."] if more > 0 else [])]


def remarks_of(result: Mapping[str, Any]) -> list[str]:
    return [*result["warnings"], *([SECOND_PERSON] if result["asks"] else [])]


def done_of(result: Mapping[str, Any], ending: Ending) -> list[str]:
    """What was done, in sentences."""
    if "end_request" in result:
        return ["Asked for. It is done once another person has confirmed it."]
    practices = count(result["moved"], "practice")
    saved = (
        f"Service cancelled for {practices}."
        if ending.end_date is None
        else f"End date {long_date(ending.end_date)} saved for {practices}."
    )
    effects = some_of([each["sentence"] for each in result["effects"]])
    return [saved if result["moved"] else "Nothing was changed.", *effects, *left_of(result)]
