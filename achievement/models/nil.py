"""Lines that a commissioning organisation settles as nil, so that the network's others need not wait (domain 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q

from achievement.models.achievements import append_only, never_deleted
from achievement.states import FINALS, SETTLED_STATES, STANDING_STATES, NilState
from catalogue.models import QualityService
from core.actors import Actor
from core.texts import REASON_LENGTH
from core.transitions import Stateful, Transition, TransitionLog
from organisations.models import Organisation
from submission.models import record_hands

NEEDS_TWO = (*sorted(SETTLED_STATES), NilState.LIFTED)

SETTLED_AS_NIL_SQL = f"""
    SELECT FROM achievement_nilsettlement nil
    WHERE (nil.achievement_date, nil.service_id, nil.network_id, nil.provider_id)
        = ({{row}}.achievement_date, {{row}}.service_id, {{row}}.network_id, {{row}}.{{practice}})
      AND nil.state IN ({", ".join(str(int(state)) for state in sorted(SETTLED_STATES))})"""
"""SQL for EXISTS: whether the line of a relation's `row`, of the practice in its column, is settled as nil."""


PAID_ELSEWHERE_SQL = f"""
    SELECT FROM achievement_achievement paid
    WHERE (paid.achievement_date, paid.service_id, paid.provider_id)
        = ({{row}}.achievement_date, {{row}}.service_id, {{row}}.{{practice}})
      AND paid.network_id <> {{row}}.network_id
      AND paid.state IN ({", ".join(str(int(state)) for state in sorted(FINALS))})"""
"""SQL for EXISTS: whether finance has approved the practice in the column of a relation's `row`, for its service and
date, in another network. No line of it comes here any more, and what is due here is to be adjusted."""


class NilSettlementQuerySet(models.QuerySet["NilSettlement"]):
    def pending(self) -> Self:
        return self.filter(state=NilState.PROPOSED)

    def settled(self) -> Self:
        return self.filter(state__in=SETTLED_STATES)

    def standing(self) -> Self:
        return self.filter(state__in=STANDING_STATES)

    def of_key(self, service_id: int, achievement_date: object, network_id: int) -> Self:
        return self.filter(achievement_date=achievement_date, service=service_id, network=network_id)


class NilSettlement(Stateful):
    """One row is one practice's line of one network, for one service and date, that counts as £0.00 there.

    Proposed by one person and confirmed by another. The line itself, where there is one, stays as it is beside it.
    """

    STATES = NilState

    achievement_date = models.DateField()
    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    network = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=REASON_LENGTH)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)

    objects = NilSettlementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["achievement_date", "service", "network", "provider"],
                condition=Q(state__in=sorted(STANDING_STATES)),
                name="nil_settlement_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=NEEDS_TWO) | Q(confirmed_by__isnull=False), name="nil_settlement_confirmed"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="nil_settlement_confirmed_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["commissioner", "state", "-proposed_at"], name="nil_settlement_by_commissioner"),
            models.Index(fields=["network", "achievement_date"], name="nil_settlement_of_network"),
            models.Index(fields=["provider", "achievement_date"], name="nil_settlement_of_practice"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="final", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state=NilState.COMPLETE)
            ),
            never_deleted(),
        ]

    def __str__(self) -> str:
        return f"{self.provider}, {self.service}, {self.achievement_date}"

    @property
    def is_pending(self) -> bool:
        return self.state == NilState.PROPOSED

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED_STATES

    @classmethod
    def after_move(cls, transition: Transition, ids: Sequence[int], by: Actor) -> None:
        record_hands(cls, "network_id", transition, ids, by)


class NilSettlementChange(TransitionLog):
    """One row is one move of one nil settlement."""

    row = models.ForeignKey(NilSettlement, models.PROTECT, related_name="history")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        triggers: ClassVar = [append_only()]


NilSettlement.LOG = NilSettlementChange
