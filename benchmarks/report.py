"""The figures as a table, on the terminal and in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path

from benchmarks.england import England
from benchmarks.measuring import value_of
from benchmarks.registry import Bar, Figure, Results

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
HEAD = ("#", "What", "Measured", "Floor", "Figure", "Bar", "")
NOT_YET = "not yet measured"


def table(results: Results) -> str:
    """Markdown; bars without figures say so."""
    rows = [HEAD, tuple("---" for _ in HEAD)]
    for bar, taken in results.items():
        if not taken.figures:
            rows.append((str(bar.number), bar.what, NOT_YET, "", "", "", ""))
        rows += [_row(bar, figure) for figure in taken.figures]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(bar: Bar, figure: Figure) -> tuple[str, ...]:
    verdict = ("passes" if figure.holds else "**fails**") if figure.bar else "reported"
    value = f"{figure.value:,.2f}{figure.unit}" if figure.unit else f"{figure.value:,.0f}"
    return (str(bar.number), f"{bar.what}: {figure.what}", figure.measured, figure.floor, value, figure.bar, verdict)


def profiles(results: Results) -> str:
    """Where the time went, of each figure that fails."""
    failed = [
        (bar, each) for bar, taken in results.items() for each in taken.figures if not each.holds and each.profile
    ]
    return "\n\n".join(
        f"Where the time of bar {bar.number} went ({figure.what}):\n\n"
        + "\n".join(f"- {line}" for line in figure.profile)
        for bar, figure in failed
    )


def _durations(results: Results) -> str:
    return "; ".join(f"{bar.number}: {taken.seconds:.0f} s" for bar, taken in results.items() if taken.figures)


def machine() -> str:
    """What it was measured on; no name and no address of it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, {platform.system()}, Python "
        f"{platform.python_version()}, PostgreSQL {value_of('SHOW server_version')}, fsync {value_of('SHOW fsync')}, "
        f"shared_buffers {value_of('SHOW shared_buffers')}; load average {os.getloadavg()[2]:.1f}"
    )


def write(results: Results, england: England, runs: int, on: date, seconds: float) -> None:
    told = "\n\n".join(part for part in (table(results), profiles(results)) if part)
    PAGE.write_text(
        f"""# Benchmarks

Drawn by `python3 portal.py bench`; do not edit. Every bar is measured against its floor, bare SQL over the same rows,
in turns on one machine; figures are medians of {runs} paired runs.

- Measured on {on.isoformat()}: {machine()}.
- Synthetic England at scale {england.scale:g}: {england}.
- It took {seconds / 60:.0f} minutes. By bar, with the Englands built for it: {_durations(results)}.
- Lines lie in the table one commissioner after another, as the shards of a night write them; where they lie mixed, the
  aggregation touches more pages, and bar 1 is dearer.

{told}
"""
    )
