"""What every app needs to get work done later and once."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from core import clock
from operations.kinds import Frequency, MailKind


class OutboxMessage(models.Model):
    """One row is one piece of later work, written in the transaction that asks for it."""

    task = models.CharField(max_length=100)
    keys = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="outbox_to_do")]


class Attempt(models.Model):
    """One row is one try of a message that was begun and has not ended: it is under way, or its worker was killed."""

    message = models.ForeignKey(OutboxMessage, models.PROTECT, related_name="tries")
    begun_at = models.DateTimeField()


class JobState(models.IntegerChoices):
    WAITING = 1, "Waiting"
    RUNNING = 2, "Running"
    DONE = 3, "Done"
    FAILED = 4, "Failed"


class Job(models.Model):
    """One row is one piece of long work somebody waits for, with its progress and its result.

    `result` is what the work answered; of one that failed, `{"problem": [sentences]}`.
    """

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    started_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    state = models.PositiveSmallIntegerField(choices=JobState.choices, default=JobState.WAITING)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=300, blank=True, help_text="What is being done, in a sentence.")
    result = models.JSONField(default=dict)


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> Self:
        return self.filter(done_at=None)


class Task(models.Model):
    """One row is something that waits for whoever holds a role in an organisation: shown on Home until done."""

    key = models.CharField(max_length=200, help_text="What it is about: at most one open task for a key.")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    href = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "organisation", "role"], condition=Q(done_at=None), name="task_open_once"
            )
        ]


class MailPreference(models.Model):
    """One row is one person's choice of when e-mails of one kind are sent to them; without a row, at once."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="mail_preferences")
    kind = models.CharField(max_length=40, choices=MailKind.choices)
    frequency = models.PositiveSmallIntegerField(choices=Frequency.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="mail_preference_once")]


class DigestItem(models.Model):
    """One row is one thing that a person is told of with the next digest; kept once it is sent."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    event = models.CharField(max_length=300)
    sentence = models.CharField(max_length=300)
    address = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="digest_item_once")]
        indexes = [models.Index(fields=["at"], condition=Q(sent_at=None), name="digest_items_to_send")]


class IdempotencyKey(models.Model):
    """One row is one request that must have one effect: the same key again gets the same answer."""

    key = models.CharField(max_length=100)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    action = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "action", "key"], name="idempotency_key_once")]


class KeptText(models.Model):
    """One row is one text that somebody typed and has not used yet: a note, a reason; kept for them alone."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=100, help_text="What it is typed for.")
    text = models.TextField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "name"], name="kept_text_once")]
