"""What came back: rows whose last move was a way back, with who made it and why (domain 6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import F, Q

from achievement.models import AchievementChange
from achievement.rules import sees_pounds
from achievement.states import (
    AUTO_DECLARED,
    DECLARED_FIGURES_CHANGED,
    FIGURES_CHANGED,
    LINE_CHANGED,
    NETWORK_LINE,
    PRACTICE_PAID,
    RETURN_LINE,
    State,
)
from core.actors import Actor
from ui.wording import count, long_date, note_for

TABLES = (PRACTICE_PAID, AUTO_DECLARED, NETWORK_LINE)
BY_HAND = [move for table in TABLES for move in table.values() if move.needs_reason]
BY_ITSELF = (RETURN_LINE, FIGURES_CHANGED, DECLARED_FIGURES_CHANGED)
WAYS_BACK = {move.name: move.done for move in (*BY_HAND, *BY_ITSELF, LINE_CHANGED)}
CAME_BACK = Q(transition__in=[move.name for move in (*BY_HAND, *BY_ITSELF)]) | Q(
    transition=LINE_CHANGED.name, from_state=State.AWAITING_NETWORK
)
"""Moves by which something came back: of a line whose figures changed, if it lost its approval by that."""

SHOWN = 500
"""Moves read at most, newest first."""


def reasons_of(rows: Collection[Any]) -> dict[int, str]:
    """Row id -> who sent it back and why, in a sentence, of rows whose last move was a way back."""
    moves = AchievementChange.objects.filter(CAME_BACK, row__in=rows, version=F("row__version"))
    return {move.row_id: _reason(move) for move in moves.select_related("by")}


def _reason(move: Any) -> str:
    who = f" by {move.by.name}" if move.by else ""
    said = f"{WAYS_BACK[move.transition]}{who}{': ' if move.note else '.'}{move.note}"
    return said[0].upper() + said[1:]


@dataclass(frozen=True)
class SentBack:
    """One act that sent rows of one service and date back: how many, their pounds, by whom and why, in a sentence."""

    sentence: str
    state: State
    rows: int
    pounds: Decimal
    first_id: int
    achievement_date: date


def sent_back(state: State, whose: str, by: Actor) -> list[SentBack]:
    """The acts that sent back what stands in a state now, of rows whose `whose` ("provider") is acted for."""
    moves = AchievementChange.objects.filter(
        CAME_BACK,
        row__state=state,
        version=F("row__version"),
        **{f"row__{whose}": by.organisation_id},
    )
    found = moves.exclude(by=by.user_id) if by.user_id else moves
    rows = list(found.select_related("by", "row__service", "row__provider").order_by("-at", "-pk")[:SHOWN])
    acts = groupby(sorted(rows, key=_act, reverse=True), key=_act)
    return [_sent_back(list(of_act), state, pounds_shown=sees_pounds(by)) for _act_key, of_act in acts]


def _act(move: Any) -> tuple[Any, ...]:
    return move.at, move.transition, move.by_id or 0, move.row.service_id, move.row.achievement_date


def _sent_back(moves: list[Any], state: State, *, pounds_shown: bool) -> SentBack:
    first = moves[0]
    whose = first.row.provider.name if len(moves) == 1 else count(len(moves), "practice")
    who = f" by {first.by.name}" if first.by else ""
    note = note_for(first.note, pounds=pounds_shown)
    why = f": {note}" if note and len({move.note for move in moves}) == 1 else ""
    sentence = (
        f"{first.row.service.short_name}, {long_date(first.row.achievement_date)}, {whose}, "
        f"{WAYS_BACK[first.transition]}{who}{why}"
    )
    pounds = sum((move.row.amount for move in moves), Decimal(0))
    return SentBack(sentence, state, len(moves), pounds, first.row_id, first.row.achievement_date)
