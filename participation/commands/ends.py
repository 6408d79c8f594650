"""Participations are given end dates: by hand, with their memberships, and by the passing of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core import clock
from core.actors import SYSTEM, Actor
from core.changes import Effect, publish
from core.commands import command
from core.dates import DAY, inclusive
from core.errors import Invalid, NotVisible
from core.locking import lock_ids
from core.transitions import Moved, Refused, Seen, Transition
from core.two_clocks import Belief, believe
from organisations.models import Organisation
from participation.changes import ParticipationsChanged
from participation.models import Participation, Term
from participation.queries.participations import keys_of, with_terms
from participation.queries.spans import FOLLOWS_MEMBERSHIP, Held, ends_that_follow, overlapping
from participation.rules import visible_to
from participation.states import CORRECT_END, COVERING, END, EXPIRE, REOPEN, SAVE_END_DATE, State
from ui.wording import count, dense_date, listed, long_date


@dataclass(frozen=True)
class EndDatesSaved:
    """What came of new end dates: participations that have them, those that do not and why, and what followed."""

    ids: Sequence[int] = ()
    refused: Sequence[Refused] = ()
    effects: Sequence[Effect] = ()


@dataclass(frozen=True)
class DayClosed:
    """What had come to its day: participations ended, offers expired."""

    ended: int
    expired: int


@command
def save_end_date(seen: Collection[Seen], end_date: date, reason: str, *, by: Actor) -> EndDatesSaved:
    """Stop participations after a day, that day included, as they were seen (id and version); or move the end.

    What was believed before stays readable as recorded then. Raises Invalid, naming every row, for a day outside the
    service's dates, before a start, or within another offer of the same practice; NotVisible when none may be seen.
    """
    if not reason.strip():
        raise Invalid("Enter reason: ending a service asks why.")
    rows = _locked_as_visible([row.id for row in seen], by)
    if not rows:
        raise NotVisible("You may not be able to see these participations, or they do not exist.")
    _require_days_that_fit(rows, end_date)
    unchanged = [row.pk for row in rows if row.end_date == end_date]
    saved = change_end_dates(
        {row.pk: end_date for row in rows if row.pk not in unchanged}, reason=reason.strip(), seen=seen, by=by
    )
    refused = [Refused(id, (f"It ends on {long_date(end_date)} already.",)) for id in unchanged]
    gone = [Refused(row.id, ("It does not exist, or you may not see it.",)) for row in seen if row.id not in {r.pk for r in rows}]
    return EndDatesSaved(saved.ids, (*saved.refused, *refused, *gone), saved.effects)


@command
def change_end_dates(
    end_dates: Mapping[int, date], *, reason: str, by: Actor, seen: Collection[Seen] | None = None
) -> EndDatesSaved:
    """Give each participation its last day: the state follows it, a new belief about its term is recorded."""
    if not end_dates:
        return EndDatesSaved()
    _lock_networks(end_dates)
    rows = {row.pk: row for row in with_terms(Participation.objects.filter(pk__in=end_dates).select_for_update(no_key=True, of=("self",)).order_by("pk"))}
    moves = [_apply(transition, ids, by, reason, seen) for transition, ids in _moves(rows.values(), end_dates).items()]
    ids = sorted(id for moved in moves for id in moved.ids)
    says = {"by": by.user_id, "reason": reason}
    believe(Term, [Belief({"participation": id}, inclusive(rows[id].start_date, end_dates[id]), says) for id in ids])
    effects = publish(ParticipationsChanged(by, keys_of(ids))) if ids else []
    return EndDatesSaved(ids, [refused for moved in moves for refused in moved.refused], effects)


@command
def follow_memberships(pairs: Collection[tuple[int, int]], *, by: Actor) -> list[Effect]:
    """End participations with the memberships they began in, of these (practice id, network id); or move such an end.

    The portal does it by itself (domain 4): a later end goes no further than what was last asked for by hand.
    """
    _lock([network for _practice, network in pairs])
    ends = {end.participation_id: end.until - DAY for end in ends_that_follow(pairs)}
    saved = change_end_dates(ends, reason=FOLLOWS_MEMBERSHIP, by=by)
    if not saved.ids:
        return []
    said = f"{count(len(saved.ids), 'participation')} {'ends' if len(saved.ids) == 1 else 'end'} with the membership."
    return [Effect("participations ended", said, len(saved.ids), keys=tuple(saved.ids)), *saved.effects]


@command
def close_the_day(*, by: Actor) -> DayClosed:
    """End what has passed its end date, and let offers expire that nobody answered in time."""
    today = clock.today()
    past = Term.objects.known().filter(valid__fully_lt=inclusive(today, None)).values("participation")
    ended = END.apply(Participation.objects.in_state(State.APPROVED).filter(pk__in=past), by=SYSTEM)
    unanswered = Participation.objects.in_state(State.OFFERED).filter(respond_by__lt=today)
    expired = EXPIRE.apply(unanswered, by=SYSTEM)
    return DayClosed(len(ended), len(expired))


def _locked_as_visible(ids: Collection[int], by: Actor) -> list[Participation]:
    """The rows this actor may see, with their terms as they stand behind the networks' locks."""
    _lock_networks(ids)
    return list(with_terms(Participation.objects.filter(visible_to(by), pk__in=ids)).select_related("service", "provider"))


def _lock_networks(ids: Collection[int]) -> None:
    _lock(Participation.objects.filter(pk__in=ids, network__isnull=False).values_list("network", flat=True).distinct())


def _lock(network_ids: Collection[int]) -> None:
    lock_ids(Organisation, network_ids)


def _require_days_that_fit(rows: Sequence[Participation], end_date: date) -> None:
    sentences = [sentence for row in rows for sentence in _misfits(row, end_date)]
    sentences += _overlaps(rows, end_date)
    if sentences:
        raise Invalid(*sentences)


def _misfits(row: Participation, end_date: date) -> list[str]:
    name = f"{row.provider.name} ({row.provider.code})"
    if end_date < row.start_date:
        return [f"End date {dense_date(end_date)} is before {name} starts, {dense_date(row.start_date)}."]
    if end_date > row.service.end_date:
        return [f"End date {dense_date(end_date)} is after the service ends, {dense_date(row.service.end_date)}: {name}."]
    return []


def _overlaps(rows: Sequence[Participation], end_date: date) -> list[str]:
    names = {row.pk: f"{row.provider.name} ({row.provider.code})" for row in rows}
    wanted = [
        Held(row.service_id, row.provider_id, row.network_id, row.start_date, end_date + DAY, row.pk)
        for row in rows
        if row.state in COVERING and row.start_date <= end_date
    ]
    return [
        f"End date {dense_date(end_date)} overlaps another offer to {names[held.participation_id]}, from {dense_date(start)}."
        for held, start, _until in overlapping(wanted)
    ]
