"""What participation does when something changes in the apps below."""

from __future__ import annotations

from core.actors import SYSTEM
from core.changes import Effect, handles
from organisations.changes import LeadsCorrected, MembershipCorrected
from participation import commands
from participation.changes import ParticipationsChanged


@handles(MembershipCorrected)
def end_with_membership(change: MembershipCorrected) -> list[Effect]:
    """When ODS ends a membership, participation in that network's services ends on that date by itself (domain 4)."""
    return commands.follow_memberships(change.pairs, by=change.by)


@handles(MembershipCorrected)
def propose_to_joiners(change: MembershipCorrected) -> list[Effect]:
    """When a practice joins, the portal proposes the missing offers, all services at once (domain 4)."""
    return commands.propose_offers(change.pairs, by=change.by)


@handles(ParticipationsChanged)
def settle_reminders(change: ParticipationsChanged) -> None:
    """An offer that was answered is nobody's task any more."""
    commands.settle_reminders(change.keys, by=SYSTEM)


@handles(LeadsCorrected)
def take_over_with_lead(change: LeadsCorrected) -> list[Effect]:
    return commands.take_over_offers(change.network_ids, by=SYSTEM)
