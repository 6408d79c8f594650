"""Wall time and write-ahead log of one act, and paired runs of two: whatever slows the machine slows both."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Cost:
    """Seconds, and bytes of write-ahead log."""

    seconds: float
    wal: int

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.wal / MEBIBYTE:.1f} MiB of WAL"


def cost_of(act: Callable[[], object]) -> Cost:
    """Do it once, after a checkpoint, so that first touches of pages count for everybody alike."""
    execute("CHECKPOINT")
    before, started = wal_position(), time.perf_counter()
    act()
    return Cost(time.perf_counter() - started, wal_position() - before)


def paired(
    one: Callable[[], object], other: Callable[[], object], *, restore: Callable[[], object], runs: int
) -> tuple[Cost, Cost]:
    """The median cost of each; they take turns in going first, and the world is restored after every run."""
    costs: dict[int, list[Cost]] = {0: [], 1: []}
    for run in range(runs):
        for which in (0, 1) if run % 2 == 0 else (1, 0):
            costs[which].append(cost_of((one, other)[which]))
            restore()
    return middle(costs[0]), middle(costs[1])


def middle(costs: Sequence[Cost]) -> Cost:
    return Cost(median(cost.seconds for cost in costs), int(median(cost.wal for cost in costs)))


def queries_of(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def wal_position() -> int:
    return int(value_of("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))


def execute(sql: str, params: Sequence[object] = ()) -> int:
    """Run one statement; answer how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        return cursor.rowcount


def value_of(sql: str, params: Sequence[object] = ()) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        return cursor.fetchone()[0]
