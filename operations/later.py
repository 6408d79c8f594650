"""What can be done later, by name; and what is done each minute. Apps register theirs in tasks.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

Work = Callable[[dict[str, Any]], None]
WhenKilled = Callable[[dict[str, Any], int], bool]
Minutely = Callable[[], None]


class PutOff(Exception):
    """Work cannot be done now, and is no failure: nothing of it is kept, and it is done after a while."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(pause)
        self.pause = pause


_works: dict[str, Work] = {}
_when_killed: dict[str, WhenKilled] = {}
_each_minute: list[Minutely] = []


def later_work(name: str, *, when_killed: WhenKilled | None = None) -> Callable[[Work], Work]:
    """Register what `after_commit(name, keys)` asks for. It must have one effect however often it runs.

    `when_killed(keys, times)` is asked before work is begun again whose worker was killed in the middle of it, so many
    times in all: it answers True where the work is given up, having said so where people look.
    """

    def register(work: Work) -> Work:
        _works[name] = work
        if when_killed is not None:
            _when_killed[name] = when_killed
        return work

    return register


def each_minute(work: Minutely) -> Minutely:
    """Register what the minute's tick does: pick up what is due, resume what stopped."""
    if work not in _each_minute:
        _each_minute.append(work)
    return work


def work_named(name: str) -> Work:
    return _works[name]


def when_killed(name: str) -> WhenKilled | None:
    """What decides about work of this name that was killed; None where it is never given up."""
    return _when_killed.get(name)


def minutely() -> tuple[Minutely, ...]:
    return tuple(_each_minute)
