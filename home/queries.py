"""What Home shows: every app's needs and happenings, brought together."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.db.models import QuerySet

from accounts.queries import administrators_of
from accounts.rules import Acting
from achievement import queries as achievement
from achievement.models import Achievement, AchievementChange, NetworkAchievement, NetworkAchievementChange
from achievement.rules import networks_visible_to, sees_pounds
from achievement.states import CALCULATED, NETWORK_AGGREGATED, NETWORK_LINE, NETWORK_TOTAL, PRACTICE_PAID
from core.needs import Happening, Need
from ui.wording import listed, month

SHOWN = 10

DONE = {move.name: move.done for move in chain(PRACTICE_PAID.values(), NETWORK_LINE.values(), NETWORK_TOTAL.values())}
DONE |= {creation.name: creation.done for creation in (CALCULATED, NETWORK_AGGREGATED)}
"""What each move did, in the past participle."""


def needs_of(actor: Acting) -> list[Need]:
    """What waits for this person in the organisation they act for, most money first."""
    return sorted(achievement.needs_of(actor), key=lambda need: -(need.pounds or 0))


def happenings_of(actor: Acting) -> list[Happening]:
    """The last moves of what this person may see, newest first: network totals, and a practice's own achievements."""
    totals = NetworkAchievement.objects.filter(networks_visible_to(actor))
    own = Achievement.objects.filter(provider=actor.organisation_id)
    moves = [
        *_last_moves(NetworkAchievementChange.objects.filter(row__in=totals), "row__network"),
        *_last_moves(AchievementChange.objects.filter(row__in=own), "row__provider"),
    ]
    newest = sorted(moves, key=lambda move: move.at, reverse=True)[:SHOWN]
    return [_happening(move, with_pounds=sees_pounds(actor)) for move in newest]


def whom_to_ask(actor: Acting) -> str:
    """A sentence naming the administrators of the organisation acted for."""
    if actor.organisation is None:
        return "For roles and sign-ins, ask the user administrator of your organisation."
    names = [user.name for user in administrators_of(actor.organisation)]
    if not names:
        return f"{actor.organisation.name} has no user administrator at present."
    return f"For roles and sign-ins in {actor.organisation.name}, ask {listed(names, 'or')}."


def _last_moves(moves: QuerySet[Any], whose: str) -> QuerySet[Any]:
    return moves.select_related(whose, "row__service", "by").order_by("-pk")[:SHOWN]


def _happening(move: Any, *, with_pounds: bool) -> Happening:
    row = move.row
    whose = row.network if isinstance(row, NetworkAchievement) else row.provider
    return Happening(
        at=move.at,
        whose=whose.name,
        what=f"{month(row.achievement_date)} {DONE.get(move.transition, move.transition)}",
        pounds=move.amount if with_pounds else None,
        by=move.by.name if move.by else "",
    )
