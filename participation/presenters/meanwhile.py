"""What was changed since somebody looked, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from participation.presenters.answers import SHOWN_REFUSALS
from participation.presenters.offer import DONE
from ui.wording import dense_date, moment


def sentences_of(moves: Sequence[Any]) -> list[str]:
    """Each row's last move, who made it, when, the days that hold by it, and why."""
    more = len(moves) - SHOWN_REFUSALS
    return [
        *(_sentence(move) for move in moves[:SHOWN_REFUSALS]),
        *([f"And {more:,} more that were changed."] if more > 0 else []),
    ]


def _sentence(move: Any) -> str:
    row, who = move.row, move.by.name if move.by else "CQRS Portal"
    of = f", {move.organisation.name}" if move.organisation else ""
    days = f"Its days are {dense_date(row.start_date)} - {dense_date(row.end_date)}."
    why = f" Reason: {move.note}" if move.note else ""
    return f"{row.provider} was {DONE[move.transition]} by {who}{of}, {moment(move.at)}. {days}{why}"
