"""Who follows a practice that closed, and what two people decided of it."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.texts import REASON_LENGTH
from core.transitions import Stateful, TransitionLog
from core.two_clocks import TwoClocked, believed_once
from organisations.models.organisations import Organisation
from organisations.states import ClosureState


class ClosureProposal(Stateful):
    """One row is what one person proposed for practices that closed, and another confirms or declines: who follows
    them, from which day, and whether that practice takes over their lists and their debts.

    `replaces` are the ids of the successions believed when it was proposed; `foreseen`, the sentences that were seen.
    """

    STATES = ClosureState

    practices = models.ManyToManyField(Organisation, related_name="closure_proposals")
    successor = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    from_date = models.DateField()
    takes_list = models.BooleanField()
    takes_debts = models.BooleanField()
    reason = models.CharField(max_length=REASON_LENGTH)
    replaces = models.JSONField(default=list)
    foreseen = models.JSONField(default=list)
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="closures_proposed")
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="closure_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ClosureState.CONFIRMED, ClosureState.DECLINED]) | Q(decided_by__isnull=False),
                name="closure_decided_by_somebody",
            ),
        ]


class ClosureProposalChange(TransitionLog):
    """One row is one move of one proposal for practices that closed."""

    row = models.ForeignKey(ClosureProposal, models.PROTECT, related_name="history")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


ClosureProposal.LOG = ClosureProposalChange


class Succession(TwoClocked):
    """One row is one belief about who follows a practice that closed, from the first day of `valid` on.

    Without a `successor` nobody does, and that is decided. A list is taken over once on any day, for no two believed
    rows of a predecessor share one. What is taken over was proposed and confirmed by two people: `proposal`.
    """

    FACT_KEY: ClassVar = ("predecessor",)

    predecessor = models.ForeignKey(Organisation, models.PROTECT, related_name="successions", db_index=False)
    successor = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="succeeds", db_index=False)
    takes_list = models.BooleanField()
    takes_debts = models.BooleanField()
    reason = models.CharField(max_length=REASON_LENGTH)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    proposal = models.ForeignKey(ClosureProposal, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            believed_once("succession_believed_once", "predecessor"),
            models.CheckConstraint(
                condition=Q(successor__isnull=False) | Q(takes_list=False, takes_debts=False),
                name="succession_taken_over_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("predecessor")), name="succession_of_another"
            ),
            models.CheckConstraint(
                condition=Q(proposal__isnull=False) | Q(takes_list=False, takes_debts=False),
                name="succession_taken_over_by_two_people",
            ),
        ]
        indexes = [
            models.Index("successor", condition=Q(recorded__upper_inf=True), name="succession_by_successor"),
        ]
