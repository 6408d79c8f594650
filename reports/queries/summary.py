"""Achievements of a financial year, with who declared them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, Count, Q, QuerySet, Sum, When

from achievement.models import Achievement
from achievement.queries.declarations import last_declaration
from achievement.rules import visible_to
from achievement.states import State
from catalogue.models import AchievementDate, QualityService
from core.actors import Actor
from core.dates import FinancialYear

ORDERS: Mapping[str, tuple[str, ...]] = {
    "date": ("achievement_date", "service__name", "provider__name", "id"),
    "name": ("provider__name", "provider__code", "achievement_date", "id"),
    "code": ("provider__code", "achievement_date", "id"),
    "service": ("service__name", "achievement_date", "provider__name", "id"),
    "amount": ("amount", "id"),
}
"""What the report can be sorted by; each ends in what no two rows share."""


@dataclass(frozen=True)
class SummaryFilters:
    """The parameters of the Achievement Summary Report: a financial year, and one service or all."""

    year: FinancialYear
    service_id: int | None = None


@dataclass(frozen=True)
class SummaryTotal:
    """How many rows a report has, and their pounds."""

    count: int
    pounds: Decimal


def achievements_in(by: Actor, filters: SummaryFilters) -> QuerySet[Achievement]:
    """The achievements of a financial year that somebody may see, with who declared each last, and when.

    Each row has what `last_declaration` says, None for what was declared automatically, not yet, or came back since.
    """
    rows = Achievement.objects.payable().filter(
        visible_to(by), achievement_date__gte=filters.year.start, achievement_date__lte=filters.year.end
    )
    if filters.service_id:
        rows = rows.filter(service=filters.service_id)
    related = rows.select_related("service", "provider", "network", "service_version")
    holds = ~Q(state=State.AWAITING_PROVIDER)
    return related.defer("service_version__definition").annotate(
        **{name: Case(When(holds, then=said)) for name, said in last_declaration().items()}
    )


def total_of(by: Actor, filters: SummaryFilters) -> SummaryTotal:
    found = achievements_in(by, filters).order_by().aggregate(count=Count("pk"), pounds=Sum("amount"))
    return SummaryTotal(found["count"], found["pounds"] or Decimal(0))


def years_and_services(by: Actor) -> tuple[list[FinancialYear], list[tuple[int, str]]]:
    """The financial years, latest first, and the services, by name, of what somebody may see."""
    seen = Achievement.objects.payable().filter(visible_to(by)).order_by()
    days = seen.values_list("achievement_date", flat=True).distinct()
    services = QualityService.objects.filter(pk__in=seen.values("service")).order_by("name")
    return sorted({FinancialYear.of(day) for day in days}, reverse=True), list(services.values_list("pk", "name"))


def payment_periods(filters: SummaryFilters) -> dict[tuple[int, date], tuple[date, date]]:
    """(service id, achievement date) -> the first and last day of its payment period."""
    dates = AchievementDate.objects.filter(date__gte=filters.year.start, date__lte=filters.year.end)
    return {(each.service_id, each.date): (each.period_start, each.period_end) for each in dates}
