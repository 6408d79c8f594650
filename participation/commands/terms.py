"""Terms get new end dates: what saving an end date and the end of a membership have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core import clock
from core.actors import Actor
from core.changes import Effect, publish
from core.commands import command
from core.dates import inclusive
from core.locking import lock
from core.transitions import Refused, Seen, Transition
from core.two_clocks import Belief, believe
from participation.changes import ParticipationsChanged
from participation.models import Participation, Term
from participation.queries import FOLLOWS_MEMBERSHIP, keys_of
from participation.states import (
    CORRECT_END,
    END,
    REOPEN,
    SAVE_END_DATE,
    SHORTEN_ANSWERED,
    SHORTEN_OFFER,
    State,
)


@dataclass(frozen=True)
class EndDatesSaved:
    """What came of new end dates: participations that have them, those that do not and why, and what followed."""

    ids: Sequence[int] = ()
    refused: Sequence[Refused] = ()
    effects: Sequence[Effect] = ()


@command
def change_end_dates(
    end_dates: Mapping[int, date],
    *,
    reason: str,
    by: Actor,
    seen: Collection[Seen] | None = None,
    at_once: bool = False,
) -> EndDatesSaved:
    """Give each participation (by id) its last day: its state follows, and a new belief about its term is recorded.

    The caller has locked the networks and checked the days. `at_once`: what follows is wanted in this transaction.
    """
    rows = _locked(end_dates)
    moves = [
        transition.apply(Participation.objects.filter(pk__in=ids), by=by, note=reason, seen=_only(seen, ids))
        for transition, ids in _moves(rows, end_dates, follows=reason == FOLLOWS_MEMBERSHIP).items()
    ]
    ids = sorted(id for moved in moves for id in moved.ids)
    _believe([row for row in rows if row.pk in set(ids)], end_dates, by, reason)
    change = ParticipationsChanged(by, keys_of(ids), reason=reason, at_once=at_once)
    effects = publish(change) if ids else []
    return EndDatesSaved(ids, [refused for moved in moves for refused in moved.refused], effects)


def _locked(ids: Collection[int]) -> list[Participation]:
    """Locked in one statement, read in a second."""
    locked = lock(Participation.objects.filter(pk__in=ids))
    return list(Participation.objects.filter(pk__in=locked).with_terms())


def _moves(
    rows: Iterable[Participation], end_dates: Mapping[int, date], *, follows: bool
) -> dict[Transition, list[int]]:
    moves: dict[Transition, list[int]] = defaultdict(list)
    for row in rows:
        moves[_transition(row, ended=end_dates[row.pk] < clock.today(), follows=follows)].append(row.pk)
    return moves


_NOT_TAKEN_UP_YET = {State.OFFERED: SHORTEN_OFFER, State.ACCEPTED: SHORTEN_ANSWERED}


def _transition(row: Participation, *, ended: bool, follows: bool) -> Transition:
    """A day that has passed ends it, a later one leaves it *Approved*, or makes it so again. Of an offer that nobody
    takes part by yet only the membership's end is followed, and its status stays."""
    if row.state in _NOT_TAKEN_UP_YET and follows:
        return _NOT_TAKEN_UP_YET[State(row.state)]
    if row.state == State.ENDED:
        return CORRECT_END if ended else REOPEN
    return END if ended else SAVE_END_DATE


def _only(seen: Collection[Seen] | None, ids: Collection[int]) -> list[Seen] | None:
    return None if seen is None else [row for row in seen if row.id in set(ids)]


def _believe(rows: Sequence[Participation], end_dates: Mapping[int, date], by: Actor, reason: str) -> None:
    says = {"by": by.user_id, "reason": reason}
    believe(
        Term,
        [Belief({"participation": row.pk}, inclusive(row.start_date, end_dates[row.pk]), says) for row in rows],
    )
