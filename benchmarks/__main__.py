"""Runs the bars named, or all there are; exits with 1 when one fails."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date, datetime

import django

THAT_DAY = date(2022, 2, 1)


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    django.setup()
    from benchmarks import registry, report
    from benchmarks.england import England
    from benchmarks.registry import bars
    from core import clock

    import_measurements()
    if unknown := set(given.names) - {bar.name for bar in bars()}:
        print(f"There is no bar named {', '.join(sorted(unknown))}. There are {', '.join(bar.name for bar in bars())}.")
        return 2
    england = England(given.scale, given.months)
    with clock.held_at(THAT_DAY):
        prepare(england)
        results: dict[registry.Bar, Sequence[registry.Figure] | None] = {}
        for bar in bars():
            asked = bar.measure is not None and (not given.names or bar.name in given.names)
            results[bar] = bar.measure(england, given.runs) if asked and bar.measure else None
    print(report.table(results), report.machine(), sep="\n\n")
    if not given.names:
        report.write(results, england, given.runs, datetime.now().date())
    return 0 if all(figure.holds for figures in results.values() for figure in figures or ()) else 1


def import_measurements() -> None:
    from benchmarks import aggregation, approval, causes, offers  # noqa: F401


def prepare(england: object) -> None:
    """Tables in the empty database, and England in them. A database that holds anything is left alone."""
    from django.core.management import call_command

    from achievement.models import Achievement
    from organisations.models import Organisation

    call_command("migrate", verbosity=0)
    if Organisation.objects.exists() or Achievement.objects.exists():
        raise SystemExit("The benchmarks need an empty database: python3 portal.py bench makes one.")
    started = time.perf_counter()
    england.build()  # type: ignore[attr-defined]
    print(f"England built in {time.perf_counter() - started:.0f} s: {england}.", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help="bars to run; all of them are written to docs/benchmarks.md")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is England: 6,300 practices")
    parser.add_argument("--months", type=int, default=36, help="months of history")
    parser.add_argument("--runs", type=int, default=5, help="paired runs; the median counts")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
