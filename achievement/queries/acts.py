"""What somebody can do to one row now; for what they cannot: why, and who can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.queries import holders_of
from accounts.states import Role
from achievement.models import NetworkAchievement
from achievement.states import (
    APPROVE,
    APPROVE_LINE,
    AUTO_DECLARED,
    COMPLETE_TOTAL,
    DECLARE,
    GIVE_FINANCE_APPROVAL,
    HOLD,
    HOLD_LINE,
    LIFT,
    LIFT_LINE,
    NETWORK_LINE,
    NETWORK_TOTAL,
    PRACTICE_PAID,
    REJECT,
    RETURN,
    RETURN_TOTAL,
    UNDO_APPROVAL,
    UNDO_LINE,
    WITHDRAW_DECLARATION,
)
from core import clock
from core.actors import Actor
from core.transitions import Transition

DECLARES = "declare"
ACTS: tuple[tuple[str, str, Role, tuple[Transition, ...]], ...] = (
    (DECLARES, DECLARE.button, Role.DECLARATION_MANAGEMENT, (DECLARE,)),
    ("withdraw", WITHDRAW_DECLARATION.button, Role.DECLARATION_MANAGEMENT, (WITHDRAW_DECLARATION,)),
    ("approve", "Approve", Role.APPROVAL_MANAGEMENT, (APPROVE, APPROVE_LINE)),
    ("reject", "Reject", Role.APPROVAL_MANAGEMENT, (REJECT, HOLD, HOLD_LINE)),
    ("lift", "Lift hold", Role.APPROVAL_MANAGEMENT, (LIFT, LIFT_LINE)),
    ("undo", "Undo approval", Role.APPROVAL_MANAGEMENT, (UNDO_APPROVAL, UNDO_LINE)),
    ("finance_approve", "Give finance approval", Role.FINANCE_MANAGEMENT, (GIVE_FINANCE_APPROVAL, COMPLETE_TOTAL)),
    ("return", "Return", Role.FINANCE_MANAGEMENT, (RETURN, RETURN_TOTAL)),
)
"""What can be done by hand, in the order of a payment's stages. *Declare* has a page of its own."""


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
    of_kind = set(_table(row).values())
    for action, label, role, transitions in ACTS:
        for transition in transitions:
            if transition in of_kind and row.state in transition.sources:
                yield action, label, role, transition


def _table(row: Any) -> Mapping[str, Transition]:
    if isinstance(row, NetworkAchievement):
        return NETWORK_TOTAL
    if row.network_id:
        return NETWORK_LINE
    return AUTO_DECLARED if row.auto_declared else PRACTICE_PAID


def _who_can(row: Any, role: Role, by: Actor) -> str:
    declares = role == Role.DECLARATION_MANAGEMENT
    closed = declares and row.provider.close_date is not None and row.provider.close_date < clock.today()
    where = row.provider if declares and not closed else row.commissioner
    others = [user.name for user in holders_of(role, where) if user.pk != by.user_id]
    if not others:
        return f"Nobody else holds the role {role.label} at {where.name}."
    shown = ", ".join(others[:3]) + (" and others" if len(others) > 3 else "")
    return f"{shown}, with the role {role.label} at {where.name}, can."
