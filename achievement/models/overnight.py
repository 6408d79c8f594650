"""Overnight runs, and the part of each that is one commissioning organisation's."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from organisations.models import Organisation
from ui.wording import long_date


class RunState(models.IntegerChoices):
    RUNNING = 1, "Running"
    DONE = 2, "Done"
    FAILED = 3, "Failed"


class OvernightRun(models.Model):
    """One row is one overnight run: of one business day, in shards, one per lead commissioning organisation."""

    business_date = models.DateField()
    number = models.PositiveSmallIntegerField(default=1, help_text="1 is the run by the clock; later ones by hand.")
    state = models.PositiveSmallIntegerField(choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    finished_at = models.DateTimeField(null=True)
    resumed_at = models.DateTimeField(null=True)
    resumed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business_date", "number"], name="overnight_run_once"),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=RunState.RUNNING), name="overnight_run_one_at_a_time"
            ),
        ]
        ordering = ["-business_date", "-number"]

    def __str__(self) -> str:
        """`1 November 2021`, `1 November 2021, run 2`."""
        day = long_date(self.business_date)
        return day if self.number == 1 else f"{day}, run {self.number}"


class Shard(models.Model):
    """One row is one commissioner's part of an overnight run, claimed by the transaction that works it."""

    run = models.ForeignKey(OvernightRun, models.CASCADE, related_name="shards")
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    state = models.PositiveSmallIntegerField(choices=RunState.choices, default=RunState.RUNNING)
    sweep = models.PositiveSmallIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)
    lines_calculated = models.PositiveIntegerField(default=0)
    networks_aggregated = models.PositiveIntegerField(default=0)
    lines_moved = models.PositiveIntegerField(default=0)
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    waiting = models.PositiveIntegerField(default=0)
    waiting_by_reason = models.JSONField(default=dict, help_text="Plain reason -> networks; together `waiting`.")
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "commissioner"], name="shard_once")]
