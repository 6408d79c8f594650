"""What would change: the real command run and rolled back; what somebody saw of it, signed; and what differs since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core import signing
from django.db import transaction

from core.actors import Actor
from core.errors import Conflict

T = TypeVar("T")


@dataclass(frozen=True)
class Foreseen:
    """What a command would do, as sentences for the screen, and a digest that differs where anything in it does."""

    sentences: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Difference:
    """How what would happen differs from what somebody saw: sentences that no longer hold, and new ones."""

    gone: tuple[str, ...]
    new: tuple[str, ...]


class WorldMoved(Conflict):
    """What a command did is not what was foreseen when it was asked for: nothing of it was kept."""

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
