"""Bars 2 and 3: the same night where the closed history is longer, and where more rows are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from benchmarks import nights
from benchmarks.databases import inside
from benchmarks.england import England
from benchmarks.measuring import Act, Cost, paired, profile_of
from benchmarks.memory import Watch
from benchmarks.registry import Figure, measures

SHORT = 3
"""Closed months of the short history: England's 35 are more than ten times as many."""

OPEN = 3
"""Open months where three times as many rows are open."""


@measures("history")
def history(england: England, runs: int) -> Sequence[Figure]:
    """What is open, and what of it moves, is the same in both."""
    short = replace(england, closed=SHORT)
    long_one, short_one, memory = _nights(england, short, runs)
    wall, wal = long_one.seconds / short_one.seconds, long_one.wal / short_one.wal
    what = f"{england.months - 1} closed months against {SHORT}, the same lines open"
    measured, floor = str(long_one), str(short_one)
    profile = _profile(england, short) if wall > 1.25 or wal > 1.10 else []
    return [
        Figure(f"warm wall; {what}", wall, "<= 1.25x", wall <= 1.25, measured=measured, floor=floor, profile=profile),
        Figure("WAL", wal, "<= 1.10x", wal <= 1.10, measured=measured, floor=floor, profile=profile),
        *memory,
    ]


@measures("open")
def open_rows(england: England, runs: int) -> Sequence[Figure]:
    once, thrice = replace(england, closed=SHORT), replace(england, closed=SHORT, opened=OPEN)
    three, one, memory = _nights(thrice, once, runs)
    wall, wal = three.seconds / one.seconds, three.wal / one.wal
    measured, floor = str(three), str(one)
    profile = _profile(thrice, once) if wall > 3.5 or wal > 3.5 else []
    return [
        Figure(
            f"wall; {OPEN} months open against 1", wall, "<= 3.5x", wall <= 3.5, measured=measured, floor=floor,
            profile=profile,
        ),
        Figure("WAL", wal, "<= 3.5x", wal <= 3.5, measured=measured, floor=floor, profile=profile),
        *memory,
    ]  # fmt: skip


def _profile(one: England, other: England) -> list[str]:
    """Where the time of both goes, one after the other."""
    return [
        f"{england.opened} months open, {england.closed or 'all'} closed: {line}"
        for england in (one, other)
        for line in _profile_of(england)
    ]


def _profile_of(england: England) -> list[str]:
    with inside(england):
        found = profile_of(nights.night)
        nights.restore()
    return found


def _nights(one: England, other: England, runs: int) -> tuple[Cost, Cost, Sequence[Figure]]:
    """The median night of two Englands, each once before that to warm it; and the peak of memory of the first."""
    peaks = []
    for england in (one, other):
        with inside(england):
            nights.remember_what_moves()
            with Watch() as memory:
                nights.night()
            peaks.append(memory.figures())
            nights.restore()
    first, second = (Act(nights.night, nights.restore, partial(inside, england)) for england in (one, other))
    return *paired(first, second, runs=runs), peaks[0]
