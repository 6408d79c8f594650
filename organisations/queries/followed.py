"""What follows from reference files, as the report of their check or load keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.changes import Effect


def effects_in(report: Mapping[str, Any]) -> list[Effect]:
    """What followed; a report made before effects were kept whole has their sentences alone."""
    return [
        Effect("told", each) if isinstance(each, str) else Effect.from_plain(each) for each in report.get("effects", ())
    ]


def expected_in(report: Mapping[str, Any]) -> list[Effect]:
    """What is expected of days to come, and the totals of networks that become complete."""
    return [Effect.from_plain(each) for each in report.get("expected", ())]


def all_that_follows(report: Mapping[str, Any]) -> list[Effect]:
    return [*effects_in(report), *expected_in(report)]
