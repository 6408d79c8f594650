"""Achievements are approved as they were seen, and every way back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from achievement.commands.aggregation import NetworkKey
from achievement.commands.calculation import aggregate_after_commit
from achievement.commands.verdicts import LINES_OF_TOTALS
from achievement.models import Achievement, NetworkAchievement
from achievement.rules import networks_visible_to, visible_to
from achievement.states import (
    APPROVE,
    APPROVE_LINE,
    COMPLETE_LINE,
    COMPLETE_TOTAL,
    GIVE_FINANCE_APPROVAL,
    HOLD_LINE,
    LIFT_LINE,
    REJECT,
    RETURN,
    RETURN_LINE,
    RETURN_TOTAL,
    UNDO_APPROVAL,
    UNDO_LINE,
)
from core.actors import Actor
from core.commands import command
from core.errors import Invalid
from core.locking import lock_ids
from core.transitions import Moved, Refused, Seen, Transition
from organisations.models import Organisation


@dataclass(frozen=True)
class Outcome:
    """What became of the rows chosen: how many moved and their pounds, and each that did not, with why."""

    done: str
    ids: tuple[int, ...]
    pounds: Decimal
    refused: tuple[Refused, ...]

    @property
    def moved(self) -> int:
        return len(self.ids)


@command
def approve_achievements(seen: Collection[Seen], *, by: Actor, note: str = "") -> Outcome:
    """Approve achievements, as the approver saw them (id and version), for the commissioning organisation.

    Networks that are now complete are aggregated after the commit.
    """
    outcome = _by_payee(seen, APPROVE, APPROVE_LINE, by=by, note=note)
    lines = Achievement.objects.filter(pk__in=outcome.ids, network__isnull=False)
    keys = lines.order_by().values_list("service_id", "achievement_date", "network_id").distinct()
    aggregate_after_commit(NetworkKey(*key) for key in keys)
    return outcome


@command
def reject_achievements(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """Reject achievements: back to the service provider; a line that the portal declared is held."""
    return _by_payee(seen, REJECT, HOLD_LINE, by=by, note=_reason(note))


@command
def lift_hold(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """Lines that were held await approval again."""
    _lock_networks_of(_rows(seen, by))
    return _outcome(LIFT_LINE.apply(_rows(seen, by), by=by, note=_reason(note), seen=seen))


@command
def undo_approval(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """Approvals are taken back, before aggregation or finance approval."""
    return _by_payee(seen, UNDO_APPROVAL, UNDO_LINE, by=by, note=_reason(note))


@command
def give_finance_approval(seen: Collection[Seen], *, by: Actor, note: str = "") -> Outcome:
    """Give finance approval to network totals as they were seen: they and their lines are complete, and never
    change again."""
    totals = _totals(seen, by)
    _lock_networks_of(totals)
    moved = COMPLETE_TOTAL.apply(totals, by=by, note=note, seen=seen)
    COMPLETE_LINE.apply_each(Achievement, LINES_OF_TOTALS, by=by, note=note, params=[list(moved.ids)])
    return _outcome(moved)


@command
def approve_practice_payments(seen: Collection[Seen], *, by: Actor, note: str = "") -> Outcome:
    """Give finance approval to achievements that are paid to the practice itself, as they were seen."""
    return _outcome(GIVE_FINANCE_APPROVAL.apply(_rows(seen, by), by=by, note=note, seen=seen))


@command
def return_practice_payments(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """Finance returns achievements that are paid to the practice itself to the commissioner."""
    return _outcome(RETURN.apply(_rows(seen, by), by=by, note=_reason(note), seen=seen))


@command
def return_network_achievements(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """Finance returns network totals: they are withdrawn, and their lines await the commissioner again."""
    totals = _totals(seen, by)
    _lock_networks_of(totals)
    moved = RETURN_TOTAL.apply(totals, by=by, note=_reason(note), seen=seen)
    free = ("network_achievement_id",)
    RETURN_LINE.apply_each(Achievement, LINES_OF_TOTALS, free, by=by, note=note, params=[list(moved.ids)])
    return _outcome(moved)


def _by_payee(
    seen: Collection[Seen], practice_paid: Transition, network_line: Transition, *, by: Actor, note: str
) -> Outcome:
    """One act on a mixed choice: each row by the transition of its own table of states.

    The networks of lines are locked first, as by all that moves lines, so that nobody waits for another in a circle.
    """
    network_of = dict(_rows(seen, by).values_list("pk", "network_id"))
    lock_ids(Organisation, filter(None, network_of.values()))
    lines = {id for id, network in network_of.items() if network}
    outcomes = []
    for transition, is_mine in ((network_line, lines.__contains__), (practice_paid, _outside(lines))):
        chosen = [row for row in seen if is_mine(row.id)]
        if chosen:
            outcomes.append(_outcome(transition.apply(_rows(chosen, by), by=by, note=note, seen=chosen)))
    return _together(network_line.done if len(lines) == len(seen) else practice_paid.done, outcomes)


def _outside(ids: set[int]) -> Callable[[int], bool]:
    return lambda id: id not in ids


def _rows(seen: Collection[Seen], by: Actor) -> QuerySet[Any]:
    """The rows named that the actor may see; the others are answered as not there."""
    return Achievement.objects.filter(visible_to(by), pk__in=[row.id for row in seen])


def _totals(seen: Collection[Seen], by: Actor) -> QuerySet[Any]:
    return NetworkAchievement.objects.filter(networks_visible_to(by), pk__in=[row.id for row in seen])


def _outcome(moved: Moved) -> Outcome:
    model = NetworkAchievement if moved.transition in (COMPLETE_TOTAL, RETURN_TOTAL) else Achievement
    pounds = model.objects.filter(pk__in=moved.ids).aggregate(sum=Sum("amount"))["sum"]
    return Outcome(moved.transition.done, moved.ids, pounds or Decimal(0), moved.refused)


def _together(done: str, outcomes: Sequence[Outcome]) -> Outcome:
    ids = tuple(id for outcome in outcomes for id in outcome.ids)
    refused = tuple(row for outcome in outcomes for row in outcome.refused)
    return Outcome(done, ids, sum((outcome.pounds for outcome in outcomes), Decimal(0)), refused)


def _lock_networks_of(rows: QuerySet[Any]) -> None:
    lock_ids(
        Organisation, rows.filter(network__isnull=False).order_by().values_list("network_id", flat=True).distinct()
    )


def _reason(note: str) -> str:
    if not note.strip():
        raise Invalid("Reason: enter why; whoever acts next reads it.")
    return note.strip()
