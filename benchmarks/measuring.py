"""Wall time and write-ahead log of one act, and paired runs of two: whatever slows the machine slows both."""

from __future__ import annotations

import cProfile
import math
import pstats
import re
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

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


@dataclass(frozen=True)
class Act:
    """What is measured, what puts the world back after it, and where: `within` leads to its database."""

    do: Callable[[], object]
    restore: Callable[[], object]
    within: Callable[[], AbstractContextManager[object]] = nullcontext


def cost_of(act: Callable[[], object]) -> Cost:
    """Do it once, after a checkpoint, so that first touches of pages count for everybody alike."""
    execute("CHECKPOINT")
    before, started = wal_position(), time.perf_counter()
    act()
    return Cost(time.perf_counter() - started, wal_position() - before)


def paired(one: Act, other: Act, *, runs: int) -> tuple[Cost, Cost]:
    """The median cost of each; they take turns in going first, and the world is restored after every run."""
    costs: dict[Act, list[Cost]] = {one: [], other: []}
    for run in range(runs):
        for act in (one, other) if run % 2 == 0 else (other, one):
            with act.within():
                costs[act].append(cost_of(act.do))
                act.restore()
    return middle(costs[one]), middle(costs[other])


def middle(costs: Sequence[Cost]) -> Cost:
    return Cost(median(cost.seconds for cost in costs), int(median(cost.wal for cost in costs)))


def seconds_of(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def p95(seconds: Sequence[float]) -> float:
    """So many that no more than one in twenty took longer."""
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


def queries_of(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def profile_of(act: Callable[[], object], *, shown: int = 8) -> list[str]:
    """Do it once more: its dearest statements, as "1,204 ms in 42 statements: UPDATE ...", and its dearest Python."""
    times: dict[str, list[float]] = defaultdict(list)

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            times[re.sub(r"\s+", " ", sql).strip()[:110]].append(time.perf_counter() - started)

    with connection.execute_wrapper(watch):
        whole = seconds_of(act)
    dearest = sorted(times.items(), key=lambda each: -sum(each[1]))[:shown]
    rest = whole - sum(sum(each) for each in times.values())
    return [
        *(f"{milliseconds(sum(each))} in {len(each):,} statements: `{sql}`" for sql, each in dearest),
        f"{milliseconds(rest)} of {milliseconds(whole)} outside statements: Python and commits",
    ]


def python_profile_of(act: Callable[[], object], *, shown: int = 8) -> list[str]:
    """Do it once more, watched: the functions in which it spent most of its time, those that they call not counted."""
    watched = cProfile.Profile()
    watched.runcall(act)
    found = pstats.Stats(watched).get_stats_profile().func_profiles.items()
    dearest = sorted(found, key=lambda each: -each[1].tottime)[:shown]
    return [
        f"{milliseconds(each.tottime)} in {each.ncalls} calls of `{name}` ({Path(each.file_name).name}), watched"
        for name, each in dearest
    ]


def plan_of(sql: str, params: Sequence[object] = ()) -> list[str]:
    """How PostgreSQL does one statement, and how long each part takes."""
    return [f"`{line.strip()}`" for (line,) in rows_of(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {sql}", params)]


def wal_position() -> int:
    return int(value_of("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))


def execute(sql: str, params: Sequence[object] = ()) -> int:
    """Run one statement; answer how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        return cursor.rowcount


def rows_of(sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        return cursor.fetchall()


def value_of(sql: str, params: Sequence[object] = ()) -> Any:
    return rows_of(sql, params)[0][0]
