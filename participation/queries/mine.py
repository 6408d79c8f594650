"""What a provider takes part in: offers to answer, services held, and what is past."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import F, Q, QuerySet

from accounts.rules import Acting
from core.paging import Slice, page_of
from core.transitions import Seen
from participation.models import Participation
from participation.queries.participations import participations_for
from participation.states import State

HELD = (State.ACCEPTED, State.APPROVED)
PAST = (State.REJECTED, State.EXPIRED, State.NOT_APPROVED, State.ENDED, State.CANCELLED)
SHOWN_OFFERS = 100

ORDERS: Mapping[str, tuple[str, ...]] = {
    "service": ("service__name", "provider__name", "id"),
    "code": ("provider__code", "id"),
    "name": ("provider__name", "id"),
    "start": ("start_date", "provider__name", "id"),
    "end": ("end_date", "provider__name", "id"),
    "status": ("state", "provider__name", "id"),
}
NEWEST_FIRST = "-start"


def own(by: Acting) -> QuerySet[Participation]:
    """A provider's own participations; a network's are those of its members."""
    here = Q(provider=by.organisation_id) | Q(network=by.organisation_id)
    return participations_for(by).filter(here)


def offers_to_answer(by: Acting) -> list[Participation]:
    """Offers that nobody has answered, the one to be answered first on top."""
    offered = own(by).filter(state=State.OFFERED)
    return list(offered.order_by(F("respond_by").asc(nulls_last=True), "service__name", "pk")[:SHOWN_OFFERS])


def page_of_own(by: Acting, states: Sequence[State], *, order: str, descending: bool, after: str, size: int) -> Slice:
    columns = ORDERS[order]
    named = [f"-{column}" for column in columns] if descending else list(columns)
    return page_of(own(by).filter(state__in=states), named, after=after, size=size)


def count_of_own(by: Acting, states: Sequence[State]) -> int:
    here = Q(provider=by.organisation_id) | Q(network=by.organisation_id)
    return Participation.objects.filter(here, state__in=states).count()


def offers_chosen(by: Acting, seen: Collection[Seen]) -> list[Participation]:
    """The offers that somebody chose to answer, where they may see them."""
    return list(participations_for(by).filter(pk__in=[row.id for row in seen]).order_by("service__name", "pk"))
