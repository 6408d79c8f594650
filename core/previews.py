"""What would change: the real command run and rolled back; what somebody saw of it, signed; and what differs since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db import transaction

from core.actors import Actor
from core.changes import Change, Effect, noting_changes
from core.commands import apart
from core.errors import Conflict
from core.locking import impatient

T = TypeVar("T")
Measure = Callable[[Sequence[Change]], Mapping[Any, Decimal]]
Compare = Callable[[Mapping[Any, Decimal], Mapping[Any, Decimal]], Iterable[Effect]]

WAIT = 5_000
"""Milliseconds that a preview waits for a lock: somebody who only looks does not stand in a queue."""

_thorough: ContextVar[bool] = ContextVar("thorough", default=False)
_forecasts: list[tuple[Measure, Compare]] = []


@dataclass(frozen=True)
class Foreseen:
    """What a command would do, as sentences for the screen, and a digest that differs where anything in it does."""

    sentences: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Ahead(Generic[T]):
    """What a command would answer, and what it would change beyond what is written: its forecasts, and what they are
    `measured` by after it, for comparing."""

    answer: T
    expected: tuple[Effect, ...] = ()
    measured: tuple[str, ...] = ()

    def seen(self, says: Callable[[T], Sequence[str]]) -> Foreseen:
        """What is seen of it, on the screen and beneath; `says` words the answer."""
        said = tuple(says(self.answer))
        digest = _digest(said, self.measured)
        return Foreseen((*said, *(effect.sentence for effect in self.expected)), digest)


@dataclass(frozen=True)
class Difference:
    """How what would happen differs from what somebody saw: sentences that no longer hold, and new ones; and what was
    changed meanwhile, and by whom, where that is known."""

    gone: tuple[str, ...]
    new: tuple[str, ...]
    meanwhile: tuple[str, ...] = ()


class LookAgain(Conflict):
    """Nothing was kept: what would change is to be looked at first. `difference` is of what was looked at before."""

    difference: Difference | None = None


class WorldMoved(LookAgain):
    """What a command did is not what was foreseen when it was asked for: nothing of it was kept."""

    difference: Difference

    def __init__(self, outcome: Any, difference: Difference) -> None:
        super().__init__(
            "What would change is no longer what you saw. Nothing was saved: look at it again.",
            *(f"No longer: {sentence}" for sentence in difference.gone),
            *(f"New: {sentence}" for sentence in difference.new),
        )
        self.outcome, self.difference = outcome, difference


def rolled_back(run: Callable[[], T]) -> T:
    """Run a command, with all that follows from it, and keep nothing. Raises as the command does."""
    with transaction.atomic():
        answer = run()
        transaction.set_rollback(True)
    return answer


def look_ahead(run: Callable[[], T]) -> Ahead[T]:
    """Run a command and keep nothing, with the forecasts taken before and after. Raises as the command does, and
    Occupied where somebody works on the same rows for longer than WAIT."""
    with transaction.atomic(), apart(), impatient(WAIT), noting_changes() as changes:
        answer = run()
        after = [measure(changes) for measure, _compare in _forecasts]
        transaction.set_rollback(True)
    expected: list[Effect] = []
    for (measure, compare), then in zip(_forecasts, after, strict=True):
        expected += compare(measure(changes), then)
    return Ahead(answer, tuple(expected), _facts(after))


def do_as_seen(run: Callable[[], T], says: Callable[[T], Sequence[str]], token: str, purpose: str, by: Actor) -> T:
    """Run a command for good, if what `says` words of its answer is what the token carries; without one, as it comes.
    For acts that change nothing of the days to come.

    Raises WorldMoved, and keeps nothing, where it is not; Conflict for a token that cannot be read.
    """
    if not token:
        return run()
    then = foreseen_in(token, purpose, by)
    with transaction.atomic():
        answer = run()
        moved = difference(then, foreseen(says(answer)))
        if moved:
            raise WorldMoved(answer, moved)
    return answer


def save_as_seen(
    run: Callable[[], T], says: Callable[[T], Sequence[str]], token: str, purpose: str, by: Actor,
    *, ahead_of: Callable[[T], Ahead[Any]] | None = None,
) -> T:  # fmt: skip
    """The same, and as is expected of the days to come (`Ahead.seen`). Raises LookAgain, and runs nothing, without a
    token: nothing is saved unseen. Of a command that looks ahead itself, `ahead_of` its answer is what it saw."""
    if not token:
        raise LookAgain("Look at what would change first. Nothing was saved.")
    return save_as_foreseen(run, says, foreseen_in(token, purpose, by), ahead_of=ahead_of)


def save_as_foreseen(
    run: Callable[[], T], says: Callable[[T], Sequence[str]], then: Foreseen,
    *, ahead_of: Callable[[T], Ahead[Any]] | None = None,
) -> T:  # fmt: skip
    """Run a command for good, if it comes to what was foreseen. Raises WorldMoved, and keeps nothing, where not."""
    with transaction.atomic(), noting_changes() as changes:
        answer = run()
        ahead = ahead_of(answer) if ahead_of else Ahead(answer, measured=measured(changes))
        if _digest(says(answer), ahead.measured) == then.digest:
            return answer
        transaction.set_rollback(True)
    expected = ahead.expected if ahead_of else look_ahead(run).expected
    now = Foreseen((*says(answer), *(effect.sentence for effect in expected)), "")
    raise WorldMoved(answer, difference(then, now) or Difference((), ()))


def measured(changes: Sequence[Change]) -> tuple[str, ...]:
    """What the forecasts are measured by as things stand, for comparing."""
    return _facts([measure(changes) for measure, _compare in _forecasts])


def _facts(found: Iterable[Mapping[Any, Decimal]]) -> tuple[str, ...]:
    return tuple(sorted(f"{key} {value}" for each in found for key, value in each.items()))


def _digest(said: Sequence[str], facts: Sequence[str]) -> str:
    return foreseen(said, *([list(facts)] if facts else [])).digest


def forecast(measure: Measure, compare: Compare) -> None:
    """Register a forecast: `measure` takes the changes that a command publishes and answers pounds by key, as things
    stand; it is asked before and after, and `compare` words the difference."""
    if (measure, compare) not in _forecasts:
        _forecasts.append((measure, compare))


@contextmanager
def thoroughly() -> Iterator[None]:
    """What would be left to a worker because it is much is done at once: for previews and saves on a worker."""
    before = _thorough.set(True)
    try:
        yield
    finally:
        _thorough.reset(before)


def is_thorough() -> bool:
    return _thorough.get()


def foreseen(sentences: Sequence[str], *facts: Any) -> Foreseen:
    """What is seen of a preview: its sentences, and the facts beneath them that a save is compared by."""
    told = json.dumps([list(sentences), facts], sort_keys=True, default=str)
    return Foreseen(tuple(sentences), hashlib.sha256(told.encode()).hexdigest())


def difference(then: Foreseen, now: Foreseen) -> Difference | None:
    """What differs between two looks; None where nothing does."""
    if then.digest == now.digest:
        return None
    return Difference(
        tuple(sentence for sentence in then.sentences if sentence not in now.sentences),
        tuple(sentence for sentence in now.sentences if sentence not in then.sentences),
    )


def difference_since(
    token: str, purpose: str, by: Actor, now: Foreseen, meanwhile: Sequence[str] = ()
) -> Difference | None:
    """What differs from what a token carries, with what was changed meanwhile; None where nothing does. Raises
    Conflict for a token that cannot be read."""
    differs = difference(foreseen_in(token, purpose, by), now) if token else None
    if not meanwhile:
        return differs
    return Difference(differs.gone if differs else (), differs.new if differs else (), tuple(meanwhile))


def token_of(seen: Foreseen, purpose: str, by: Actor) -> str:
    """What was foreseen, as text that nobody can alter and nobody else can send."""
    return signing.dumps([seen.sentences, seen.digest], salt=_salt(purpose, by), compress=True)


def foreseen_in(token: str, purpose: str, by: Actor) -> Foreseen:
    """What a token carries. Raises Conflict for one that was altered, or made for another purpose or person."""
    try:
        sentences, digest = signing.loads(token, salt=_salt(purpose, by))
    except signing.BadSignature:
        raise Conflict("What you saw could not be read. Look again at what would change.") from None
    return Foreseen(tuple(sentences), digest)


def _salt(purpose: str, by: Actor) -> str:
    return f"preview.{purpose}.{by.user_id}.{by.organisation_id}"
