"""The kinds of achievement that are worked out, and the moves by which each follows its figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

from achievement.states import (
    CALCULATED,
    CALCULATED_AND_DECLARED,
    DECLARED_FIGURES_CHANGED,
    FIGURES_CHANGED,
    LINE_CHANGED,
    REVIVE,
    REVIVE_DECLARED,
    REVIVE_LINE,
    WITHDRAW,
    WITHDRAW_LINE,
)
from core.transitions import Creation, Transition


@dataclass(frozen=True)
class Course:
    """One kind of achievement: which rows stand for a service and dates, and the moves that carry verdicts out.

    `standing` and `same` are SQL: whose rows they are, and the columns by which a figure finds its row.
    """

    standing: str
    same: tuple[str, ...]
    created: Creation
    changed: Transition
    revived: Transition
    gone: Transition
    noun: tuple[str, str]
    awaits: str


LINES = Course(
    standing="network_id = ANY(%s)",
    same=("achievement_date", "network_id", "provider_id"),
    created=CALCULATED_AND_DECLARED,
    changed=LINE_CHANGED,
    revived=REVIVE_LINE,
    gone=WITHDRAW_LINE,
    noun=("line", "lines"),
    awaits="approval",
)
"""Lines of amounts networks."""

PRACTICE_PAYMENTS = Course(
    standing="network_id IS NULL AND provider_id = ANY(%s)",
    same=("achievement_date", "provider_id"),
    created=CALCULATED,
    changed=FIGURES_CHANGED,
    revived=REVIVE,
    gone=WITHDRAW,
    noun=("achievement", "achievements"),
    awaits="declaration",
)
"""Paid to the practice itself, which declares them."""

AUTO_DECLARED_PAYMENTS = replace(
    PRACTICE_PAYMENTS,
    created=CALCULATED_AND_DECLARED,
    changed=DECLARED_FIGURES_CHANGED,
    revived=REVIVE_DECLARED,
    awaits="approval",
)
"""Paid to the practice itself, where no declaration is required."""
