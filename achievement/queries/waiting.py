"""Why networks wait, counted: the overnight run's picture of a commissioning organisation."""

from __future__ import annotations

from collections.abc import Mapping

from achievement.queries.causes import FIRST_TO_LAST, Scope, first_causes_by_lead

REASONS = tuple(cause.label for cause in FIRST_TO_LAST)
"""In this order: a network that waits for more than one is counted under the first."""


def waiting_by_reason() -> dict[int, dict[str, int]]:
    """Commissioning organisation -> cause in words -> how many network totals of those that it leads wait for it; none
    is left out. In one pass: what one organisation costs, all of them nearly cost together."""
    return {
        lead: {cause.label: many for cause, many in found.items()}
        for lead, found in first_causes_by_lead(Scope()).items()
        if lead is not None
    }


def in_order(waiting: Mapping[str, int]) -> dict[str, int]:
    """The same, first things first; the words of runs before these causes were told come last."""
    known = {reason: waiting[reason] for reason in REASONS if waiting.get(reason)}
    return known | {reason: many for reason, many in waiting.items() if many and reason not in known}
