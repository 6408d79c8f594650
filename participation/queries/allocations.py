"""How much of a service providers are paid for at most."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from catalogue.formats import Definition, Item
from catalogue.models import QualityService
from catalogue.queries import definitions_of
from core import clock
from core.actors import Actor
from core.errors import NotVisible
from organisations.models import Organisation
from participation.models import Allocation, Participation
from participation.states import OPEN

OfferKey = tuple[int, date, int]


class AllocationFact(NamedTuple):
    """The id of the belief and the whole items it allows in a payment period."""

    id: int
    amount: int


def allocation_of(
    service_id: int, provider_id: int, day: date, known_at: date | datetime | None = None
) -> AllocationFact | None:
    """A provider's allocation on a day, as believed at an instant; None where it has none."""
    return allocations_for([(service_id, day, provider_id)], known_at).get((service_id, day, provider_id))


def allocations_for(
    keys: Collection[OfferKey], known_at: date | datetime | None = None
) -> dict[OfferKey, AllocationFact]:
    """For keys of (service id, day, provider id): the allocations that hold, in one query."""
    columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], []]
    believed, moment = ("upper_inf(a.recorded)", []) if known_at is None else ("a.recorded @> %s", [_moment(known_at)])
    sql = f"""
        SELECT k.service_id, k.day, k.provider_id, a.id, a.amount
        FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) AS k(service_id, day, provider_id)
        JOIN {Allocation._meta.db_table} a USING (service_id, provider_id)
        WHERE a.valid @> k.day AND {believed}"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*columns, *moment])
        return {(service, day, provider): AllocationFact(*fact) for service, day, provider, *fact in cursor.fetchall()}


def _moment(known_at: date | datetime) -> datetime:
    return known_at if isinstance(known_at, datetime) else clock.end_of(known_at)


@dataclass(frozen=True)
class AllocationFilters:
    """What the list of a service's allocations is limited to; `shown` is WITH or WITHOUT, empty for all."""

    text: str = ""
    shown: str = ""


WITH, WITHOUT = "with", "without"
ALLOCATION_ORDERS: Mapping[str, tuple[str, ...]] = {"name": ("name", "code", "id"), "code": ("code", "id")}


def services_allocated(by: Actor) -> list[QualityService]:
    """The services that limit what is paid by allocation, of which somebody's organisation has offers; by name."""
    offered = Participation.objects.filter(commissioner=by.organisation_id, network=None, state__in=OPEN)
    services = list(QualityService.objects.filter(pk__in=offered.values("service")).order_by("name", "pk"))
    definitions = definitions_of([service.pk for service in services])
    return [each for each in services if each.pk in definitions and limited_by_allocation(definitions[each.pk])]


def limited_by_allocation(definition: Definition) -> bool:
    calculation = definition.calculation
    return isinstance(calculation, Item) and calculation.limit.kind == "allocation"


def allocated_service(by: Actor, code: str) -> QualityService:
    """One of these services, by its code. Raises NotVisible."""
    found = next((each for each in services_allocated(by) if each.code == code), None)
    if found is None:
        raise NotVisible("You may not be able to see this service's allocations, or it has none.")
    return found


def allocated(
    by: Actor, service_id: int, filters: AllocationFilters, day: date, known_at: date | None = None
) -> QuerySet[Any]:
    """The practices that somebody's organisation offers a service to, each with the allocation that holds on a day, as
    believed at the end of `known_at`: `allocation`, `from_day` and `until_day` (not included); None where none does."""
    offered = Participation.objects.filter(
        commissioner=by.organisation_id, service=service_id, network=None, state__in=OPEN
    )
    known = Allocation.objects.as_of(day, known_at).filter(service=service_id, provider=OuterRef("pk"))
    rows = Organisation.objects.filter(pk__in=offered.values("provider")).matching(filters.text)
    rows = rows.annotate(
        allocation=Subquery(known.values("amount")[:1]),
        from_day=Subquery(known.values("valid__startswith")[:1]),
        until_day=Subquery(known.values("valid__endswith")[:1]),
        why=Subquery(known.values("reason")[:1]),
    )
    if filters.shown:
        rows = rows.filter(allocation__isnull=filters.shown == WITHOUT)
    return rows


def allocations_believed(service_id: int, provider_id: int) -> QuerySet[Allocation]:
    """Every belief about a practice's allocation of a service, latest recorded first."""
    rows = Allocation.objects.filter(service=service_id, provider=provider_id).select_related("by")
    return rows.order_by("-recorded__startswith", "-valid__startswith", "-pk")


def counts_of_allocations(by: Actor, services: Collection[int], day: date) -> dict[int, tuple[int, int]]:
    """Service id -> practices with an offer, and how many of them have an allocation on a day."""
    offered = Participation.objects.filter(
        commissioner=by.organisation_id, service__in=services, network=None, state__in=OPEN
    )
    has = Exists(Allocation.objects.as_of(day).filter(service=OuterRef("service"), provider=OuterRef("provider")))
    counted = offered.values("service").annotate(
        practices=Count("provider", distinct=True), allocated=Count("provider", distinct=True, filter=Q(has))
    )
    return {each["service"]: (each["practices"], each["allocated"]) for each in counted}


def allocations_seen_by(by: Actor) -> QuerySet[Allocation]:
    """What is believed now of allocations: one's own, and those of practices that one offers the service to."""
    known = Allocation.objects.known().select_related("service", "provider")
    if by.is_system:
        return known
    if by.organisation_id is None or not by.roles():
        return known.none()
    offered = Participation.objects.filter(
        commissioner=by.organisation_id, service=OuterRef("service"), provider=OuterRef("provider"), network=None
    )
    return known.filter(Q(provider=by.organisation_id) | Q(Exists(offered)))
