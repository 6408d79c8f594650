"""Achievements are approved as they were seen, and every way back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from achievement.commands.aggregation import NetworkKey
from achievement.commands.calculation import aggregate_after_commit, keep_what_totals_left_out
from achievement.commands.hand_overs import tell_who_acts_next
from achievement.commands.nil.following import complete_nil_settlements, replace_nil_settlements
from achievement.commands.outcomes import (
    Outcome,
    outcome_of,
    reason_given,
    rows_chosen,
    together,
    totals_chosen,
)
from achievement.commands.verdicts import LINES_OF_TOTALS
from achievement.models import Achievement
from achievement.states import (
    APPROVE,
    APPROVE_LINE,
    COMPLETE_LINE,
    COMPLETE_TOTAL,
    GIVE_FINANCE_APPROVAL,
    HOLD,
    HOLD_LINE,
    LIFT,
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
from core.locking import lock_ids
from core.transitions import Seen, Transition
from organisations.models import Organisation

Kind = tuple[bool, bool]
LINE, DECLARED_BY_HAND, DECLARED_BY_ITSELF = (True, True), (False, False), (False, True)
"""(whether it is a line of a network, whether the portal declared it)."""


@command
def approve_achievements(seen: Collection[Seen], *, by: Actor, note: str = "") -> Outcome:
    """Approve achievements, as the approver saw them (id and version), for the commissioning organisation.

    A line that was settled as nil takes its settlement's place. Networks that are now complete are aggregated after the
    commit.
    """
    outcome = _by_kind(seen, _for_all(APPROVE, APPROVE_LINE), by=by, note=note)
    replaced = replace_nil_settlements(outcome.ids, by=by)
    lines = Achievement.objects.filter(pk__any=outcome.ids, network__isnull=False)
    keys = lines.order_by().values_list("service_id", "achievement_date", "network_id").distinct()
    aggregate_after_commit(NetworkKey(*key) for key in keys)
    return replace(outcome, replaced=len(replaced))


@command
def reject_achievements(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """Reject achievements: back to the service provider; what the portal declared is held."""
    moves = {LINE: HOLD_LINE, DECLARED_BY_HAND: REJECT, DECLARED_BY_ITSELF: HOLD}
    return _by_kind(seen, moves, by=by, note=reason_given(note))


@command
def lift_hold(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """What was held awaits approval again."""
    return _by_kind(seen, _for_all(LIFT, LIFT_LINE), by=by, note=reason_given(note))


@command
def undo_approval(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """Approvals are taken back, before aggregation or finance approval."""
    return _by_kind(seen, _for_all(UNDO_APPROVAL, UNDO_LINE), by=by, note=reason_given(note))


@command
def give_finance_approval(seen: Collection[Seen], *, by: Actor, note: str = "") -> Outcome:
    """Give finance approval to network totals as they were seen: they and their lines are complete, and never
    change again. Lines that were settled as nil are left out for good, to be adjusted."""
    totals = totals_chosen(seen, by)
    _lock_networks_of(totals)
    moved = COMPLETE_TOTAL.apply(totals, by=by, note=note, seen=seen)
    COMPLETE_LINE.apply_each(Achievement, LINES_OF_TOTALS, by=by, note=note, params=[list(moved.ids)])
    keep_what_totals_left_out(complete_nil_settlements(moved.ids, by=by))
    return outcome_of(moved)


@command
def approve_practice_payments(seen: Collection[Seen], *, by: Actor, note: str = "") -> Outcome:
    """Give finance approval to achievements that are paid to the practice itself, as they were seen."""
    return _moved(GIVE_FINANCE_APPROVAL, seen, by=by, note=note)


@command
def return_practice_payments(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """Finance returns achievements that are paid to the practice itself to the commissioner."""
    return _moved(RETURN, seen, by=by, note=reason_given(note))


@command
def return_network_achievements(seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """Finance returns network totals: they are withdrawn, and their lines await the commissioner again."""
    totals = totals_chosen(seen, by)
    _lock_networks_of(totals)
    moved = RETURN_TOTAL.apply(totals, by=by, note=reason_given(note), seen=seen)
    free = ("network_achievement_id",)
    lines = RETURN_LINE.apply_each(Achievement, LINES_OF_TOTALS, free, by=by, note=note, params=[list(moved.ids)])
    tell_who_acts_next(RETURN_LINE, lines.ids, by=by, note=note)
    return outcome_of(moved)


def _for_all(practice_paid: Transition, network_line: Transition) -> Mapping[Kind, Transition]:
    return {LINE: network_line, DECLARED_BY_HAND: practice_paid, DECLARED_BY_ITSELF: practice_paid}


def _by_kind(seen: Collection[Seen], moves: Mapping[Kind, Transition], *, by: Actor, note: str) -> Outcome:
    """One act on a mixed choice: each row by the transition of its own table of states.

    The networks of lines are locked first, as by all that moves lines, so that nobody waits for another in a circle.
    What nobody may see goes with the rows that are declared by hand, and is answered as not there.
    """
    rows = rows_chosen(seen, by).values_list("pk", "network_id", "auto_declared")
    found = {id: (network, declared) for id, network, declared in rows}
    lock_ids(Organisation, {network for network, _declared in found.values() if network})
    chosen: dict[Transition, list[Seen]] = {}
    for row in seen:
        chosen.setdefault(moves[_kind(*found.get(row.id, (None, False)))], []).append(row)
    outcomes = [_moved(move, its_rows, by=by, note=note) for move, its_rows in chosen.items()]
    return together(outcomes[0].done if len(outcomes) == 1 else moves[DECLARED_BY_HAND].done, outcomes)


def _kind(network_id: int | None, auto_declared: bool) -> Kind:
    return LINE if network_id else (False, auto_declared)


def _moved(move: Transition, seen: Collection[Seen], *, by: Actor, note: str) -> Outcome:
    """One transition for rows of its own kind, and whoever acts next is told."""
    outcome = outcome_of(move.apply(rows_chosen(seen, by), by=by, note=note, seen=seen))
    tell_who_acts_next(move, outcome.ids, by=by, note=note)
    return outcome


def _lock_networks_of(rows: QuerySet[Any]) -> None:
    lock_ids(
        Organisation, rows.filter(network__isnull=False).order_by().values_list("network_id", flat=True).distinct()
    )
