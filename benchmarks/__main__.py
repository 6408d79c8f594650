"""Runs the bars named, or all there are; exits with 1 when one fails."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from benchmarks.england import England
    from benchmarks.registry import Results


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    os.environ["LOG_LEVEL"] = "ERROR"  # of this process; the programs that it starts log as they do
    django.setup()
    from benchmarks import databases, report
    from benchmarks.england import TODAY, England
    from benchmarks.registry import bars
    from core import clock

    import_measurements()
    if unknown := set(given.names) - {bar.name for bar in bars()}:
        print(f"There is no bar named {', '.join(sorted(unknown))}. There are {', '.join(bar.name for bar in bars())}.")
        return 2
    england, started = England(given.scale, given.months), time.perf_counter()
    clock.set_training_clock(TODAY)
    databases.prepare()
    try:
        results = measure(england, given.names, given.runs)
        print(report.table(results), report.profiles(results), report.machine(), sep="\n\n")
    finally:
        databases.drop_all()
    print(f"In {(time.perf_counter() - started) / 60:.1f} minutes.")
    if not given.names:
        report.write(results, england, given.runs, datetime.now().date(), time.perf_counter() - started)
    return 0 if all(figure.holds for taken in results.values() for figure in taken.figures) else 1


def measure(england: England, names: Sequence[str], runs: int) -> Results:
    """Each bar that is asked for, one after another; where no names are given, all that can be measured."""
    from benchmarks.registry import Taken, bars

    results = {}
    for bar in bars():
        if bar.measure is None or (names and bar.name not in names):
            results[bar] = Taken()
            continue
        started = time.perf_counter()
        results[bar] = Taken(bar.measure(england, runs), time.perf_counter() - started)
        print(f"Bar {bar.number}, {bar.name}: {results[bar].seconds:.0f} s.", flush=True)
    return results


def import_measurements() -> None:
    from benchmarks import (  # noqa: F401
        aggregation,
        approval,
        at_once,
        causes,
        ends,
        follows,
        growth,
        lists,
        offers,
        screens,
        workers,
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help="bars to run; all of them are written to docs/benchmarks.md")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is England: 6,300 practices")
    parser.add_argument("--months", type=int, default=36, help="months of history")
    parser.add_argument("--runs", type=int, default=5, help="paired runs; the median counts")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
