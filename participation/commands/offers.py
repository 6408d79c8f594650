"""Services are offered to whole networks: a member cannot be left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalogue.formats import Offers
from catalogue.models import PaidTo, QualityService
from catalogue.queries import definition_of, released_services
from core import clock
from core.actors import SYSTEM, Actor
from core.changes import Effect, publish
from core.commands import command, instant
from core.dates import DAY, inclusive
from core.errors import Invalid, NotPermitted, NotVisible
from core.locking import lock_ids
from core.two_clocks import Belief, believe
from organisations.models import Lead, Organisation
from participation.changes import ParticipationsChanged
from participation.models import Participation, ParticipationChange, Term
from participation.queries import Held, Span, keys_of, membership_spans, overlapping
from participation.rules import MAKE_OFFERS
from participation.states import ACCEPT, APPROVE, OFFER
from ui.wording import dense_date, listed, period

NAMED_AT_MOST = 5
BATCH = 2_000


@dataclass(frozen=True)
class OffersMade:
    """What an offer became: its participations, networks without a member on its days, and what followed.

    `left_out` names those networks; nothing was offered to them.
    """

    service_id: int
    ids: Sequence[int]
    network_ids: Sequence[int]
    left_out: Sequence[str]
    effects: Sequence[Effect]


@dataclass(frozen=True)
class Terms:
    """What an offer says: the service, its first and last day, and until when it may be answered."""

    service: QualityService
    start_date: date
    end_date: date
    respond_by: date | None


@command
def offer_to_networks(
    service_id: int,
    network_ids: Collection[int],
    start_date: date,
    end_date: date,
    *,
    by: Actor,
    respond_by: date | None = None,
) -> OffersMade:
    """Offer a service to every practice that is a member of these networks on a day from `start_date` to `end_date`.

    Where the service says so, membership takes the offer up and it is approved at once (domain 4). The term is the
    offer's dates; it ends with the membership where that ends sooner, and a practice that left and came back has one
    participation for each time. Raises Invalid, naming what is wrong: days, service, or an offer that stands already;
    NotPermitted for networks the actor's organisation does not lead; NotVisible for an unknown service.
    """
    terms = Terms(_service(service_id), start_date, end_date, respond_by)
    _require_valid(terms, network_ids)
    lock_ids(Organisation, network_ids)
    names = _names(network_ids)
    leads = _leads(network_ids, names, by)
    wanted = _wanted(terms, membership_spans(network_ids, start_date, end_date + DAY))
    _require_no_other_offer(wanted, names)
    ids = _offer(terms, wanted, leads, by)
    _require_permission(ids, by)
    _take_up(ids, definition_of(service_id).offers)
    effects = publish(ParticipationsChanged(by, keys_of(ids))) if ids else []
    offered = {held.network_id for held in wanted}
    left_out = [name for id, name in names.items() if id not in offered]
    return OffersMade(service_id, ids, sorted(names.keys() & offered), left_out, effects)


def _service(service_id: int) -> QualityService:
    service = released_services().filter(pk=service_id).first()
    if service is None:
        raise NotVisible("There is no such quality service, or no version of it has been released.")
    return service


def _require_valid(terms: Terms, network_ids: Collection[int]) -> None:
    sentences = [*_problems_of_days(terms)]
    if terms.service.paid_to != PaidTo.NETWORK:
        sentences.append(f"{terms.service.name} is paid to practices: it is not offered to networks.")
    if not network_ids:
        sentences.append("Select at least one PCN.")
    if sentences:
        raise Invalid(*sentences)


def _problems_of_days(terms: Terms) -> Iterable[str]:
    service, start, end = terms.service, dense_date(terms.start_date), dense_date(terms.end_date)
    if terms.end_date < terms.start_date:
        yield f"End date {end} is before the start date, {start}. Both days are included."
    if terms.start_date < service.start_date:
        yield f"Start date {start} is before the service starts, {dense_date(service.start_date)}."
    if terms.end_date > service.end_date:
        yield f"End date {end} is after the service ends, {dense_date(service.end_date)}."
    if terms.respond_by and terms.respond_by > terms.end_date:
        yield f"Respond by {dense_date(terms.respond_by)} is after the end date, {end}."


def _names(network_ids: Collection[int]) -> dict[int, str]:
    """Network id -> name and Org ID, by name."""
    networks = Organisation.objects.networks().filter(pk__in=network_ids).order_by("name", "code")
    return {network.pk: f"{network.name} ({network.code})" for network in networks}


def _leads(network_ids: Collection[int], names: Mapping[int, str], by: Actor) -> dict[int, int]:
    """Network id -> its lead commissioning organisation today, who must be the one acted for."""
    today = Lead.objects.as_of(clock.today()).filter(network__in=network_ids)
    leads = dict(today.values_list("network_id", "commissioner_id"))
    unknown = set(network_ids) - names.keys()
    not_led = [name for id, name in names.items() if id not in leads or not _acts_for(by, leads[id])]
    if unknown or not_led:
        named = _listed([*not_led, *(f"PCN number {id}" for id in sorted(unknown))])
        raise NotPermitted(f"Your organisation is not the lead commissioning organisation of {named}.")
    return leads


def _acts_for(by: Actor, organisation_id: int) -> bool:
    return by.is_system or by.organisation_id == organisation_id


def _wanted(terms: Terms, spans: Sequence[Span]) -> list[Held]:
    """One participation for each time of membership: from the offer's start, or from when the practice came back."""
    wanted: list[Held] = []
    before = None
    for span in spans:
        came_back = before == (span.provider_id, span.network_id)
        before = (span.provider_id, span.network_id)
        start = span.start if came_back else terms.start_date
        until = min(terms.end_date + DAY, span.until or date.max)
        wanted.append(Held(terms.service.pk, span.provider_id, span.network_id, start, until))
    return wanted


def _require_no_other_offer(wanted: Sequence[Held], names: Mapping[int, str]) -> None:
    others = overlapping(wanted)
    if not others:
        return
    practices = Organisation.objects.in_bulk([held.provider_id for held, *_ in others])
    named = [
        f"{practices[held.provider_id].name} in {names[held.network_id or 0]}, {period(start, until - DAY)}"
        for held, start, until in others
    ]
    raise Invalid(f"This service is offered already on some of these days to {_listed(named)}.")


def _offer(terms: Terms, wanted: Sequence[Held], leads: Mapping[int, int], by: Actor) -> list[int]:
    """Write the offers with their terms and the first line of their history; answer their ids."""
    rows = [
        Participation(
            service=terms.service,
            provider_id=held.provider_id,
            network_id=held.network_id,
            commissioner_id=leads[held.network_id or 0],
            offered_at=instant(),
            respond_by=terms.respond_by,
            state=OFFER.target,
        )
        for held in wanted
    ]
    made = Participation.objects.bulk_create(rows, batch_size=BATCH)
    ParticipationChange.objects.bulk_create([_first_line(row, by) for row in made], batch_size=BATCH)
    says = {"by": by.user_id, "reason": "Offered."}
    days = [inclusive(held.start, held.until - DAY) for held in wanted]
    believe(Term, [Belief({"participation": row}, valid, says) for row, valid in zip(made, days, strict=True)])
    return [row.pk for row in made]


def _first_line(row: Participation, by: Actor) -> ParticipationChange:
    return ParticipationChange(
        row=row,
        at=instant(),
        by_id=by.user_id,
        organisation_id=by.organisation_id,
        transition=OFFER.name,
        to_state=row.state,
        version=row.version,
    )


def _require_permission(ids: Sequence[int], by: Actor) -> None:
    """Judged on the offers as written, so that grants limited to a payment type or a cluster count as such."""
    refused = MAKE_OFFERS.refusals_for(Participation.objects.filter(pk__in=ids), by)
    if refused:
        raise NotPermitted(*dict.fromkeys(sentence for sentences in refused.values() for sentence in sentences))


def _take_up(ids: Sequence[int], offers: Offers) -> None:
    if offers.accepted_by != "membership" or not ids:
        return
    ACCEPT.apply_each(Participation, ROWS, by=SYSTEM, note="Taken up by membership.", params=[list(ids)])
    if not offers.approval_required:
        APPROVE.apply_each(Participation, ROWS, by=SYSTEM, note="No approval is asked for.", params=[list(ids)])


ROWS = "SELECT unnest(%s::bigint[]) AS id"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED_AT_MOST
    return listed([*names[:NAMED_AT_MOST], f"{more:,} more"]) if more > 0 else listed(names)
