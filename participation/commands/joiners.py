"""Who joined a network is offered what it holds, and leaves the offers of the network it came from: in one step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

from accounts.queries import who_can
from accounts.states import Role
from catalogue.models import QualityService
from catalogue.queries import definition_of
from core import clock
from core.actors import Actor
from core.changes import Effect, publish
from core.commands import command
from core.dates import DAY
from core.errors import Conflict, Invalid, NotPermitted
from core.locking import lock_ids
from core.transitions import Seen
from organisations.models import Lead, Organisation
from participation.changes import ParticipationsChanged
from participation.commands.ends import cancel_participations, save_end_date
from participation.commands.offering import offered_from, require_permission, service_offered, take_up, write_offers
from participation.models import Participation
from participation.queries import Held, Terms, keys_of, problems_of_days
from participation.queries.joiners import HangingOffer, Joining, MissingOffer, joinings
from participation.rules import visible_to
from ui.wording import dense_date, listed, long_date


class JoinerOffer(NamedTuple):
    """One service offered to one practice that joined a network; both days included."""

    network_id: int
    practice_id: int
    service_id: int
    start_date: date
    end_date: date


class Wanted(NamedTuple):
    """An offer that fits what is missing."""

    service: QualityService
    held: Held


@dataclass(frozen=True)
class JoinersSettled:
    """What became of practices that joined: participations offered, ended and cancelled, and what followed.

    `taken_up` counts those offered that membership took up; the practices answer the others.
    """

    offered: Sequence[int]
    ended: Sequence[int]
    cancelled: Sequence[int]
    effects: Sequence[Effect]
    taken_up: int


@command
def settle_joiners(offers: Collection[JoinerOffer], hanging: Collection[Seen] = (), *, by: Actor) -> JoinersSettled:
    """Practices joined networks: they are offered these services that the networks hold, and the offers that hang on
    the networks they came from end on the day before they joined, or are cancelled where they never held.

    All or nothing, with all that follows, however many networks that is: it was looked at in pounds. Whoever leads a
    network offers; an offer that hangs is ended by whoever made it (ADR 0035), so that
    where two organisations lead, each does its half. Raises Conflict where something of it has been done meanwhile,
    Invalid for days that do not fit or where nothing was chosen, and NotPermitted.
    """
    if not offers and not hanging:
        raise Invalid("Select at least one offer. Nothing was changed.")
    rows = list(Participation.objects.filter(visible_to(by), pk__in=[row.id for row in hanging]))
    networks = {offer.network_id for offer in offers} | {row.network_id for row in rows if row.network_id}
    lock_ids(Organisation, networks)
    practices = {offer.practice_id for offer in offers} | {row.provider_id for row in rows}
    found = joinings(networks, practices)
    wanted = _wanted(offers, found)
    ended, cancelled, effects = _leave(found, hanging, by)
    offered, taken_up, followed = _offer(wanted, by)
    return JoinersSettled(offered, ended, cancelled, [*effects, *followed], taken_up)


def _wanted(offers: Collection[JoinerOffer], found: Sequence[Joining]) -> list[Wanted]:
    """Each offer beside what is missing. Raises Conflict where it is not missing any more, Invalid for its days."""
    wanted: list[Wanted] = []
    problems: list[str] = []
    for offer in offers:
        joining, each = _missing(offer, found)
        problems += _problems(joining, each, offer)
        held = Held(offer.service_id, offer.practice_id, offer.network_id, offer.start_date, offer.end_date + DAY)
        wanted.append(Wanted(each.service, held))
    if problems:
        raise Invalid(*problems)
    _must_not_overlap(wanted)
    return sorted(wanted, key=lambda each: (each.service.pk, each.held))


def _missing(offer: JoinerOffer, found: Sequence[Joining]) -> tuple[Joining, MissingOffer]:
    """What is missing, of the membership that the offer begins in; of the first, where it begins in none."""
    same = [
        (joining, each)
        for joining in found
        for each in joining.missing
        if (joining.network.pk, joining.practice.pk, each.service.pk) == offer[:3]
    ]
    if not same:
        _must_be_open(offer)
        raise Conflict(_not_missing(offer))
    begun = [pair for pair in same if pair[0].joined and pair[0].joined <= offer.start_date]
    return begun[-1] if begun else same[0]


def _must_be_open(offer: JoinerOffer) -> None:
    """Raises Invalid where the practice had closed by the day on which the offer starts."""
    practice = Organisation.objects.filter(pk=offer.practice_id, close_date__lt=offer.start_date).first()
    if practice:
        closed, start = dense_date(practice.close_date), dense_date(offer.start_date)
        late = f"{practice}: Start date {start} is after its closing date, {closed}."
        raise Invalid(f"{late} Nothing is offered after it.")


def _not_missing(offer: JoinerOffer) -> str:
    places = Organisation.objects.in_bulk([offer.network_id, offer.practice_id])
    service = QualityService.objects.filter(pk=offer.service_id).first()
    practice, network = places.get(offer.practice_id, "this practice"), places.get(offer.network_id, "this PCN")
    return (
        f"{service.short_name if service else 'This service'} is not missing for {practice} in {network} any more: "
        "somebody has offered it, or the membership has changed. Nothing was saved."
    )


def _problems(joining: Joining, each: MissingOffer, offer: JoinerOffer) -> Iterator[str]:
    """What is wrong with the days, each a sentence that names practice, service, value and rule."""
    whose = f"{joining.practice} in {each.service.short_name}"
    for sentence in problems_of_days(Terms(each.service, offer.start_date, offer.end_date)):
        yield f"{whose}: {sentence}"
    if joining.joined and offer.start_date < joining.joined:
        start, joined = dense_date(offer.start_date), dense_date(joining.joined)
        yield f"{whose}: Start date {start} is before it joined {joining.network.name}, {joined}."
    closed = joining.practice.close_date
    if closed and offer.end_date > closed:
        end = dense_date(offer.end_date)
        yield f"{whose}: End date {end} is after the closing date of {joining.practice}, {dense_date(closed)}."
    if each.left and offer.end_date > each.left:
        end, left = dense_date(offer.end_date), dense_date(each.left)
        yield f"{whose}: End date {end} is after it left {joining.network.name}, {left}."


def _must_not_overlap(wanted: Sequence[Wanted]) -> None:
    held = sorted(each.held for each in wanted)
    for one, other in pairwise(held):
        if one[:3] == other[:3] and other.start < one.until:
            raise Invalid(f"Start date {dense_date(other.start)} is within another offer of the same service.")


def _leave(found: Sequence[Joining], hanging: Collection[Seen], by: Actor) -> tuple[list[int], list[int], list[Effect]]:
    """End or cancel the offers that hang. Raises Conflict for those that do not hang any more."""
    known = {each.row.participation_id: (joining, each) for joining in found for each in joining.hanging}
    if any(row.id not in known for row in hanging):
        raise Conflict("An offer has been ended meanwhile, or the membership has changed. Nothing was saved.")
    ended: list[int] = []
    cancelled: list[int] = []
    effects: list[Effect] = []
    for row in hanging:
        joining, each = known[row.id]
        _must_have_offered(each, by)
        (ended if each.row.last_day else cancelled).append(row.id)
        effects += _leave_one(joining, each, row, by)
    return ended, cancelled, effects


def _leave_one(joining: Joining, each: HangingOffer, seen: Seen, by: Actor) -> Sequence[Effect]:
    reason = _reason(joining, each)
    if each.row.last_day:
        done = save_end_date([seen], each.row.last_day, reason, by=by)
    else:
        done = cancel_participations([seen], reason, by=by)
    if not done.ids:
        raise Conflict(*(f"{each.service.short_name}: {said}" for row in done.refused for said in row.reasons))
    return done.effects


def _reason(joining: Joining, each: HangingOffer) -> str:
    if joining.joined and each.former.pk != joining.network.pk:
        return f"Moved to {joining.network} on {long_date(joining.joined)}."
    return f"It was no member of {each.former} on these days."


def _must_have_offered(each: HangingOffer, by: Actor) -> None:
    if by.is_system or each.commissioner.pk == by.organisation_id:
        return
    sentence = f"{each.service.short_name} in {each.former} was offered by {each.commissioner}, which ends it."
    raise NotPermitted(sentence, who_can=who_can(Role.COMMISSIONING_MANAGEMENT, each.commissioner))


def _offer(wanted: Iterable[Wanted], by: Actor) -> tuple[list[int], int, Sequence[Effect]]:
    """Write the offers, service by service, and count those that membership takes up; what follows is worked out once,
    for all of them."""
    ids: list[int] = []
    taken_up = 0
    wanted = list(wanted)
    leads = _leads({each.held.network_id for each in wanted if each.held.network_id}, by)
    for service, of_service in groupby(wanted, key=lambda each: each.service):
        held = [each.held for each in of_service]
        terms = Terms(service_offered(service.pk), min(each.start for each in held), max(e.until for e in held) - DAY)
        made = write_offers(terms, held, leads, by)
        require_permission(made, by)
        taken_up += take_up(made, definition_of(service.pk).offers)
        ids += made
    if not ids:
        return ids, taken_up, []
    why = offered_from(min(each.held.start for each in wanted))
    return ids, taken_up, publish(ParticipationsChanged(by, keys_of(ids), reason=why, at_once=True))


def _leads(network_ids: Collection[int], by: Actor) -> dict[int, int]:
    """Network id -> who leads it today, which must be the organisation acted for."""
    today = Lead.objects.as_of(clock.today()).filter(network__in=network_ids).select_related("commissioner", "network")
    leads = {lead.network_id: lead for lead in today}
    not_led = [lead for lead in leads.values() if not (by.is_system or lead.commissioner_id == by.organisation_id)]
    if not_led or set(network_ids) - leads.keys():
        named = listed(sorted(str(lead.network) for lead in not_led)) or "this PCN"
        can = [said for lead in not_led for said in who_can(Role.COMMISSIONING_MANAGEMENT, lead.commissioner)]
        raise NotPermitted(f"Your organisation is not the lead commissioning organisation of {named}.", who_can=can)
    return {network: lead.commissioner_id for network, lead in leads.items()}
