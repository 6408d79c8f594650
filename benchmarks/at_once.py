"""Bar 6: from the last approval to the network's total, through the broker and a real worker."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction

from accounts.rules import Acting
from achievement import commands
from achievement.models import NetworkAchievement
from achievement.states import State
from benchmarks import nights
from benchmarks.databases import inside
from benchmarks.england import England
from benchmarks.measuring import execute, milliseconds, p95, profile_of, rows_of, seconds_of
from benchmarks.memory import Watch
from benchmarks.people import approver
from benchmarks.programs import until, workers
from benchmarks.registry import Figure, measures
from core.actors import SYSTEM
from core.transitions import Seen

MANY = 100
WORKER_PROCESSES = 2
COMMISSIONER = 1


class Last(NamedTuple):
    """The line that a network waits for: the only one of it that nobody has approved."""

    id: int
    version: int
    service_id: int
    achievement_date: date
    network_id: int


@measures("at_once")
def at_once(england: England, runs: int) -> Sequence[Figure]:
    """Approvals one after another, each of the last line of a network; timed until its total can be read."""
    with inside(england):
        nights.remember_what_moves()
        nights.restore()
        last, by = _last_lines(), approver(COMMISSIONER)
        with workers(WORKER_PROCESSES) as (worker,), Watch(worker=worker.process.pid) as memory:
            _aggregated_after(last[0], by)
            times = [_aggregated_after(each, by) for each in last[1:]]
            waited = rows_of(_WAITED)
        took = p95(times)
        profile = _profile(last[0], by, waited) if took > 1 else []
        nights.restore_all()
        bare = [seconds_of(lambda each=each: _bare(each)) for each in last]
        nights.restore_all()
    return [
        Figure(
            f"p95 of {len(times)} approvals, median {milliseconds(sorted(times)[len(times) // 2])}", took * 1000,
            "<= 1,000 ms", took <= 1, unit=" ms", measured=milliseconds(took),
            floor=f"{milliseconds(p95(bare))}, bare SQL in one transaction", profile=profile,
        ),
        *memory.figures(),
    ]  # fmt: skip


_WAITED = """
    SELECT extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY done_at - created_at)),
           extract(epoch FROM percentile_cont(0.95) WITHIN GROUP (ORDER BY done_at - created_at))
    FROM operations_outboxmessage WHERE task = 'achievement.aggregate_networks' AND done_at IS NOT NULL"""
"""From an approval's instant to the end of the worker's work, as the outbox tells it: half of all, and 95 of 100."""


def _profile(last: Last, by: Acting, waited: Sequence[tuple[float, float]]) -> list[str]:
    """The approval and the aggregation that follows it, one after the other in this process."""
    nights.restore_all()
    key = commands.NetworkKey(last.service_id, last.achievement_date, last.network_id)
    seen = [Seen(last.id, last.version)]
    return [
        *(f"by the outbox, median {milliseconds(half)}, p95 {milliseconds(most)}" for half, most in waited if half),
        *(f"approval: {line}" for line in profile_of(lambda: commands.approve_achievements(seen, by=by))),
        *(f"aggregation: {line}" for line in profile_of(lambda: commands.aggregate_networks(by=SYSTEM, keys=[key]))),
    ]


def _last_lines() -> list[Last]:
    """One for each of MANY networks and services, latest month first."""
    return [
        Last(*row)
        for row in rows_of(
            f"""SELECT min(id) FILTER (WHERE state = {State.AWAITING_COMMISSIONER:d}), min(version), service_id,
                       achievement_date, network_id
                FROM achievement_achievement WHERE commissioner_id = %s
                  AND state IN ({State.AWAITING_NETWORK:d}, {State.AWAITING_COMMISSIONER:d})
                GROUP BY service_id, achievement_date, network_id
                HAVING count(*) FILTER (WHERE state = {State.AWAITING_COMMISSIONER:d}) = 1
                ORDER BY achievement_date DESC, service_id, network_id LIMIT %s""",
            [COMMISSIONER, MANY + 1],
        )
    ]


def _aggregated_after(last: Last, by: Acting) -> float:
    """Seconds from the approver's act to the total."""
    key = {"service": last.service_id, "achievement_date": last.achievement_date, "network": last.network_id}
    started = time.perf_counter()
    outcome = commands.approve_achievements([Seen(last.id, last.version)], by=by)
    assert outcome.moved == 1, outcome.refused
    until(lambda: NetworkAchievement.objects.payable().filter(**key).exists(), every=0.002)
    return time.perf_counter() - started


def _bare(last: Last) -> None:
    """The same rows written by bare SQL: the approval, the total, its lines, and the changes of all of them."""
    key = [last.service_id, last.achievement_date, last.network_id]
    with transaction.atomic():
        for statement, params in (
            (_APPROVE, [last.id]), (_TOTAL, key), (_LINES, key), (_CHANGES, [last.id, *key]), (_TOTAL_CHANGE, key),
        ):  # fmt: skip
            execute(statement, params)


_OF_KEY = "service_id = %s AND achievement_date = %s AND network_id = %s"
_APPROVE = f"""
    UPDATE achievement_achievement SET state = {State.AWAITING_NETWORK:d}, version = version + 1 WHERE id = %s"""
_TOTAL = f"""
    INSERT INTO achievement_networkachievement (service_id, achievement_date, network_id, commissioner_id, state,
        version, amount, lines, aggregated_at)
    SELECT service_id, achievement_date, network_id, min(commissioner_id), {State.AGGREGATED:d}, 1, sum(amount),
           count(*), '2021-12-11'
    FROM achievement_achievement WHERE {_OF_KEY} AND state = {State.AWAITING_NETWORK:d} GROUP BY 1, 2, 3"""
_LINES = f"""
    UPDATE achievement_achievement a
    SET state = {State.AGGREGATED:d}, version = a.version + 1, network_achievement_id = n.id
    FROM achievement_networkachievement n
    WHERE (a.service_id, a.achievement_date, a.network_id) = (n.service_id, n.achievement_date, n.network_id)
      AND n.service_id = %s AND n.achievement_date = %s AND n.network_id = %s
      AND n.state = {State.AGGREGATED:d} AND a.state = {State.AWAITING_NETWORK:d}"""
_CHANGES = f"""
    INSERT INTO achievement_achievementchange (row_id, at, transition, from_state, to_state, version, note, amount)
    SELECT id, '2021-12-11'::timestamptz, 'approve line', {State.AWAITING_COMMISSIONER:d},
           {State.AWAITING_NETWORK:d}, version - 1,
           '', amount FROM achievement_achievement WHERE id = %s
    UNION ALL
    SELECT id, '2021-12-11'::timestamptz, 'aggregate line', {State.AWAITING_NETWORK:d}, state, version, '', amount
    FROM achievement_achievement WHERE {_OF_KEY}"""
_TOTAL_CHANGE = f"""
    INSERT INTO achievement_networkachievementchange (row_id, at, transition, to_state, version, note, amount)
    SELECT id, '2021-12-11', 'aggregate', state, version, '', amount
    FROM achievement_networkachievement WHERE {_OF_KEY}"""
