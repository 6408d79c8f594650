"""What somebody can do to one row now; for what they cannot: why, and who can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from accounts.queries import holders_of
from accounts.states import Role
from achievement.models import NetworkAchievement
from achievement.states import (
    APPROVE,
    APPROVE_LINE,
    COMPLETE_TOTAL,
    GIVE_FINANCE_APPROVAL,
    HOLD_LINE,
    LIFT_LINE,
    REJECT,
    RETURN,
    RETURN_TOTAL,
    UNDO_APPROVAL,
    UNDO_LINE,
)
from core.actors import Actor
from core.transitions import Transition

ACTS: tuple[tuple[str, str, Role, tuple[Transition, ...]], ...] = (
    ("approve", "Approve", Role.APPROVAL_MANAGEMENT, (APPROVE, APPROVE_LINE)),
    ("reject", "Reject", Role.APPROVAL_MANAGEMENT, (REJECT, HOLD_LINE)),
    ("lift", "Lift hold", Role.APPROVAL_MANAGEMENT, (LIFT_LINE,)),
    ("undo", "Undo approval", Role.APPROVAL_MANAGEMENT, (UNDO_APPROVAL, UNDO_LINE)),
    ("finance_approve", "Give finance approval", Role.FINANCE_MANAGEMENT, (GIVE_FINANCE_APPROVAL, COMPLETE_TOTAL)),
    ("return", "Return", Role.FINANCE_MANAGEMENT, (RETURN, RETURN_TOTAL)),
)


@dataclass(frozen=True)
class Possible:
    """An act that can be done now; `totals` is "1" for a network's total."""

    action: str
    totals: str


def possible(row: Any, by: Actor) -> list[Possible]:
    """The acts that this row's status allows and nothing refuses."""
    totals = "1" if isinstance(row, NetworkAchievement) else ""
    return [
        Possible(action, totals) for action, _label, _role, transition in _open(row) if transition.rule.has(row, by)
    ]


def impossible(row: Any, by: Actor) -> list[tuple[str, str, str]]:
    """(act, why not, who can) of the acts that the status allows but this person is refused."""
    refused = []
    for _action, label, role, transition in _open(row):
        why = transition.rule.why_not(row, by)
        if why:
            refused.append((label, " ".join(why), _who_can(row, role, by)))
    return refused


def _open(row: Any) -> Iterator[tuple[str, str, Role, Transition]]:
    """Acts of this row's own table of states that start where it is."""
    is_total = isinstance(row, NetworkAchievement)
    of_kind = {COMPLETE_TOTAL, RETURN_TOTAL} if is_total else _lines() if row.network_id else _practice_paid()
    for action, label, role, transitions in ACTS:
        for transition in transitions:
            if transition in of_kind and row.state in transition.sources:
                yield action, label, role, transition


def _lines() -> set[Transition]:
    return {APPROVE_LINE, HOLD_LINE, LIFT_LINE, UNDO_LINE}


def _practice_paid() -> set[Transition]:
    return {APPROVE, REJECT, UNDO_APPROVAL, GIVE_FINANCE_APPROVAL, RETURN}


def _who_can(row: Any, role: Role, by: Actor) -> str:
    others = [user.name for user in holders_of(role, row.commissioner) if user.pk != by.user_id]
    if not others:
        return f"Nobody else holds the role {role.label} at {row.commissioner.name}."
    shown = ", ".join(others[:3]) + (" and others" if len(others) > 3 else "")
    return f"{shown}, with the role {role.label} at {row.commissioner.name}, can."
