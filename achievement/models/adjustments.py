"""What finance has approved, and what would be due by now, where they differ (domain 6, adjustment)."""

from __future__ import annotations

from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q

from achievement.models.achievements import never_deleted
from catalogue.models import QualityService
from organisations.models import Organisation

WHY_LENGTH = 500
OPEN = Q(until=None)


class AdjustmentDueQuerySet(models.QuerySet["AdjustmentDue"]):
    def open(self) -> Self:
        return self.filter(OPEN)


class AdjustmentDue(models.Model):
    """One row is a difference between what finance has approved for a line and what is due for it, while it stands.

    A line that came after its network's total was approved has nothing approved; one that is no longer due has nothing
    due. When the difference changes or goes away, the row is closed, and another takes its place.
    """

    achievement_date = models.DateField()
    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    network = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    approved = models.DecimalField(max_digits=12, decimal_places=2)
    due = models.DecimalField(max_digits=12, decimal_places=2)
    difference = models.GeneratedField(
        expression=F("due") - F("approved"),
        output_field=models.DecimalField(max_digits=12, decimal_places=2),
        db_persist=True,
    )
    why = models.CharField(max_length=WHY_LENGTH, blank=True, help_text="What changed; empty: not known.")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="Null: it stands.")

    objects = AdjustmentDueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["achievement_date", "service", "provider", "network"],
                condition=OPEN,
                nulls_distinct=False,
                name="adjustment_due_once",
            ),
            models.CheckConstraint(condition=~Q(due=F("approved")), name="adjustment_due_differs"),
        ]
        indexes = [
            models.Index(
                fields=["commissioner", "achievement_date"], condition=OPEN, name="adjustment_due_commissioner"
            ),
            models.Index(fields=["network", "achievement_date"], condition=OPEN, name="adjustment_due_network"),
            models.Index(fields=["provider", "achievement_date"], condition=OPEN, name="adjustment_due_provider"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="closed", operation=pgtrigger.Update, condition=pgtrigger.Q(old__until__isnull=False)
            ),
            never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.provider}, {self.service}, {self.achievement_date}"
