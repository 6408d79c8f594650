"""A practice's allocation of a service is part of its offer: how many items it is paid for in a payment period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from core.actors import Actor
from core.changes import Effect, publish
from core.commands import command
from core.dates import DAY, inclusive
from core.errors import Invalid, NotPermitted, NotVisible
from core.locking import lock_ids
from core.timelines import Span, cut, with_value
from core.two_clocks import Belief, believe
from organisations.models import Organisation
from participation.changes import AllocationsChanged
from participation.models import Allocation, Participation
from participation.rules import SET_ALLOCATIONS, visible_to
from participation.states import OPEN
from ui.wording import dense_date


@command
def set_allocations(
    service_id: int, amounts: Mapping[int, int | None], start_date: date, end_date: date, *, by: Actor
) -> Sequence[Effect]:
    """Set how many items providers (by id) are paid for in a payment period, from a day to a day, both included.

    None takes an allocation away: nothing limits what is paid then. What was believed before stays readable as recorded
    then. Raises Invalid for days in the wrong order or an amount below nought, NotVisible where a provider has no
    offer of the service that may be seen, NotPermitted without Commissioning Management at the one who offers it.
    """
    _require_valid(amounts, start_date, end_date)
    lock_ids(Organisation, amounts)
    _require_permission(service_id, amounts, by)
    keys = [{"service": service_id, "provider": provider} for provider in amounts]
    beliefs = [
        Belief(key, span.valid, {"amount": span.value})
        for key in keys
        for span in _corrected(key, amounts[key["provider"]], start_date, end_date)
    ]
    changed = believe(Allocation, beliefs, about=keys)
    pairs = frozenset((int(service), int(provider)) for service, provider in changed.keys)
    return publish(AllocationsChanged(by, pairs)) if pairs else []


def _require_valid(amounts: Mapping[int, int | None], start_date: date, end_date: date) -> None:
    if end_date < start_date:
        raise Invalid(f"End date {dense_date(end_date)} is before the start date, {dense_date(start_date)}.")
    below = [amount for amount in amounts.values() if amount is not None and amount < 0]
    if below:
        raise Invalid(f"Allocation {below[0]} must be 0 or more.")


def _require_permission(service_id: int, amounts: Mapping[int, int | None], by: Actor) -> None:
    rows = Participation.objects.filter(visible_to(by), service=service_id, provider__in=amounts, state__in=OPEN)
    if set(amounts) - set(rows.values_list("provider_id", flat=True)):
        raise NotVisible("You may not be able to see an offer of this service to these practices, or there is none.")
    refused = SET_ALLOCATIONS.refusals_for(rows, by)
    if refused:
        raise NotPermitted(*dict.fromkeys(sentence for sentences in refused.values() for sentence in sentences))


def _corrected(key: Mapping[str, int], amount: int | None, start_date: date, end_date: date) -> list[Span[int]]:
    """The timeline of one allocation with these days said anew."""
    known = Allocation.objects.known().filter(**key).order_by("valid")
    timeline = [Span(row.valid.lower, row.valid.upper, row.amount) for row in known]
    days = inclusive(start_date, end_date)
    if amount is None:
        return cut(timeline, days.lower, end_date + DAY)
    return with_value(timeline, Span(days.lower, end_date + DAY, amount))
