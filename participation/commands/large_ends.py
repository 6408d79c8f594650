"""Ends and cancellations of many networks: a worker works out what would change, and does it, while whoever asked waits
or leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any

from accounts.models import User
from accounts.queries import acting_for
from accounts.rules import Acting
from core.actors import Actor
from core.commands import command
from core.errors import NotPermitted
from core.previews import Foreseen, save_as_foreseen
from core.transitions import Seen
from operations.jobs import Tell, do_job, start_job
from operations.models import Job
from participation.commands.end_requests import ask_to_end
from participation.commands.ending import Ended, Ending
from participation.commands.ends import cancel_participations, save_end_date
from participation.commands.previews import preview_end
from participation.queries.large_ends import KIND
from participation.queries.offered import names_of

LARGE_END = KIND
CHECK, SAVE, ASK = "check", "save", "ask"
NAMED = 20


@command
def start_large_end(
    step: str, seen: Sequence[Seen], ending: Ending, *, by: Actor, code: str, back: str, saw: Foreseen | None = None
) -> Job:
    """Have a worker take a step: CHECK works out what would change, SAVE does it and ASK asks a second person, if it is
    what was seen. `code` is the service's, `back` where to go afterwards; both are kept for the pages that follow."""
    asked = {
        "step": step,
        "seen": [tuple(row) for row in seen],
        "end_date": ending.end_date.isoformat() if ending.end_date else None,
        "reason": ending.reason,
        "user": by.user_id,
        "organisation": by.organisation_id,
        "code": code,
        "back": back,
        "saw": [list(saw.sentences), saw.digest] if saw else None,
    }
    return start_job(LARGE_END, f"End of {len(seen):,} participations", {"asked": asked}, steps=1, by=by)


@command
def do_large_end(job_id: int, asked: Mapping[str, Any], *, by: Actor) -> None:
    """The worker's work, as whoever asked for it; its answer is the job's result."""
    do_job(job_id, lambda tell: _work(asked, tell))


def ending_of(asked: Mapping[str, Any]) -> Ending:
    return Ending(date.fromisoformat(asked["end_date"]) if asked["end_date"] else None, asked["reason"])


def seen_of(asked: Mapping[str, Any]) -> list[Seen]:
    return [Seen(*row) for row in asked["seen"]]


def _work(asked: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    tell(f"{len(asked['seen']):,} participations, and all that follows from them, are worked out.")
    acting, seen, ending = _acting(asked), seen_of(asked), ending_of(asked)
    if asked["step"] == CHECK:
        ahead = preview_end(seen, ending, by=acting)
        saw = ahead.seen(attrgetter("sentences"))
        expected = {"expected": [each.as_plain() for each in ahead.expected], "saw": [list(saw.sentences), saw.digest]}
        return {"asked": dict(asked), **_plain_outcome(ahead.answer, acting), **expected}
    saw = foreseen_by(asked["saw"])
    if asked["step"] == ASK:
        ask = partial(ask_to_end, seen, ending, by=acting)
        request = save_as_foreseen(ask, attrgetter("ended.sentences"), saw, ahead_of=attrgetter("ahead"))
        return {"asked": dict(asked), "end_request": request.request_id}
    ended = save_as_foreseen(lambda: _end(seen, ending, acting), attrgetter("sentences"), saw)
    return {"asked": dict(asked), **_plain_outcome(ended, acting)}


def foreseen_by(kept: Sequence[Any]) -> Foreseen:
    """What a worker's look foresaw, as its job keeps it."""
    sentences, digest = kept
    return Foreseen(tuple(sentences), digest)


def _end(seen: Sequence[Seen], ending: Ending, by: Actor) -> Ended:
    if ending.end_date is None:
        return cancel_participations(seen, ending.reason, by=by)
    return save_end_date(seen, ending.end_date, ending.reason, by=by)


def _acting(asked: Mapping[str, Any]) -> Acting:
    """Whoever asked, with the roles they hold by now."""
    acting = acting_for(User.objects.get(pk=asked["user"]), asked["organisation"])
    if acting.organisation_id != asked["organisation"]:
        raise NotPermitted("You hold no role any more in the organisation that you acted for.")
    return acting


def _plain_outcome(ended: Ended, by: Actor) -> dict[str, Any]:
    """What came of it, as plain JSON: `moved` counts; the first of those left alone are named."""
    names = names_of(by, [row.id for row in ended.refused[:NAMED]])
    return {
        "moved": len(ended.ids),
        "refused": [[names.get(row.id, ""), list(row.reasons)] for row in ended.refused[:NAMED]],
        "left": len(ended.refused),
        "effects": [each.as_plain() for each in ended.effects],
        "warnings": list(ended.warnings),
        "asks": ended.takes_approvals_back,
    }
