"""Achievements: what is earned, line by line and network by network, and every move it made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from achievement.formats import PAYMENT, TOTAL, reference_of
from achievement.states import FINALS, State
from catalogue.models import QualityService, ServiceVersion
from core.actors import Actor
from core.transitions import Stateful, Transition, TransitionLog
from organisations.models import ListSize, Organisation
from participation.models import Participation
from submission.models import record_hands

NOT_WITHDRAWN = ~Q(state=State.WITHDRAWN)


def never_changed_after_finance_approval() -> pgtrigger.Protect:
    """Finance approval is the last write to an achievement (design 3)."""
    return pgtrigger.Protect(
        name="final", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state__in=sorted(FINALS))
    )


def never_deleted() -> pgtrigger.Protect:
    return pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)


def append_only() -> pgtrigger.Protect:
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


DATES_THERE_ARE_SQL = """
    WITH RECURSIVE there_is(day) AS (
        (SELECT min(achievement_date) FROM achievement_achievement)
        UNION ALL
        SELECT (SELECT min(next.achievement_date) FROM achievement_achievement next
                WHERE next.achievement_date > there_is.day)
        FROM there_is WHERE there_is.day IS NOT NULL)
    SELECT day FROM there_is WHERE day IS NOT NULL"""
"""SQL: the achievement dates of all achievements, each found from the one before by an index."""


def on_any_date() -> Q:
    """No condition, in words that indexes know: for whoever asks for one provider's achievements through all the years.

    No index of lines begins with the provider, for every move of a line would then touch a page of each provider's
    whole history; those there are begin with the date.
    """
    return Q(achievement_date__in=RawSQL(DATES_THERE_ARE_SQL, []))  # noqa: S611 - constant


class AchievementQuerySet(models.QuerySet["Achievement"]):
    def in_state(self, *states: State) -> Self:
        return self.filter(state__in=states)

    def payable(self) -> Self:
        return self.filter(NOT_WITHDRAWN)

    def without_allocation(self) -> Self:
        """Those that an allocation would limit, and none does: all that was claimed is paid."""
        return self.filter(
            inputs__figures__limit=None, service_version__definition__calculation__limit__kind="allocation"
        )


class NetworkAchievement(Stateful):
    """One row is one version of a network's total for a service and date: the sum of its rounded lines."""

    STATES = State

    achievement_date = models.DateField()
    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    network = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    lines = models.PositiveIntegerField()
    aggregated_at = models.DateTimeField()

    objects = AchievementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["achievement_date", "service", "network"],
                condition=NOT_WITHDRAWN,
                name="network_achievement_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["commissioner", "achievement_date", "service", "network"],
                include=["amount", "version"],
                condition=Q(state=State.AGGREGATED),
                name="network_awaiting_finance",
            ),
            models.Index(fields=["network", "achievement_date"], name="network_achievement_history"),
        ]
        triggers: ClassVar = [never_changed_after_finance_approval(), never_deleted()]

    @classmethod
    def after_move(cls, transition: Transition, ids: Sequence[int], by: Actor) -> None:
        record_hands(cls, "network_id", transition, ids, by)

    @property
    def reference(self) -> str:
        return reference_of(TOTAL, self.pk)


class NetworkAchievementChange(TransitionLog):
    """One row is one move of one network achievement."""

    COPIED: ClassVar = ("amount",)

    row = models.ForeignKey(NetworkAchievement, models.PROTECT, related_name="history")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        triggers: ClassVar = [append_only()]


NetworkAchievement.LOG = NetworkAchievementChange


class Achievement(Stateful):
    """One row is what one provider earns from one service for one date: paid to itself, or a line of a network's total.

    It keeps the ids of what it was worked out from, so that the explanation is the calculation run again.
    """

    STATES = State

    achievement_date = models.DateField()
    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    network = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    auto_declared = models.BooleanField(default=False)
    service_version = models.ForeignKey(ServiceVersion, models.PROTECT, related_name="+", db_index=False)
    list_size = models.ForeignKey(ListSize, models.PROTECT, null=True, related_name="+", db_index=False)
    participation = models.ForeignKey(Participation, models.PROTECT, related_name="+", db_index=False)
    inputs = models.JSONField(default=dict, db_default={}, help_text="What an item was worked out from.")
    network_achievement = models.ForeignKey(
        NetworkAchievement, models.PROTECT, null=True, related_name="its_lines", db_index=False
    )

    objects = AchievementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["achievement_date", "service", "provider", "network"],
                nulls_distinct=False,
                name="achievement_once",
            ),
            models.UniqueConstraint(
                fields=["achievement_date", "service", "provider"],
                condition=NOT_WITHDRAWN,
                name="achievement_payable_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["commissioner", "achievement_date", "service", "provider"],
                include=["amount", "version"],
                condition=Q(state=State.AWAITING_COMMISSIONER),
                name="achievement_to_approve",
            ),
            models.Index(
                fields=["commissioner", "service", "achievement_date", "network"],
                include=["amount"],
                condition=Q(state=State.AWAITING_NETWORK),
                name="achievement_awaiting_network",
            ),
            models.Index(
                fields=["commissioner", "achievement_date", "service", "provider"],
                include=["amount", "version"],
                condition=Q(state=State.AWAITING_FINANCE),
                name="achievement_awaiting_finance",
            ),
            models.Index(
                fields=["commissioner", "service", "achievement_date", "network"],
                condition=Q(state=State.HELD),
                name="achievement_held",
            ),
            models.Index(fields=["network", "achievement_date", "service"], name="achievement_of_network"),
            models.Index(fields=["achievement_date", "provider"], name="achievement_by_date_provider"),
            models.Index(
                fields=["provider", "achievement_date"],
                condition=Q(network=None),
                name="achievement_paid_to_provider",
            ),
        ]
        triggers: ClassVar = [never_changed_after_finance_approval(), never_deleted()]

    @classmethod
    def after_move(cls, transition: Transition, ids: Sequence[int], by: Actor) -> None:
        record_hands(cls, "coalesce(network_id, provider_id)", transition, ids, by)

    @property
    def reference(self) -> str:
        """What people quote, from the first declaration to the payment."""
        return reference_of(PAYMENT, self.pk)

    @property
    def is_network_line(self) -> bool:
        return self.network_id is not None


class AchievementChange(TransitionLog):
    """One row is one move of one achievement, with the amount it then had."""

    COPIED: ClassVar = ("amount",)

    row = models.ForeignKey(Achievement, models.PROTECT, related_name="history", db_index=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        triggers: ClassVar = [append_only()]


Achievement.LOG = AchievementChange


class Declaration(models.Model):
    """One row is one declaration of one achievement: who accepted which text, and the figures they declared."""

    achievement = models.ForeignKey(Achievement, models.PROTECT, related_name="declarations")
    achievement_version = models.PositiveIntegerField(help_text="As it was seen.")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    service_version = models.ForeignKey(ServiceVersion, models.PROTECT, related_name="+", db_index=False)
    text_version = models.PositiveSmallIntegerField(null=True, help_text="Of the text; null: the service has none.")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200, help_text="Of whoever accepted the text, as it was then.")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    closed_on = models.DateField(
        null=True, help_text="The provider's last day, where the commissioning organisation declared on its behalf."
    )

    class Meta:
        triggers: ClassVar = [append_only()]
