"""What an act on chosen rows came to; shared by all that moves achievements by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from achievement.models import Achievement, NetworkAchievement
from achievement.rules import networks_visible_to, visible_to
from achievement.states import NETWORK_TOTAL
from core.actors import Actor
from core.errors import Invalid
from core.transitions import Moved, Refused, Seen


@dataclass(frozen=True)
class Outcome:
    """What became of the rows chosen: how many moved and their pounds, and each that did not, with why; and how many
    nil settlements they took the place of."""

    done: str
    ids: tuple[int, ...]
    pounds: Decimal
    refused: tuple[Refused, ...]
    replaced: int = 0

    @property
    def moved(self) -> int:
        return len(self.ids)


def outcome_of(moved: Moved) -> Outcome:
    """The outcome of one transition, with the pounds of what moved."""
    model = NetworkAchievement if moved.transition in NETWORK_TOTAL.values() else Achievement
    pounds = model._default_manager.filter(pk__any=moved.ids).aggregate(sum=Sum("amount"))["sum"]
    return Outcome(moved.transition.done, moved.ids, pounds or Decimal(0), moved.refused)


def together(done: str, outcomes: Sequence[Outcome]) -> Outcome:
    """Several outcomes of one act as one."""
    ids = tuple(id for outcome in outcomes for id in outcome.ids)
    refused = tuple(row for outcome in outcomes for row in outcome.refused)
    return Outcome(done, ids, sum((outcome.pounds for outcome in outcomes), Decimal(0)), refused)


def rows_chosen(seen: Collection[Seen], by: Actor) -> QuerySet[Any]:
    """The achievements named that the actor may see; the others are answered as not there."""
    return Achievement.objects.filter(visible_to(by), pk__any=[row.id for row in seen])


def totals_chosen(seen: Collection[Seen], by: Actor) -> QuerySet[Any]:
    """The network totals named that the actor may see."""
    return NetworkAchievement.objects.filter(networks_visible_to(by), pk__any=[row.id for row in seen])


def reason_given(note: str) -> str:
    """The reason of a way back. Raises Invalid where there is none."""
    if not note.strip():
        raise Invalid("Reason: enter why; whoever acts next reads it.")
    return note.strip()
