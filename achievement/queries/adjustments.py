"""What is to be adjusted: lines that finance has approved, and for which something else would be due by now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from achievement.models import AdjustmentDue, AdjustmentDueQuerySet, NetworkAchievement, NilSettlement
from achievement.rules import beside_visible_to
from achievement.states import NilState
from core.actors import Actor
from core.dates import FinancialYear
from core.paging import Slice, page_of
from organisations.models import Payee
from organisations.queries import visible_to as organisations_visible_to

ORDERS: Mapping[str, tuple[str, ...]] = {
    "date": ("achievement_date", "service_id", "provider_id", "id"),
    "difference": ("difference", "id"),
    "since": ("since", "id"),
    "code": ("provider__code", "achievement_date", "service_id", "id"),
    "name": ("provider__name", "achievement_date", "service_id", "id"),
}
MORE, LESS = "more", "less"
NONE = Decimal(0)


@dataclass(frozen=True)
class Filters:
    """What the list is limited to. `text` is the beginning of an Org ID or part of a name, of practice or PCN;
    `direction` is MORE (payments) or LESS (recoveries)."""

    year: FinancialYear | None = None
    service_id: int | None = None
    network_id: int | None = None
    commissioner_id: int | None = None
    direction: str = ""
    text: str = ""


@dataclass(frozen=True)
class Summary:
    """How many lines, and the pounds that are due beyond what is approved, and that were approved beyond it."""

    count: int
    more: Decimal
    less: Decimal

    @property
    def net(self) -> Decimal:
        return self.more + self.less


def adjustments_due_for(by: Actor) -> AdjustmentDueQuerySet:
    """What is to be adjusted of what somebody may see, with all that it names. `nominated` is the name of its
    network's payee on its date; None where nobody is, or where it is paid to the practice."""
    payees = Payee.objects.filter(
        network=OuterRef("network"), valid__contains=OuterRef("achievement_date"), recorded__upper_inf=True
    )
    own = Subquery(payees.values("payee__name")[:1])
    rows = AdjustmentDue.objects.open().filter(beside_visible_to(by))
    return rows.select_related("service", "network", "provider", "commissioner").annotate(nominated=own)


def matching(by: Actor, filters: Filters) -> QuerySet[AdjustmentDue]:
    return adjustments_due_for(by).filter(_narrowed(filters))


def page_matching(by: Actor, filters: Filters, *, order: str, descending: bool, after: str, size: int) -> Slice:
    return page_of(matching(by, filters), _order(order, descending=descending), after=after, size=size)


def all_matching(by: Actor, filters: Filters, *, order: str, descending: bool) -> QuerySet[AdjustmentDue]:
    return matching(by, filters).order_by(*_order(order, descending=descending))


def networks_opened_by(by: Actor, rows: Collection[AdjustmentDue | NetworkAchievement]) -> set[int]:
    """Ids of the networks of these rows whose pages somebody may open."""
    networks = organisations_visible_to(by).networks().filter(pk__in={row.network_id for row in rows if row.network_id})
    return set(networks.values_list("pk", flat=True))


def summary_of(by: Actor, filters: Filters) -> Summary:
    return _summed(matching(by, filters))


def due_for_settlements(rows: Collection[NilSettlement]) -> dict[int, Decimal]:
    """Settlement id -> what is to be adjusted for the line that its total left out, of those that are complete; those
    for which nothing is due are left out. What the calculation keeps, and *To be adjusted* lists."""
    line = ("service_id", "achievement_date", "network_id", "provider_id")
    complete = {attrgetter(*line)(each): each.pk for each in rows if each.state == NilState.COMPLETE}
    if not complete:
        return {}
    columns = dict(zip(line, zip(*complete, strict=True), strict=True))
    found = AdjustmentDue.objects.open().filter(**{f"{name}__in": set(values) for name, values in columns.items()})
    kept = found.values_list(*line, "difference")
    return {complete[key]: difference for *named, difference in kept if (key := tuple(named)) in complete}


def commissioned(by: Actor) -> Summary:
    """What is to be adjusted of what the organisation acted for commissions."""
    return _summed(AdjustmentDue.objects.open().filter(commissioner=by.organisation_id))


def _summed(rows: QuerySet[AdjustmentDue]) -> Summary:
    up, down = (Coalesce(Sum("difference", filter=which), NONE) for which in (Q(difference__gt=0), Q(difference__lt=0)))
    found = rows.order_by().aggregate(count=Count("pk"), more=up, less=down)
    return Summary(found["count"], found["more"], found["less"])


def _order(key: str, *, descending: bool) -> list[str]:
    return [f"-{column}" for column in ORDERS[key]] if descending else list(ORDERS[key])


def _narrowed(filters: Filters) -> Q:
    narrowed = Q()
    if filters.year:
        narrowed &= Q(achievement_date__range=(filters.year.start, filters.year.end))
    for column in ("service_id", "network_id", "commissioner_id"):
        if getattr(filters, column):
            narrowed &= Q(**{column: getattr(filters, column)})
    if filters.direction:
        narrowed &= Q(difference__gt=0) if filters.direction == MORE else Q(difference__lt=0)
    if filters.text:
        narrowed &= named(filters.text)
    return narrowed


def named(text: str) -> Q:
    """Practice or PCN: an Org ID's beginning, or part of a name."""
    found = Q()
    for whose in ("provider", "network"):
        found |= Q(**{f"{whose}__code__istartswith": text}) | Q(**{f"{whose}__name__icontains": text})
    return found


@dataclass(frozen=True)
class Choices:
    """What the filters offer, of what somebody may see: years, latest first; services, PCNs and leads by name."""

    years: list[FinancialYear]
    services: list[tuple[int, str]]
    networks: list[tuple[int, str]]
    commissioners: list[tuple[int, str]]


def choices_for(by: Actor) -> Choices:
    rows = AdjustmentDue.objects.open().filter(beside_visible_to(by)).order_by()
    days = rows.aggregate(first=Min("achievement_date"), last=Max("achievement_date"))
    first, last = (FinancialYear.of(day).starts_in if day else 0 for day in (days["first"], days["last"]))
    return Choices(
        years=[FinancialYear(each) for each in range(last, first - 1, -1)] if first else [],
        services=_distinct(rows, "service"),
        networks=_distinct(rows.filter(network__isnull=False), "network"),
        commissioners=_distinct(rows, "commissioner"),
    )


def _distinct(rows: QuerySet[Any], whose: str) -> list[tuple[int, str]]:
    return list(rows.values_list(f"{whose}_id", F(f"{whose}__name")).distinct().order_by(f"{whose}__name"))
