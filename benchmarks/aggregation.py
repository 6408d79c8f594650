"""Bar 1: the night's aggregation, all commissioners, against bare SQL over the same rows."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import transaction

from achievement.models import Achievement, AchievementChange
from achievement.states import State
from benchmarks import nights
from benchmarks.databases import inside
from benchmarks.england import England
from benchmarks.measuring import Act, paired, profile_of
from benchmarks.memory import Watch
from benchmarks.registry import Figure, measures
from core import clock

SAMPLE = 500
"""Rows that the one-by-one state machine is timed on; its time grows in proportion."""


@measures("aggregation")
def aggregation(england: England, runs: int) -> Sequence[Figure]:
    """The product commits one transaction for each commissioner, as the shards of a night do; the floor one in all."""
    with inside(england):
        moving, opened = nights.remember_what_moves(), nights.awaiting_network()
        with Watch() as memory:
            assert nights.night() == moving, "what moves is not what the floor moves"
        nights.restore()
        ours, floor = paired(Act(nights.night, nights.restore), Act(nights.floor, nights.restore), runs=runs)
        one_by_one = _one_by_one_seconds() * moving[1]
        wall, wal, faster = ours.seconds / floor.seconds, ours.wal / floor.wal, one_by_one / ours.seconds
        profile = _profile() if wall > 1.5 or wal > 1.15 else []
    what = f"{opened:,} lines open, {moving[1]:,} move into {moving[0]:,} networks"
    return [
        Figure(
            f"wall against the floor; {what}", wall, "<= 1.5x", wall <= 1.5, measured=str(ours), floor=str(floor),
            profile=profile,
        ),
        Figure("WAL against the floor", wal, "<= 1.15x", wal <= 1.15, measured=str(ours), floor=str(floor)),
        Figure(
            f"faster than one row at a time with save() (timed on {SAMPLE} rows)", faster, ">= 25x", faster >= 25,
            measured=str(ours), floor=f"{one_by_one:.0f} s",
        ),
        *memory.figures(),
    ]  # fmt: skip


def _profile() -> list[str]:
    lines = profile_of(nights.night)
    nights.restore()
    return lines


def _one_by_one_seconds() -> float:
    """Seconds a row of the usual state machine: get, set, save, write the log; one transaction."""
    ids = list(Achievement.objects.filter(state=State.AWAITING_NETWORK).values_list("pk", flat=True)[:SAMPLE])
    started = time.perf_counter()
    with transaction.atomic():
        for id in ids:
            row = Achievement.objects.select_for_update(no_key=True).get(pk=id)
            row.state, row.version, before = State.AGGREGATED, row.version + 1, row.state
            row.save()
            AchievementChange.objects.create(
                row=row, at=clock.now(), transition="aggregate line", from_state=before, to_state=row.state,
                version=row.version, amount=row.amount,
            )  # fmt: skip
        transaction.set_rollback(True)
    return (time.perf_counter() - started) / len(ids)
