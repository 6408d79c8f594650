"""Services are offered to whole networks, of which no member can be left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from catalogue.models import PaidTo
from catalogue.queries import definition_of
from core import clock
from core.actors import Actor
from core.changes import publish
from core.commands import command
from core.errors import Invalid, NotPermitted
from core.locking import lock_ids
from organisations.models import Lead, Organisation
from participation.changes import ParticipationsChanged
from participation.commands.offering import (
    OffersMade,
    offered_from,
    require_no_other_offer,
    require_permission,
    service_offered,
    shortened,
    take_up,
    write_offers,
)
from participation.queries import Terms, days_of_their_own, keys_of, plan_for_networks, problems_of_days


@command
def offer_to_networks(
    service_id: int,
    network_ids: Collection[int],
    start_date: date,
    end_date: date,
    *,
    by: Actor,
    respond_by: date | None = None,
    only_missing: bool = False,
) -> OffersMade:
    """Offer a service to every practice that is a member of these networks on a day from `start_date` to `end_date`.

    Where the service says so, membership takes the offer up and it is approved at once (domain 4). The term is the
    offer's dates; it ends with the membership where that ends sooner, and a practice that left and came back has one
    participation for each time. With `only_missing`, members with an offer that stands are left out, and the others of
    their network join it, from when they became members; without, such an offer refuses all.

    Raises Invalid, naming what is wrong: days, service, or an offer that stands already; NotPermitted for networks the
    actor's organisation does not lead; NotVisible for an unknown service.
    """
    terms = Terms(service_offered(service_id), start_date, end_date, respond_by)
    _require_valid(terms, network_ids)
    lock_ids(Organisation, network_ids)
    names = _names(network_ids)
    leads = _leads(network_ids, names, by)
    plan = plan_for_networks(terms, network_ids)
    if not only_missing:
        require_no_other_offer(plan.already, names)
    ids = write_offers(terms, plan.wanted, leads, by)
    require_permission(ids, by)
    take_up(ids, definition_of(service_id).offers)
    effects = publish(ParticipationsChanged(by, keys_of(ids), reason=offered_from(start_date))) if ids else []
    left_out = [name for id, name in names.items() if id in set(plan.empty)]
    return OffersMade(service_id, ids, plan.network_ids, left_out, effects, plan, days_of_their_own(plan))


def _require_valid(terms: Terms, network_ids: Collection[int]) -> None:
    sentences = [*problems_of_days(terms)]
    if terms.service.paid_to != PaidTo.NETWORK:
        sentences.append(f"{terms.service.name} is paid to practices: it is not offered to networks.")
    if not network_ids:
        sentences.append("Select at least one PCN.")
    if sentences:
        raise Invalid(*sentences)


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
        named = shortened([*not_led, *(f"PCN number {id}" for id in sorted(unknown))])
        raise NotPermitted(f"Your organisation is not the lead commissioning organisation of {named}.")
    return leads


def _acts_for(by: Actor, organisation_id: int) -> bool:
    return by.is_system or by.organisation_id == organisation_id
