"""Effects travel up by changes: a command publishes what happened; higher apps handle it in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from core.actors import Actor

ROOMS = (
    "core", "ui", "calculation", "operations", "organisations", "accounts", "catalogue", "participation",
    "submission", "achievement", "reports", "home", "cqrs_portal",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """Something that has happened, and the keys it touches. Subclasses are frozen and live in an app's changes.py."""

    by: Actor


@dataclass(frozen=True)
class Effect:
    """What a handler did because of a change, in words a result page or a preview shows.

    `kind` groups effects, `sentence` says it, `count` and `pounds` measure it, `keys` names what it touched, `href`
    leads to it. `undoes_approval`: somebody had approved what it takes back. `whose`: of whom it is, by name, where
    the sentence does not say it; the first of many.
    """

    kind: str
    sentence: str
    count: int = 0
    pounds: Decimal = Decimal(0)
    keys: tuple[Any, ...] = ()
    href: str = ""
    undoes_approval: bool = False
    whose: str = ""

    @property
    def in_full(self) -> str:
        """The sentence, and whose it is."""
        return f"{self.sentence} ({self.whose})" if self.whose else self.sentence

    def as_plain(self) -> dict[str, Any]:
        """As JSON keeps it, but for its keys."""
        return {
            "kind": self.kind, "sentence": self.sentence, "count": self.count, "pounds": str(self.pounds),
            "href": self.href, "undoes_approval": self.undoes_approval, "whose": self.whose,
        }  # fmt: skip

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Effect:
        return cls(**{**plain, "pounds": Decimal(plain["pounds"])})


C = TypeVar("C", bound=Change)
Handler = Callable[[Any], Iterable[Effect] | None]

_handlers: dict[type[Change], list[Handler]] = defaultdict(list)
_noted: ContextVar[list[Change] | None] = ContextVar("noted_changes", default=None)


def handles(
    change: type[C],
) -> Callable[[Callable[[C], Iterable[Effect] | None]], Callable[[C], Iterable[Effect] | None]]:
    """Register a handler of an app above for a change of an app below."""

    def register(handler: Callable[[C], Iterable[Effect] | None]) -> Callable[[C], Iterable[Effect] | None]:
        if handler not in _handlers[change]:
            _handlers[change].append(handler)
            _handlers[change].sort(key=_room)
        return handler

    return register


def publish(change: Change) -> list[Effect]:
    """Tell the apps above, in the order of the rooms, now and in this transaction; answer the effects they had."""
    noted = _noted.get()
    if noted is not None:
        noted.append(change)
    effects: list[Effect] = []
    for handler in _handlers[type(change)]:
        effects.extend(handler(change) or ())
    return effects


@contextmanager
def noting_changes() -> Iterator[list[Change]]:
    """The changes that are published meanwhile, in order."""
    noted: list[Change] = []
    before = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(before)


def handlers() -> dict[type[Change], tuple[Handler, ...]]:
    """Who handles what, in the order they run."""
    return {change: tuple(found) for change, found in _handlers.items() if found}


def _room(handler: Handler) -> int:
    return ROOMS.index(handler.__module__.split(".")[0])
