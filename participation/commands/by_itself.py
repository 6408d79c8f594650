"""What the portal does by itself: participations end with memberships and on their day; offers expire."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core import clock
from core.actors import SYSTEM, Actor
from core.changes import Effect
from core.commands import command
from core.dates import DAY, inclusive
from core.locking import lock_ids
from organisations.models import Organisation
from participation.commands.terms import change_end_dates
from participation.models import Participation, Term
from participation.queries import FOLLOWS_MEMBERSHIP, ends_that_follow
from participation.states import END, EXPIRE, State
from ui.wording import count


@dataclass(frozen=True)
class DayClosed:
    """What had come to its day: participations ended, offers expired."""

    ended: int
    expired: int


@command
def follow_memberships(pairs: Collection[tuple[int, int]], *, by: Actor) -> list[Effect]:
    """End participations with the memberships they began in, of these (practice id, network id); or move such an end.

    The portal acts, whoever corrected the membership (domain 4). A later end of the membership takes the
    participation no further than was last asked for by hand.
    """
    lock_ids(Organisation, [network for _practice, network in pairs])
    end_dates = {end.participation_id: end.until - DAY for end in ends_that_follow(pairs)}
    if not end_dates:
        return []
    saved = change_end_dates(end_dates, reason=FOLLOWS_MEMBERSHIP, by=SYSTEM)
    return [_effect(saved.ids), *saved.effects]


@command
def close_the_day(*, by: Actor) -> DayClosed:
    """End what has passed its end date, and let offers expire that nobody answered in time. For the overnight run."""
    before_today = inclusive(None, clock.today() - DAY)
    past = Term.objects.known().filter(valid__contained_by=before_today).values("participation")
    approved = Participation.objects.in_state(State.APPROVED).filter(pk__in=past)
    ended = END.apply(approved, by=by, note="Its end date has passed.")
    unanswered = Participation.objects.in_state(State.OFFERED).filter(respond_by__lt=clock.today())
    return DayClosed(len(ended), len(EXPIRE.apply(unanswered, by=by)))


def _effect(ids: Sequence[int]) -> Effect:
    ends = "ends" if len(ids) == 1 else "end"
    sentence = f"{count(len(ids), 'participation')} now {ends} with the membership."
    return Effect("participations follow memberships", sentence, len(ids), keys=tuple(ids))
