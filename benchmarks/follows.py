"""Bar 14: an end date is corrected, and the network's open payment is worked out and aggregated by itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, NetworkAchievement
from achievement.states import State
from benchmarks.databases import inside
from benchmarks.england import LAST_MONTH, England
from benchmarks.measuring import execute, milliseconds, p95, profile_of, rows_of
from benchmarks.memory import Watch
from benchmarks.people import approver, person
from benchmarks.programs import until, workers
from benchmarks.registry import Figure, measures
from catalogue.models import Expected, QualityService
from core.actors import SYSTEM
from core.dates import DAY
from core.transitions import Seen
from participation.commands import save_end_date

COMMISSIONER, SERVICE, MANY, WORKER_PROCESSES = 1, 1, 24, 2
LEFT_ON = LAST_MONTH.replace(day=1) - DAY
"""The last day of the participation: before the month that is open."""


class Leaver(NamedTuple):
    """A practice's participation, whose line alone is not approved: with it ends what its network waits for."""

    participation_id: int
    version: int
    practice_id: int
    network_id: int


@measures("follows")
def follows(england: England, runs: int) -> Sequence[Figure]:
    """Timed from the correction until the open month's total can be read, where participating members are paid.

    What it changes is not put back: it comes last.
    """
    with inside(england):
        leavers = _leavers()
        _prepare(leavers)
        by = person(Role.COMMISSIONING_MANAGEMENT, COMMISSIONER)
        with workers(WORKER_PROCESSES) as (worker,), Watch(worker=worker.process.pid) as memory:
            _followed(leavers[0], by)
            times = [_followed(each, by) for each in leavers[1:-1]]
        took = p95(times)
        profile = _profile(leavers[-1], by) if took > 1 else []
    return [
        Figure(
            f"p95 of {len(times)} corrections, median {milliseconds(sorted(times)[len(times) // 2])}", took * 1000,
            "<= 1,000 ms", took <= 1, unit=" ms", measured=milliseconds(took), profile=profile,
        ),
        *memory.figures(),
    ]  # fmt: skip


def _leavers() -> list[Leaver]:
    """One of each of MANY networks that have others."""
    return [
        Leaver(*row)
        for row in rows_of(
            """SELECT DISTINCT ON (p.network_id) p.id, p.version, p.provider_id, p.network_id
               FROM participation_participation p
               JOIN organisations_membership m ON m.practice_id = p.provider_id AND m.network_id = p.network_id
                AND upper_inf(m.valid) AND m.valid @> %s
               WHERE p.commissioner_id = %s AND p.service_id = %s
                 AND (SELECT count(*) FROM organisations_membership o
                      WHERE o.network_id = p.network_id AND upper_inf(o.valid)) > 1
               ORDER BY p.network_id, p.id LIMIT %s""",
            [LEFT_ON, COMMISSIONER, SERVICE, MANY],
        )
    ]


def _prepare(leavers: Sequence[Leaver]) -> None:
    """England's amounts are nobody's: these networks' become what their lists pay, and all but one line is approved."""
    QualityService.objects.filter(pk=SERVICE).update(expected=Expected.PARTICIPATING)
    execute("ANALYZE organisations_listsize")
    networks = [each.network_id for each in leavers]
    commands.calculate_achievements(by=SYSTEM, networks=networks, services=[SERVICE])
    lines = Achievement.objects.in_state(State.AWAITING_COMMISSIONER).filter(
        achievement_date=LAST_MONTH, service=SERVICE, network__in=networks
    )
    others = lines.exclude(provider__in=[each.practice_id for each in leavers])
    seen = [Seen(*row) for row in others.values_list("pk", "version")]
    outcome = commands.approve_achievements(seen, by=approver(COMMISSIONER))
    assert outcome.moved == len(seen), outcome.refused[:3]
    execute("TRUNCATE operations_outboxmessage CASCADE")


def _followed(leaver: Leaver, by: Acting) -> float:
    """Seconds from the correction to the total."""
    totals = NetworkAchievement.objects.payable().filter(
        network=leaver.network_id, achievement_date=LAST_MONTH, service=SERVICE
    )
    assert not totals.exists(), "it waited for nobody"
    started = time.perf_counter()
    _correct(leaver, by)
    until(totals.exists, every=0.005)
    return time.perf_counter() - started


def _correct(leaver: Leaver, by: Acting) -> None:
    seen = Seen(leaver.participation_id, leaver.version)
    ended = save_end_date([seen], LEFT_ON, "The practice handed the service back.", by=by)
    assert len(ended.ids) == 1, ended.refused


def _profile(leaver: Leaver, by: Acting) -> list[str]:
    """The correction and the aggregation that follows it, one after the other in this process."""
    key = commands.NetworkKey(SERVICE, LAST_MONTH, leaver.network_id)
    return [
        *(f"correction: {line}" for line in profile_of(lambda: _correct(leaver, by))),
        *(f"aggregation: {line}" for line in profile_of(lambda: commands.aggregate_networks(by=SYSTEM, keys=[key]))),
    ]
