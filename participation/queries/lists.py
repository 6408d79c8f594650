"""The lists of Participation Management: services offered, and who takes part in one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.rules import Acting
from accounts.states import Role
from catalogue.models import PaidTo, QualityService
from catalogue.queries import services_for
from core import clock
from core.actors import Actor
from core.errors import NotVisible
from core.needs import Need
from core.paging import Slice, page_of
from core.transitions import Seen
from organisations.models import Lead, Membership, Organisation, Parent
from participation.models import Participation
from participation.queries.participations import participations_for
from participation.rules import visible_to
from participation.states import State
from ui.wording import count

ORDERS: Mapping[str, tuple[str, ...]] = {
    "pcn": ("network__name", "provider__name", "id"),
    "code": ("provider__code", "id"),
    "name": ("provider__name", "id"),
}


@dataclass(frozen=True)
class Filters:
    """What the list of one service is limited to; `text` is an Org ID's beginning or part of a name."""

    state: State | None = None
    network_id: int | None = None
    text: str = ""


def offered_services(by: Actor) -> Sequence[Mapping[str, Any]]:
    """Each service somebody sees participations of: code, name, dates, and how many networks, practices and states."""
    seen = Participation.objects.filter(visible_to(by))
    services = seen.values("service__code", "service__name", "service__start_date", "service__end_date")
    counted = services.annotate(
        networks=Count("network", distinct=True),
        practices=Count("provider", distinct=True),
        approved=Count("pk", filter=Q(state=State.APPROVED)),
        ended=Count("pk", filter=Q(state=State.ENDED)),
        unanswered=Count("pk", filter=Q(state__in=[State.OFFERED, State.ACCEPTED])),
    )
    return list[Any](counted.order_by("service__name"))


def offered_service(by: Actor, code: str) -> QualityService:
    """The service of a code, where somebody sees a participation in it; NotVisible otherwise."""
    seen = Participation.objects.filter(visible_to(by)).values("service")
    service = QualityService.objects.filter(code=code, pk__in=seen).first()
    if service is None:
        raise NotVisible("You may not be able to see this service's offers, or there are none.")
    return service


def matching(by: Actor, service_id: int, filters: Filters) -> QuerySet[Participation]:
    """The participations in a service that somebody may see and that match."""
    rows = Participation.objects.filter(visible_to(by), service=service_id)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.network_id:
        rows = rows.filter(network=filters.network_id)
    named = Q(provider__code__istartswith=filters.text) | Q(provider__name__icontains=filters.text)
    return rows.filter(named) if filters.text else rows


def page_matching(
    by: Actor, service: QualityService, filters: Filters, *, order: str, descending: bool, after: str, size: int
) -> Slice:
    """One page, with parent organisation, terms, and the day a practice left the network."""
    columns = ORDERS[order if service.paid_to == PaidTo.NETWORK or order != "pcn" else "name"]
    named = [f"-{column}" for column in columns] if descending else list(columns)
    return page_of(_shown(matching(by, service.pk, filters)), named, after=after, size=size)


def rows_of(by: Actor, ids: Collection[int]) -> list[Participation]:
    """These participations, where somebody may see them, as a list shows them."""
    rows = _shown(Participation.objects.filter(visible_to(by), pk__in=ids))
    return list(rows.order_by("network__name", "provider__name", "id"))


def _shown(rows: QuerySet[Participation]) -> QuerySet[Any]:
    """With `parent_name`, as of today, and `left_on`, the first day after the last membership; None while open."""
    parents = Parent.objects.as_of(clock.today()).filter(organisation=OuterRef("provider"))
    spans = Membership.objects.known().filter(practice=OuterRef("provider"), network=OuterRef("network"))
    last = spans.filter(valid__isempty=False).order_by("-valid__startswith")
    return (
        rows.with_terms()  # type: ignore[attr-defined]
        .select_related("service", "provider", "network")
        .annotate(
            parent_name=Subquery(parents.values("parent__name")[:1]),
            left_on=Subquery(last.values("valid__endswith")[:1]),
        )
    )


def all_matching(by: Actor, service_id: int, filters: Filters, *, at_most: int) -> list[Seen]:
    """Every row that matches, as it is seen now; above `at_most`, none of them."""
    rows = list(matching(by, service_id, filters).order_by("pk").values_list("pk", "version")[: at_most + 1])
    return [] if len(rows) > at_most else [Seen(id, version) for id, version in rows]


def networks_in(by: Actor, service_id: int) -> list[tuple[int, str]]:
    """The networks of a service's participations: id and name, for a filter."""
    rows = Participation.objects.filter(visible_to(by), service=service_id, network__isnull=False)
    return list(rows.order_by("network__name").values_list("network", "network__name").distinct())


def networks_led_by(by: Acting) -> list[Organisation]:
    """The networks whose lead today is the organisation acted for, by name: whom one may offer to."""
    led = Lead.objects.as_of(clock.today()).filter(commissioner=by.organisation_id).values("network")
    return list(Organisation.objects.networks().filter(pk__in=led).order_by("name", "code"))


def services_to_offer() -> list[QualityService]:
    """Released services that are paid to networks, by name."""
    return list(services_for(paid_to=PaidTo.NETWORK))


def my_services(by: Acting, *, after: str, size: int) -> Slice:
    """A provider's own participations, latest service first; a network's are those of its members."""
    own = participations_for(by).filter(Q(provider=by.organisation_id) | Q(network=by.organisation_id))
    return page_of(own, ("-service__start_date", "-service_id", "-id"), after=after, size=size)


def count_of_my_services(by: Acting) -> int:
    return Participation.objects.filter(Q(provider=by.organisation_id) | Q(network=by.organisation_id)).count()


def names_of(ids: Collection[int]) -> dict[int, str]:
    """Participation id -> the practice's name and Org ID, for sentences."""
    rows = Participation.objects.filter(pk__in=ids).values_list("pk", "provider__name", "provider__code")
    return {pk: f"{name} ({code})" for pk, name, code in rows}


def needs_of(actor: Acting) -> list[Need]:
    """What waits for this person in participation: offers to answer, and answers to approve."""
    waiting = []
    if actor.holds(Role.SERVICE_MANAGEMENT):
        offers = Participation.objects.in_state(State.OFFERED).filter(provider=actor.organisation_id)
        waiting.append((offers.count(), "offer awaits your answer", "offers await your answer", "my_services"))
    if actor.holds(Role.COMMISSIONING_MANAGEMENT):
        accepted = Participation.objects.in_state(State.ACCEPTED).filter(commissioner=actor.organisation_id)
        said = ("accepted offer awaits your approval", "accepted offers await your approval", "offered_services")
        waiting.append((accepted.count(), *said))
    return [
        Need(count(how_many, one, many), None, reverse(f"participation:{page}"))
        for how_many, one, many, page in waiting
        if how_many
    ]
