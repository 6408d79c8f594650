"""Who is to receive a network's money: proposed by one person, confirmed by another."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from core.dates import last_day
from core.texts import REASON_LENGTH
from core.transitions import Stateful, TransitionLog
from organisations.models.organisations import Organisation
from organisations.states import ProposalState


class PayeeProposalQuerySet(models.QuerySet["PayeeProposal"]):
    def pending(self) -> Self:
        return self.filter(state=ProposalState.PROPOSED)


class PayeeProposal(Stateful):
    """One row is one payee proposed for a network from a day on, and what came of it.

    The nomination itself is the `Payee` that confirming it records. `settled_by` confirmed, declined or withdrew it.
    """

    STATES = ProposalState

    network = models.ForeignKey(Organisation, models.PROTECT, related_name="payee_proposals")
    payee = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    days = DateRangeField()
    reason = models.CharField(max_length=REASON_LENGTH)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)

    objects = PayeeProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="payee_proposed_once",
                expressions=[("network", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
                condition=Q(state=ProposalState.PROPOSED),
            ),
            models.CheckConstraint(condition=Q(days__isempty=False), name="payee_proposal_has_days"),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.CONFIRMED)
                | (Q(settled_by__isnull=False) & ~Q(settled_by=F("proposed_by"))),
                name="payee_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payee} for {self.network}"

    @property
    def is_pending(self) -> bool:
        return self.state == ProposalState.PROPOSED

    @property
    def start_date(self) -> date:
        return self.days.lower

    @property
    def end_date(self) -> date | None:
        """The last day, inclusive; None while open."""
        return last_day(self.days)


class PayeeProposalChange(TransitionLog):
    """One row is one move of one proposed payee."""

    row = models.ForeignKey(PayeeProposal, models.PROTECT, related_name="history")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


PayeeProposal.LOG = PayeeProposalChange
