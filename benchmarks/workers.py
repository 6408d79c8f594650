"""Bars 4 and 5: whole nights by real workers: one, two, and one with nothing to do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from celery import current_app

from achievement import commands
from achievement.models import OvernightRun, RunState
from benchmarks import fire, nights
from benchmarks.databases import inside
from benchmarks.england import England
from benchmarks.measuring import Cost, cost_of, middle, profile_of, value_of
from benchmarks.memory import Watch
from benchmarks.programs import until, workers
from benchmarks.registry import Figure, measures
from core.actors import SYSTEM
from operations.commands import deliver
from operations.models import OutboxMessage


class Nights(NamedTuple):
    """Medians, and the peak of memory."""

    by_one: Cost
    by_two: Cost
    quiet: Cost
    memory: Sequence[Figure]


@measures("workers")
def two_workers(england: England, runs: int) -> Sequence[Figure]:
    found = _nights(england, runs)
    faster = found.by_one.seconds / found.by_two.seconds
    profile = _profiles(england)[0] if faster < 1.5 else []
    return [
        Figure(
            "two workers, times as fast as one", faster, ">= 1.5x", faster >= 1.5, measured=str(found.by_two),
            floor=str(found.by_one), profile=profile,
        ),
        *found.memory,
        *fire.under_fire(england),
    ]  # fmt: skip


@measures("quiet")
def nothing_to_do(england: England, runs: int) -> Sequence[Figure]:
    found = _nights(england, runs)
    share = 100 * found.quiet.seconds / found.by_one.seconds
    profile = _profiles(england)[1] if share > 20 else []
    return [
        Figure(
            "by one worker, of a full one", share, "<= 20 %", share <= 20, unit=" %", measured=str(found.quiet),
            floor=str(found.by_one), profile=profile,
        ),
        *found.memory,
    ]  # fmt: skip


@cache
def _nights(england: England, runs: int) -> Nights:
    """Run after run in turns; after each night by one worker comes another in which nothing is left to do."""
    costs: dict[str, list[Cost]] = {"one": [], "two": [], "quiet": []}
    with inside(england):
        nights.remember_what_moves()
        nights.restore()
        with workers(2) as (worker,), Watch(worker=worker.process.pid) as memory:
            a_night()
        for run in range(runs):
            for many in (1, 2) if run % 2 == 0 else (2, 1):
                nights.restore()
                with workers(many):
                    costs["one" if many == 1 else "two"].append(cost_of(a_night))
                    if many == 1:
                        costs["quiet"].append(cost_of(a_night))
        nights.restore()
    return Nights(*(middle(costs[each]) for each in ("one", "two", "quiet")), memory.figures())


@cache
def _profiles(england: England) -> tuple[list[str], list[str]]:
    """Where the time of a full night goes, and of one with nothing to do after it, in this process and not a worker's:
    what starting and taking messages costs besides is the difference to the figure."""
    with inside(england):
        current_app.control.purge()
        full, quiet = (profile_of(_night_here, shown=12) for _night in range(2))
        nights.restore()
    return full, quiet


def _night_here() -> None:
    commands.start_overnight_run(by=SYSTEM)
    while message := OutboxMessage.objects.filter(done_at=None).order_by("pk").first():
        deliver(message.pk)


def a_night() -> None:
    """A run by hand, worked by the workers that are there: until it is done, with all later work."""
    run = commands.start_overnight_run(by=SYSTEM)
    until(lambda: not OvernightRun.objects.filter(pk=run.pk, state=RunState.RUNNING).exists())
    assert OvernightRun.objects.get(pk=run.pk).state == RunState.DONE
    until(lambda: not value_of("SELECT count(*) FROM operations_outboxmessage WHERE done_at IS NULL"))
