"""What can be done later, by name; and what is done each minute. Apps register theirs in tasks.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Work = Callable[[dict[str, Any]], None]
Minutely = Callable[[], None]

_works: dict[str, Work] = {}
_each_minute: list[Minutely] = []


def later_work(name: str) -> Callable[[Work], Work]:
    """Register what `after_commit(name, keys)` asks for. It must have one effect however often it runs."""

    def register(work: Work) -> Work:
        _works[name] = work
        return work

    return register


def each_minute(work: Minutely) -> Minutely:
    """Register what the minute's tick does: pick up what is due, resume what stopped."""
    if work not in _each_minute:
        _each_minute.append(work)
    return work


def work_named(name: str) -> Work:
    return _works[name]


def minutely() -> tuple[Minutely, ...]:
    return tuple(_each_minute)
