"""Quality services as they are released: their definitions, dates, rates and list sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

from django.db.models import Q, QuerySet

from calculation.capitation import Rate
from catalogue.formats import Capitation, Definition, definition_from
from catalogue.models import AchievementDate, PaidTo, QualityService, ServiceVersion
from catalogue.rules import holds_service_release
from catalogue.states import CONFIRM_RELEASE, PROPOSE_RELEASE, VersionState
from core.actors import Actor
from core.dates import FinancialYear
from core.errors import NotVisible
from organisations.models import ListKind


@dataclass(frozen=True)
class ListNeeded:
    """Which list size a service is paid on: its kind, and the day it is as at; None where the day is unknown."""

    kind: ListKind
    as_at: date | None


def released_services() -> QuerySet[QualityService]:
    """Services that have a released version, by name."""
    released = ServiceVersion.objects.released().values("service")
    return QualityService.objects.filter(pk__in=released).order_by("name", "pk")


def services_for(
    *, year: FinancialYear | None = None, payment_type: str = "", paid_to: PaidTo | None = None
) -> QuerySet[QualityService]:
    """Released services with days in a financial year, of a payment type, and paid to practices or to networks."""
    found = released_services()
    if year:
        found = found.filter(start_date__lte=year.end, end_date__gte=year.start)
    if payment_type:
        found = found.filter(payment_type=payment_type)
    return found.filter(paid_to=paid_to) if paid_to else found


def service_by_code(code: str) -> QualityService:
    """The released service of a code; NotVisible where there is none."""
    service = released_services().filter(code=code).first()
    if service is None:
        raise NotVisible("There is no such quality service, or no version of it has been released.")
    return service


def payment_types() -> list[str]:
    return list(released_services().order_by("payment_type").values_list("payment_type", flat=True).distinct())


def released_version(service_id: int) -> ServiceVersion | None:
    """The version that holds now, without its content."""
    return ServiceVersion.objects.released().defer("definition").filter(service=service_id).first()


def versions_of(service_id: int) -> QuerySet[ServiceVersion]:
    """Every version of a service, newest first, with who released and confirmed it."""
    versions = ServiceVersion.objects.filter(service=service_id).select_related(
        "service", "released_by", "confirmed_by"
    )
    return versions.defer("definition").order_by("-number")


def versions_seen_by(by: Actor) -> QuerySet[ServiceVersion]:
    """The versions that hold; and, for whoever releases them, the drafts and what was superseded. By service."""
    versions = ServiceVersion.objects.all() if holds_service_release(by) else ServiceVersion.objects.released()
    known = versions.select_related("service", "released_by", "confirmed_by")
    return known.defer("definition").order_by("service__name", "service_id", "-number")


@dataclass(frozen=True)
class Act:
    """What may be done to a version in its state, or why it may not: empty when nothing refuses it."""

    name: str
    button: str
    why_not: str


def acts_on(version: ServiceVersion, by: Actor) -> list[Act]:
    """The steps of a release that a version's state allows, and who is refused them."""
    if version.state != VersionState.DRAFT or not holds_service_release(by):
        return []
    steps = (PROPOSE_RELEASE, CONFIRM_RELEASE) if version.released_by_id else (PROPOSE_RELEASE,)
    return [Act(step.name, step.button, " ".join(step.rule.why_not(version, by))) for step in steps]


def definition_of(service_id: int) -> Definition:
    """The definition that holds now, parsed once for each digest; NotVisible where no version is released."""
    version = released_version(service_id)
    if version is None:
        raise NotVisible("No version of this quality service has been released.")
    return definition_of_version(version)


class Digested(Protocol):
    """A version, or as much of one as leads to its definition."""

    @property
    def pk(self) -> int: ...

    @property
    def digest(self) -> str: ...


def definition_of_version(version: Digested) -> Definition:
    """The definition of one version: what an achievement was worked out by."""
    return _parsed(version.digest, version.pk)


def definitions_of(service_ids: Sequence[int]) -> Mapping[int, Definition]:
    """Service id -> the definition that holds now, for services that have one."""
    versions = ServiceVersion.objects.released().defer("definition").filter(service__in=service_ids)
    return {version.service_id: definition_of_version(version) for version in versions}


def rate_on(service_id: int, day: date) -> Rate | None:
    """The capitation rate that holds on a day; None where the service has none, or it is unknown."""
    calculation = definition_of(service_id).calculation
    return calculation.rate_on(day) if isinstance(calculation, Capitation) else None


def list_needed(definition: Definition, achievement_date: date) -> ListNeeded | None:
    """The list size a definition pays on for an achievement date; None where it pays on none."""
    if not isinstance(definition.calculation, Capitation):
        return None
    population = definition.calculation.population
    return ListNeeded(ListKind[population.kind], population.date_for(achievement_date))


def achievement_dates(service_id: int, *, until: date | None = None) -> QuerySet[AchievementDate]:
    """The valid "as at" dates of a service, in order, up to and with `until`."""
    within = Q(date__lte=until) if until else Q()
    return AchievementDate.objects.filter(within, service=service_id).order_by("date")


def payment_dates(service_id: int, *, until: date | None = None) -> list[date]:
    """The achievement dates that figures are paid on, in order."""
    return list(achievement_dates(service_id, until=until).filter(is_payment_date=True).values_list("date", flat=True))


def period_containing(
    periods: Mapping[tuple[int, date], tuple[date, date]], service_id: int, day: date
) -> tuple[date, date] | None:
    """The payment period of a date, out of those by service and achievement date; of a closing date, which is in none
    of them, the one that it lies in. None where there is none."""
    found = periods.get((service_id, day))
    if found:
        return found
    of_service = (period for (service, _day), period in periods.items() if service == service_id)
    return next((period for period in of_service if period[0] <= day <= period[1]), None)


@lru_cache(maxsize=256)
def _parsed(digest: str, version_id: int) -> Definition:
    """Keyed by digest, so that a version id of another database cannot stand for it."""
    content: Any = ServiceVersion.objects.values_list("definition", flat=True).get(pk=version_id)
    return definition_from(content)
