"""Bar 14: a membership is corrected, and the network's open payments are worked out and aggregated by themselves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from accounts.rules import Acting
from achievement import commands
from achievement.models import Achievement, NetworkAchievement
from achievement.states import State
from benchmarks.databases import inside
from benchmarks.england import LAST_MONTH, England
from benchmarks.measuring import execute, milliseconds, p95, profile_of, rows_of
from benchmarks.memory import Watch
from benchmarks.people import approver
from benchmarks.programs import until, workers
from benchmarks.registry import Figure, measures
from core.actors import SYSTEM
from core.dates import DAY
from core.transitions import Seen
from organisations.commands import end_membership
from organisations.models import Organisation

COMMISSIONER, MANY, WORKER_PROCESSES = 1, 12, 2
LEFT_ON = LAST_MONTH.replace(day=1) - DAY
"""The last day of the membership: before the month that is open."""


class Leaver(NamedTuple):
    """A practice whose lines alone are not approved: with its membership ends what its network waits for."""

    practice_id: int
    network_id: int


@measures("follows")
def follows(england: England, runs: int) -> Sequence[Figure]:
    """Timed from the correction until the open month's totals of all services can be read.

    What it changes is not put back: it comes last.
    """
    with inside(england):
        leavers = _leavers()
        by = approver(COMMISSIONER)
        _work_out([each.network_id for each in leavers])
        _approve_the_others(leavers, by)
        execute("TRUNCATE operations_outboxmessage CASCADE")
        with workers(WORKER_PROCESSES) as (worker,), Watch(worker=worker.process.pid) as memory:
            _followed(leavers[0], england.services)
            times = [_followed(each, england.services) for each in leavers[1:-1]]
        took = p95(times)
        profile = profile_of(lambda: _correct(leavers[-1]), shown=12) if took > 1 else []
    half = sorted(times)[len(times) // 2]
    return [
        Figure(
            f"p95 of {len(times)} corrections, {england.services} services each, median {milliseconds(half)}",
            took * 1000, "<= 1,000 ms", took <= 1, unit=" ms", measured=milliseconds(took), profile=profile,
        ),
        *memory.figures(),
    ]  # fmt: skip


def _leavers() -> list[Leaver]:
    """One of each of MANY networks that have others."""
    return [
        Leaver(*row)
        for row in rows_of(
            """SELECT min(m.practice_id), m.network_id FROM organisations_membership m
               JOIN organisations_lead l ON l.network_id = m.network_id AND l.commissioner_id = %s
               WHERE upper_inf(m.valid) AND m.valid @> %s
                 AND NOT EXISTS (SELECT FROM organisations_membership o
                                 WHERE o.practice_id = m.practice_id AND o.id <> m.id)
               GROUP BY m.network_id HAVING count(*) > 1 ORDER BY m.network_id LIMIT %s""",
            [COMMISSIONER, LEFT_ON, MANY],
        )
    ]


def _work_out(networks: Sequence[int]) -> None:
    """England's amounts are nobody's: these networks' become what their lists pay."""
    execute("ANALYZE organisations_listsize")
    commands.calculate_achievements(by=SYSTEM, networks=networks)


def _approve_the_others(leavers: Sequence[Leaver], by: Acting) -> None:
    lines = Achievement.objects.in_state(State.AWAITING_COMMISSIONER).filter(
        achievement_date=LAST_MONTH, network__in=[each.network_id for each in leavers]
    )
    others = lines.exclude(provider__in=[each.practice_id for each in leavers])
    seen = [Seen(*row) for row in others.values_list("pk", "version")]
    outcome = commands.approve_achievements(seen, by=by)
    assert outcome.moved == len(seen), outcome.refused[:3]


def _followed(leaver: Leaver, services: int) -> float:
    """Seconds from the correction to the last of the totals."""
    totals = NetworkAchievement.objects.payable().filter(network=leaver.network_id, achievement_date=LAST_MONTH)
    assert not totals.exists(), "it waited for nobody"
    started = time.perf_counter()
    _correct(leaver)
    until(lambda: totals.count() == services, every=0.005)
    return time.perf_counter() - started


def _correct(leaver: Leaver) -> None:
    practice, network = (Organisation.objects.get(pk=id) for id in leaver)
    end_membership(practice, network, LEFT_ON, by=SYSTEM)
