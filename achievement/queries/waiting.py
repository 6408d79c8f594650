"""Why networks wait, counted: the overnight run's picture of a commissioning organisation."""

from __future__ import annotations

from collections.abc import Mapping

from achievement.queries.causes import FIRST_TO_LAST, Scope, first_causes

REASONS = tuple(cause.label for cause in FIRST_TO_LAST)
"""In this order: a network that waits for more than one is counted under the first."""


def waiting_by_reason(commissioner_id: int) -> dict[str, int]:
    """Cause in words -> how many network totals of a commissioning organisation wait for it; none is left out."""
    found = first_causes(Scope(commissioner=commissioner_id))
    return {cause.label: many for cause, many in found.items()}


def in_order(waiting: Mapping[str, int]) -> dict[str, int]:
    """The same, first things first; the words of runs before these causes were told come last."""
    known = {reason: waiting[reason] for reason in REASONS if waiting.get(reason)}
    return known | {reason: many for reason, many in waiting.items() if many and reason not in known}
