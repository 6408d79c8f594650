"""What providers enter or extracts bring, value by value; and who took part in which stage of a payment chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import connection, models
from django.db.models import Q

from accounts.models import User
from catalogue.models import QualityService
from core.actors import Actor
from core.commands import instant
from core.transitions import Stateful, Transition, TransitionLog
from organisations.models import Organisation
from submission.changes import Key
from submission.states import ManualReason, Source, Stage, State

NOT_BEGUN = 0
"""The version of a submission that nobody had begun when it was seen."""
CODE_LENGTH = 40
DEEPEST = 3


class Hand(models.Model):
    """One row is one person's hand in one stage of one payment chain.

    A chain is (service, achievement date, subject); the subject is the practice that is paid or the network, whose
    chain includes its lines. The database lets one person into one stage of a chain only (domain 2, segregation).
    """

    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    achievement_date = models.DateField()
    subject = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    actor = models.ForeignKey(User, models.PROTECT, related_name="hands", db_index=False)
    stage = models.PositiveSmallIntegerField(choices=Stage.choices)
    first_at = models.DateTimeField()

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "service", "achievement_date", "subject", "stage"], name="hand_once"
            ),
            ExclusionConstraint(
                name="hand_in_one_stage_of_a_chain",
                expressions=[
                    ("actor", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    ("achievement_date", RangeOperators.EQUAL),
                    ("subject", RangeOperators.EQUAL),
                    ("stage", RangeOperators.NOT_EQUAL),
                ],
            ),
        ]


def record_hands(model: type[Any], subject: str, transition: Transition, ids: Sequence[int], by: Actor) -> None:
    """Write the actor's hand in the chains of these rows. Another stage of one chain raises IntegrityError.

    `model` has the columns service_id and achievement_date; `subject` is the SQL of the chain's subject.
    """
    if transition.stage is None or by.user_id is None:
        return
    sql = f"""
        INSERT INTO {Hand._meta.db_table} (service_id, achievement_date, subject_id, actor_id, stage, first_at)
        SELECT DISTINCT service_id, achievement_date, {subject}, %s::bigint, %s::smallint, %s::timestamptz
        FROM {model._meta.db_table} WHERE id = ANY(%s)
        ON CONFLICT (actor_id, service_id, achievement_date, subject_id, stage) DO NOTHING"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [by.user_id, transition.stage, instant(), list(ids)])


class Submission(Stateful):
    """One row is what one provider gives for one service and achievement date: begun, submitted, perhaps changed.

    `network` is set where the figures count towards a network's payment. `origin` and `on_behalf` say how the figures
    that count came: by hand or by extract, by the provider or by the commissioning organisation for it. `note` and
    `manual_reason` are those of the work in progress.
    """

    STATES = State

    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    achievement_date = models.DateField()
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="submissions", db_index=False)
    network = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    begun_at = models.DateTimeField()
    origin = models.PositiveSmallIntegerField(choices=Source.choices, null=True)
    on_behalf = models.BooleanField(default=False)
    submitted_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    manual_reason = models.PositiveSmallIntegerField(choices=ManualReason.choices, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "service", "achievement_date"], name="submission_once"),
        ]
        indexes = [
            models.Index(fields=["commissioner", "service", "achievement_date"], name="submission_by_commissioner"),
            models.Index(
                fields=["network", "service", "achievement_date"],
                condition=Q(network__isnull=False),
                name="submission_by_network",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}, {self.service}, {self.achievement_date}"

    @property
    def key(self) -> Key:
        return Key(self.service_id, self.achievement_date, self.provider_id)

    @classmethod
    def after_move(cls, transition: Transition, ids: Sequence[int], by: Actor) -> None:
        record_hands(cls, "coalesce(network_id, provider_id)", transition, ids, by)


class SubmissionChange(TransitionLog):
    """One row is one move of one submission: begun, saved, submitted; `note` is the submission note of that moment."""

    row = models.ForeignKey(Submission, models.PROTECT, related_name="history")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


Submission.LOG = SubmissionChange


class IndicatorValue(models.Model):
    """One row is one value of one field, as it was submitted: appended, never changed. The latest counts.

    `path` is (group, field) or (group, indicator, field). `value` is a whole number, true or false, a day as
    2021-11-30 or pounds as "12.50", by the field's kind. `organisation` was acted for by
    whoever submitted it: the provider, or the commissioning organisation on its behalf.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="values", db_index=False)
    path = ArrayField(models.CharField(max_length=CODE_LENGTH), size=DEEPEST)
    value = models.JSONField()
    source = models.PositiveSmallIntegerField(choices=Source.choices)
    manual_reason = models.PositiveSmallIntegerField(choices=ManualReason.choices, null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(source=Source.EXTRACT) | Q(manual_reason__isnull=False), name="manual_value_has_its_reason"
            ),
        ]
        indexes = [models.Index(fields=["submission", "path", "-id"], name="indicator_value_latest")]
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class DraftValue(models.Model):
    """One row is one value somebody has typed and saved as work in progress; it counts for nothing until submitted.

    `value` is as in IndicatorValue. `version` counts the times it was saved with another value.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="drafts", db_index=False)
    path = ArrayField(models.CharField(max_length=CODE_LENGTH), size=DEEPEST)
    value = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "path"], name="draft_value_once")]
