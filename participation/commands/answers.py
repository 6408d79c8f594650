"""Offers are accepted or rejected by the provider, and approved or not by the commissioner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from catalogue.queries import definitions_of
from core.actors import SYSTEM, Actor
from core.changes import Effect, publish
from core.commands import command
from core.errors import Invalid
from core.locking import lock_ids
from core.transitions import Refused, Seen, Transition
from organisations.models import Organisation
from participation.changes import ParticipationsChanged
from participation.commands import telling
from participation.models import Participation
from participation.queries import keys_of, network_ids_of
from participation.rules import visible_to
from participation.states import ACCEPT, APPROVE, NOT_APPROVE, REJECT


@dataclass(frozen=True)
class Answered:
    """Participations that moved, those that did not and why, and what followed."""

    ids: Sequence[int]
    refused: Sequence[Refused]
    effects: Sequence[Effect]


@command
def accept_offers(seen: Collection[Seen], *, by: Actor) -> Answered:
    """Take up offers for the provider; approved at once where the service asks for no approval."""
    accepted = _move(ACCEPT, seen, by=by)
    rows = list(Participation.objects.filter(pk__in=accepted.ids))
    definitions = definitions_of([row.service_id for row in rows])
    at_once = [row.pk for row in rows if not definitions[row.service_id].offers.approval_required]
    if at_once:
        APPROVE.apply(Participation.objects.filter(pk__in=at_once), by=SYSTEM, note="No approval is asked for.")
    return _answered(accepted, telling.ACCEPTED, by)


@command
def reject_offers(seen: Collection[Seen], reason: str, *, by: Actor) -> Answered:
    """The provider does not take part, and says why."""
    return _answered(_move(REJECT, seen, by=by, reason=reason), telling.REJECTED, by, reason)


@command
def approve_participations(seen: Collection[Seen], *, by: Actor) -> Answered:
    """The commissioning organisation approves what providers accepted."""
    return _answered(_move(APPROVE, seen, by=by), telling.APPROVED, by)


@command
def do_not_approve_participations(seen: Collection[Seen], reason: str, *, by: Actor) -> Answered:
    """The commissioning organisation does not approve what providers accepted, and says why."""
    return _answered(_move(NOT_APPROVE, seen, by=by, reason=reason), telling.NOT_APPROVED, by, reason)


def _move(transition: Transition, seen: Collection[Seen], *, by: Actor, reason: str = "") -> Answered:
    if transition.needs_reason and not reason.strip():
        raise Invalid("Enter reason: this asks why.")
    ids = [row.id for row in seen]
    lock_ids(Organisation, network_ids_of(ids))
    rows = Participation.objects.filter(visible_to(by), pk__in=ids)
    moved = transition.apply(rows, by=by, note=reason.strip(), seen=seen)
    return Answered(moved.ids, moved.refused, ())


def _answered(answered: Answered, done: str, by: Actor, reason: str = "") -> Answered:
    if not answered.ids:
        return answered
    telling.tell_later(done, answered.ids, by=by, reason=reason.strip())
    why = reason.strip() or "Its offer was answered."
    effects = publish(ParticipationsChanged(by, keys_of(answered.ids), reason=why))
    return Answered(answered.ids, answered.refused, effects)
