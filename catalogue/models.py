"""Quality services as versioned data."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

import pghistory
from django.db import models
from django.db.models import Q

from catalogue.states import VersionState
from core.dates import FinancialYear
from core.transitions import Stateful, TransitionLog
from organisations.models import Organisation


class QualityServiceQuerySet(models.QuerySet["QualityService"]):
    def running_on(self, day: date) -> Self:
        return self.filter(start_date__lte=day, end_date__gte=day)

    def for_networks(self) -> Self:
        return self.filter(paid_to=PaidTo.NETWORK)


class PaidTo(models.TextChoices):
    PRACTICE = "practice", "Practice"
    NETWORK = "network", "PCN"


class Aggregates(models.TextChoices):
    NOTHING = "", "Nothing"
    AMOUNTS = "amounts", "Amounts"
    COUNTS = "counts", "Counts"


class Expected(models.TextChoices):
    """Which practices a network's achievement waits for (domain 7)."""

    EVERY_MEMBER = "every member", "Every member"
    PARTICIPATING = "participating members", "Participating members"


@pghistory.track()
class QualityService(models.Model):
    """One row is one quality service; what it pays stands in its versions. Facts here are those of the released one."""

    code = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    payment_type = models.CharField(max_length=60)
    start_date = models.DateField()
    end_date = models.DateField(help_text="The last day, inclusive.")
    paid_to = models.CharField(max_length=10, choices=PaidTo.choices)
    aggregates = models.CharField(max_length=10, choices=Aggregates.choices, blank=True)
    expected = models.CharField(max_length=30, choices=Expected.choices, default=Expected.EVERY_MEMBER)
    no_declaration_required = models.BooleanField(default=False)
    no_approval_required = models.BooleanField(default=False)

    objects = QualityServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end_date__gte=models.F("start_date")), name="service_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def financial_years(self) -> list[FinancialYear]:
        first, last = FinancialYear.of(self.start_date), FinancialYear.of(self.end_date)
        return [FinancialYear(year) for year in range(first.starts_in, last.starts_in + 1)]


class ServiceVersionQuerySet(models.QuerySet["ServiceVersion"]):
    def released(self) -> Self:
        return self.filter(state=VersionState.RELEASED)


class ServiceVersion(Stateful):
    """One row is one version of a service's definition: drafted, released by one person and confirmed by another.

    `number` counts the versions of the service; `version` counts the writes to this row, as in every table of states.
    """

    STATES = VersionState

    service = models.ForeignKey(QualityService, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.PositiveSmallIntegerField(choices=VersionState.choices, default=VersionState.DRAFT)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    unknown_figures = models.JSONField(default=list)
    loaded_at = models.DateTimeField()
    released_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    released_at = models.DateTimeField(null=True)

    objects = ServiceVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="service_version_numbered_once"),
            models.UniqueConstraint(
                fields=["service"], condition=Q(state=VersionState.RELEASED), name="service_version_released_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.RELEASED)
                | (Q(released_by__isnull=False) & Q(confirmed_by__isnull=False) & Q(unknown_figures=[])),
                name="service_version_released_by_two",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("released_by")),
                name="service_version_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service.short_name}, version {self.number}"


class ServiceVersionChange(TransitionLog):
    """One row is one move of one version of a service's definition."""

    row = models.ForeignKey(ServiceVersion, models.PROTECT, related_name="history")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)


ServiceVersion.LOG = ServiceVersionChange


class AchievementDate(models.Model):
    """One row is one valid "as at" date of a service; only on a payment date do figures lead to a payment."""

    KEY: ClassVar = ("service", "date")

    service = models.ForeignKey(QualityService, models.PROTECT, related_name="achievement_dates", db_index=False)
    date = models.DateField()
    is_payment_date = models.BooleanField()
    period_start = models.DateField()
    period_end = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "date"], name="achievement_date_once")]
        ordering = ["service", "date"]
