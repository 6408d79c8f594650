"""Services that pay practices themselves are offered to practices, by their parent organisation; they answer."""

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
from organisations.models import Kind, Organisation, Parent
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
from participation.queries import Plan, Terms, days_of_their_own, keys_of, plan_for_practices, problems_of_days
from ui.wording import dense_date


@command
def offer_to_practices(
    service_id: int,
    practice_ids: Collection[int],
    start_date: date,
    end_date: date,
    *,
    by: Actor,
    respond_by: date | None = None,
    only_missing: bool = False,
) -> OffersMade:
    """Offer a service that is paid to practices to these practices, from `start_date` to `end_date`, both included.

    Each is offered it by its parent organisation, which must be the one acted for; the practice answers. With
    `only_missing`, those with an offer that stands and those that closed before the start are left out; without, they
    refuse all. Raises as `offer_to_networks` does.
    """
    terms = Terms(service_offered(service_id), start_date, end_date, respond_by)
    _require_valid(terms, practice_ids)
    lock_ids(Organisation, practice_ids)
    parents = _parents(practice_ids, by)
    plan = plan_for_practices(terms, parents)
    if not only_missing:
        require_no_other_offer(plan.already, {})
        _require_open(plan)
    ids = write_offers(terms, plan.wanted, parents, by)
    require_permission(ids, by)
    take_up(ids, definition_of(service_id).offers)
    effects = publish(ParticipationsChanged(by, keys_of(ids), reason=offered_from(start_date))) if ids else []
    return OffersMade(service_id, ids, (), (), effects, plan, days_of_their_own(plan))


def _require_open(plan: Plan) -> None:
    closed = Organisation.objects.filter(pk__in=plan.closed).order_by("name", "code")
    if closed:
        named = shortened([f"{each.name} ({each.code}), {dense_date(each.close_date)}" for each in closed])
        raise Invalid(f"Closed before the start date, {dense_date(plan.terms.start_date)}: {named}.")


def _require_valid(terms: Terms, practice_ids: Collection[int]) -> None:
    sentences = [*problems_of_days(terms)]
    if terms.service.paid_to != PaidTo.PRACTICE:
        sentences.append(f"{terms.service.name} is paid to PCNs: it is offered to whole networks.")
    if not practice_ids:
        sentences.append("Select at least one practice.")
    if sentences:
        raise Invalid(*sentences)


def _parents(practice_ids: Collection[int], by: Actor) -> Mapping[int, int]:
    """Practice id -> its parent organisation today, who must be the one acted for."""
    practices = Organisation.objects.filter(pk__in=practice_ids, kind=Kind.PRACTICE)
    names = {practice.pk: f"{practice.name} ({practice.code})" for practice in practices}
    today = Parent.objects.as_of(clock.today()).filter(organisation__in=names)
    parents = dict(today.values_list("organisation_id", "parent_id"))
    unknown = [f"practice number {id}" for id in sorted(set(practice_ids) - names.keys())]
    others = [name for id, name in names.items() if not (by.is_system or parents.get(id) == by.organisation_id)]
    orphans = [name for id, name in names.items() if id not in parents]
    if unknown or others or orphans:
        named = shortened([*dict.fromkeys([*others, *orphans, *unknown])])
        raise NotPermitted(f"Your organisation is not the parent organisation of {named}.")
    return parents
