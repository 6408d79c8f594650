"""What makes a function a command: one transaction, one instant, and someone who acts."""

from __future__ import annotations

import functools
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from core import clock

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Running:
    """The command under way: its instant, and the rows of dated facts it has recorded and closed, by table."""

    instant: datetime | None = None
    recorded: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    closed: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def taken_instant(self) -> datetime:
        """The command's one instant, taken at first need: after its locks, so that it cannot lag behind them."""
        if self.instant is None:
            self.instant = clock.now()
        return self.instant


_running: ContextVar[Running | None] = ContextVar("running_command", default=None)


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Run a write in one transaction and at one instant; commands that call commands share both."""
    if "by" not in inspect.signature(function).parameters:
        raise TypeError(f"{function.__qualname__} is a command and must say who acts: by=")

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(), within_command():
            return function(*args, **kwargs)

    run.is_command = True  # type: ignore[attr-defined]
    return run


@contextmanager
def within_command() -> Iterator[Running]:
    """The running command, or a new one. Its instant ends with the outermost."""
    running = _running.get()
    if running is not None:
        yield running
        return
    token = _running.set(Running())
    try:
        yield _running.get()  # type: ignore[misc]
    finally:
        _running.reset(token)


@contextmanager
def apart() -> Iterator[None]:
    """A command of its own within another: for what is rolled back, whose rows the other must not remember."""
    token = _running.set(None)
    try:
        with within_command():
            yield
    finally:
        _running.reset(token)


def instant() -> datetime:
    """The instant of the running command; outside one, the present moment."""
    running = _running.get()
    return running.taken_instant() if running else clock.now()


def beliefs_ended() -> dict[str, list[int]]:
    """The rows of dated facts that the running command has ended so far, by table: what it corrects. Empty outside."""
    running = _running.get()
    return {table: sorted(ids) for table, ids in sorted(running.closed.items()) if ids} if running else {}


def is_command(thing: Any) -> bool:
    return bool(getattr(thing, "is_command", False))
