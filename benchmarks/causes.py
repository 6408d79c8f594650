"""Bar 11: why networks wait, with every cause: one network, a commissioning organisation, England."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from achievement.queries.causes import Cause, Scope, first_causes, waiting
from benchmarks.databases import inside
from benchmarks.england import England
from benchmarks.measuring import profile_of, seconds_of, value_of
from benchmarks.memory import Watch
from benchmarks.registry import Figure, measures

BUSIEST = "SELECT network_id FROM achievement_achievement WHERE commissioner_id = 1 GROUP BY 1 ORDER BY count(*) DESC"


@measures("causes")
def causes(england: England, runs: int) -> Sequence[Figure]:
    """Nothing of it is named unknown, however much waits."""
    with inside(england), england.months_to_approve(), Watch() as memory:
        one, commissioner = Scope.of_networks([value_of(f"{BUSIEST} LIMIT 1")]), Scope(commissioner=1)
        found = first_causes(Scope())
        waits = sum(found.values())
        return [
            _figure("one network", lambda: waiting(one), 0.1, runs),
            _figure("a commissioning organisation", lambda: waiting(commissioner), 1, runs),
            _figure(f"England, {waits:,} totals that wait", lambda: first_causes(Scope()), 10, min(runs, 3)),
            Figure(
                "totals of England without a named cause", found.get(Cause.UNKNOWN, 0), "0",
                Cause.UNKNOWN not in found, unit="",
            ),
            *memory.figures(),
        ]  # fmt: skip


def _figure(what: str, act: Callable[[], object], bar: float, runs: int) -> Figure:
    taken = median(seconds_of(act) for _run in range(runs))
    return Figure(
        what, taken, f"< {bar:g} s", taken < bar, unit=" s", measured=f"{taken:.2f} s",
        profile=profile_of(act) if taken >= bar else [],
    )  # fmt: skip
