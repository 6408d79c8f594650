"""The lists of a commissioning organisation: services offered, and who takes part in one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.states import Role
from catalogue.models import PaidTo, QualityService
from core import clock
from core.actors import Actor
from core.dates import DAY, FinancialYear
from core.errors import NotVisible
from core.paging import Slice, page_of
from core.transitions import Seen
from organisations.models import Membership, Organisation, Parent
from participation.models import Participation, Term
from participation.rules import visible_to
from participation.states import State

ENDS_EARLY, LEFT = "ends-early", "left"

ORDERS: Mapping[str, tuple[str, ...]] = {
    "pcn": ("network__name", "provider__name", "id"),
    "code": ("provider__code", "id"),
    "name": ("provider__name", "id"),
    "parent": ("parent_name", "provider__name", "id"),
    "start": ("start_date", "provider__name", "id"),
    "end": ("end_date", "provider__name", "id"),
    "status": ("state", "provider__name", "id"),
}

SERVICE_ORDERS: Mapping[str, tuple[str, ...]] = {
    "name": ("service__name", "service__code"),
    "start": ("service__start_date", "service__name", "service__code"),
    "networks": ("networks", "service__name", "service__code"),
    "practices": ("practices", "service__name", "service__code"),
    "approved": ("approved", "service__name", "service__code"),
    "ended": ("ended", "service__name", "service__code"),
    "unanswered": ("unanswered", "service__name", "service__code"),
}


@dataclass(frozen=True)
class Filters:
    """What the list of one service is limited to; `text` is an Org ID's beginning or part of a name.

    `only` is ENDS_EARLY, those that end before the service does, or LEFT, those whose membership has ended.
    """

    state: State | None = None
    network_id: int | None = None
    parent_id: int | None = None
    only: str = ""
    text: str = ""


@dataclass(frozen=True)
class ServiceFilters:
    """What the list of services is limited to: a financial year they touch, and part of a name."""

    year: FinancialYear | None = None
    text: str = ""


def offered_services(
    by: Actor, filters: ServiceFilters, order: str = "name", *, descending: bool = False
) -> Sequence[Mapping[str, Any]]:
    """Each service somebody sees participations of: code, name, dates, and how many networks, practices and states."""
    seen = Participation.objects.filter(visible_to(by))
    if filters.year:
        seen = seen.filter(service__start_date__lte=filters.year.end, service__end_date__gte=filters.year.start)
    if filters.text:
        seen = seen.filter(service__name__icontains=filters.text)
    services = seen.values("service__code", "service__name", "service__start_date", "service__end_date")
    counted = services.annotate(
        networks=Count("network", distinct=True),
        practices=Count("provider", distinct=True),
        approved=Count("pk", filter=Q(state=State.APPROVED)),
        ended=Count("pk", filter=Q(state=State.ENDED)),
        unanswered=Count("pk", filter=Q(state__in=[State.OFFERED, State.ACCEPTED])),
    )
    return list[Any](counted.order_by(*_ordered(SERVICE_ORDERS[order], descending)))


def years_offered(by: Actor) -> list[FinancialYear]:
    """The financial years of the services somebody sees participations of, latest first."""
    seen = Participation.objects.filter(visible_to(by)).order_by()
    spans = seen.values_list("service__start_date", "service__end_date").distinct()
    years = {
        year
        for start, end in spans
        for year in range(FinancialYear.of(start).starts_in, FinancialYear.of(end).starts_in + 1)
    }
    return [FinancialYear(year) for year in sorted(years, reverse=True)]


def offered_service(by: Actor, code: str) -> QualityService:
    """The service of a code, where somebody sees a participation in it; NotVisible otherwise."""
    seen = Participation.objects.filter(visible_to(by)).values("service")
    service = QualityService.objects.filter(code=code, pk__in=seen).first()
    if service is None:
        raise NotVisible("You may not be able to see this service's offers, or there are none.")
    return service


def matching(by: Actor, service: QualityService, filters: Filters) -> QuerySet[Participation]:
    """The participations in a service that somebody may see and that match."""
    rows = Participation.objects.filter(visible_to(by), service=service)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.network_id:
        rows = rows.filter(network=filters.network_id)
    if filters.parent_id:
        children = Parent.objects.as_of(clock.today()).filter(parent=filters.parent_id).values("organisation")
        rows = rows.filter(provider__in=children)
    if filters.only == ENDS_EARLY:
        early = Term.objects.known().filter(valid__endswith__lt=service.end_date + DAY)
        rows = rows.filter(pk__in=early.values("participation"))
    if filters.only == LEFT:
        rows = rows.annotate(left_on=_left_on()).filter(left_on__lte=clock.today())
    named = Q(provider__code__istartswith=filters.text) | Q(provider__name__icontains=filters.text)
    return rows.filter(named) if filters.text else rows


def counts_by_state(rows: QuerySet[Participation]) -> dict[State, int]:
    """How many of these are in each state; together, how many they are."""
    counted = rows.order_by().values_list("state").annotate(Count("pk"))
    return {State(state): how_many for state, how_many in counted}


def page_matching(
    by: Actor, service: QualityService, filters: Filters, *, order: str, descending: bool, after: str, size: int
) -> Slice:
    """One page, with parent organisation, terms, and the day a practice left the network."""
    rows = shown(matching(by, service, filters))
    return page_of(rows, _order(service, order, descending), after=after, size=size)


def all_shown(
    by: Actor, service: QualityService, filters: Filters, *, order: str, descending: bool
) -> QuerySet[Participation]:
    """Every row that matches, as a list shows it, in its order: for files."""
    return shown(matching(by, service, filters)).order_by(*_order(service, order, descending))


def rows_of(by: Actor, ids: Collection[int]) -> list[Participation]:
    """These participations, where somebody may see them, as a list shows them."""
    rows = shown(Participation.objects.filter(visible_to(by), pk__in=ids))
    return list(rows.order_by("network__name", "provider__name", "id"))


def shown(rows: QuerySet[Participation]) -> QuerySet[Any]:
    """With `parent_name`, as of today, and `left_on`, the first day after the last membership; None while open."""
    parents = Parent.objects.as_of(clock.today()).filter(organisation=OuterRef("provider"))
    parent_name = Coalesce(Subquery(parents.values("parent__name")[:1]), Value(""))
    related = ("service", "provider", "network", "commissioner")
    return (
        rows.with_terms()  # type: ignore[attr-defined]
        .select_related(*related)
        .annotate(parent_name=parent_name, left_on=_left_on())
    )


def _left_on() -> Subquery:
    spans = Membership.objects.known().filter(practice=OuterRef("provider"), network=OuterRef("network"))
    last = spans.filter(valid__isempty=False).order_by("-valid__startswith")
    return Subquery(last.values(until=F("valid__endswith"))[:1])


def all_matching(by: Actor, service: QualityService, filters: Filters, *, at_most: int) -> list[Seen]:
    """Every row that matches, as it is seen now; above `at_most`, none of them."""
    rows = list(matching(by, service, filters).order_by("pk").values_list("pk", "version")[: at_most + 1])
    return [] if len(rows) > at_most else [Seen(id, version) for id, version in rows]


def places_in(by: Actor, service_id: int) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The networks and the parent organisations of a service's participations, each (id, name), for filters."""
    seen = Participation.objects.filter(visible_to(by), service=service_id).order_by()
    parents = Parent.objects.as_of(clock.today()).filter(organisation=OuterRef("provider"))
    found = seen.annotate(
        parent=Subquery(parents.values("parent")[:1]), parent_name=Subquery(parents.values("parent__name")[:1])
    )
    rows = found.values_list("network", "network__name", "parent", "parent_name").distinct()
    networks, parents_found = {}, {}
    for network, network_name, parent, parent_name in rows:
        networks[network], parents_found[parent] = network_name, parent_name
    return _by_name(networks), _by_name(parents_found)


def names_of(by: Actor, ids: Collection[int]) -> dict[int, str]:
    """Participation id -> the practice's name and Org ID, of those that somebody may see; for sentences."""
    seen = Participation.objects.filter(visible_to(by), pk__in=ids)
    rows = seen.values_list("pk", "provider__name", "provider__code")
    return {pk: f"{name} ({code})" for pk, name, code in rows}


def networks_touched(ids: Collection[int]) -> int:
    """How many networks these participations are for: what follows from a change of them is as much."""
    rows = Participation.objects.filter(pk__in=ids, network__isnull=False)
    return rows.order_by().values("network").distinct().count()


def organisations_of(ids: Collection[int], role: Role) -> list[Organisation]:
    """Where a role acts on these: the practices that answer, or the commissioning organisations that offered them."""
    at = "provider" if role == Role.SERVICE_MANAGEMENT else "commissioner"
    rows = Participation.objects.filter(pk__in=ids).order_by().values(at)
    return list(Organisation.objects.filter(pk__in=rows).order_by("name", "code"))


def _order(service: QualityService, order: str, descending: bool) -> list[str]:
    """A service that pays practices has no PCNs to sort by."""
    key = order if service.paid_to == PaidTo.NETWORK or order != "pcn" else "name"
    return _ordered(ORDERS[key], descending)


def _ordered(columns: Sequence[str], descending: bool) -> list[str]:
    return [f"-{column}" for column in columns] if descending else list(columns)


def _by_name(found: Mapping[Any, str]) -> list[tuple[int, str]]:
    named = [(id, name) for id, name in found.items() if id is not None]
    return sorted(named, key=lambda each: (each[1], each[0]))
