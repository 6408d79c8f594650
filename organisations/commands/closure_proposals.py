"""What takes over a list or debts is proposed by one person and decided by another."""

from __future__ import annotations

from collections.abc import Sequence

from core.actors import Actor
from core.commands import command, instant
from core.errors import Conflict, Invalid, NotPermitted
from core.transitions import Seen, Transition
from organisations.commands.successions import Decision, lock_and_fit
from organisations.models import ClosureProposal, ClosureProposalChange
from organisations.queries import closure_proposal_seen_by, open_closure_proposals
from organisations.states import CONFIRM_CLOSURE, DECLINE_CLOSURE, PROPOSE_CLOSURE, TAKE_BACK_CLOSURE, ClosureState


@command
def write_closure_proposal(decision: Decision, foreseen: Sequence[str], *, by: Actor) -> ClosureProposal:
    """A decision on practices that closed awaits another person; nothing follows of it yet.

    Raises as `record_successions` does, and Conflict where another proposal about one of them awaits somebody.
    """
    if by.user_id is None or by.organisation_id is None:
        raise NotPermitted("It takes two people: the portal does not decide who takes over a list.")
    fits = lock_and_fit(decision, by=by)
    must_await_nobody(fits.practice_ids)
    proposal = ClosureProposal.objects.create(
        successor=fits.successor,
        from_date=fits.from_date,
        takes_list=decision.takes_list,
        takes_debts=decision.takes_debts,
        reason=decision.reason.strip(),
        replaces=sorted(decision.replaces),
        foreseen=list(foreseen),
        commissioner_id=by.organisation_id,
        proposed_by_id=by.user_id,
        proposed_at=instant(),
        state=PROPOSE_CLOSURE.target,
    )
    proposal.practices.set(fits.practices)
    ClosureProposalChange.objects.create(
        row=proposal, at=instant(), by_id=by.user_id, organisation_id=by.organisation_id,
        transition=PROPOSE_CLOSURE.name, to_state=proposal.state, version=proposal.version, note=proposal.reason,
    )  # fmt: skip
    return proposal


@command
def mark_closure_confirmed(seen: Seen, *, by: Actor) -> ClosureProposal:
    """A second person has confirmed a proposal, as it was seen; the caller does what it says.

    Raises NotVisible, NotPermitted with every refusal, Conflict where it was decided meanwhile.
    """
    return _decide(CONFIRM_CLOSURE, seen, by)


@command
def decline_closure(seen: Seen, reason: str, *, by: Actor) -> ClosureProposal:
    """A second person declines a proposal, and says why: nothing follows. Raises as `mark_closure_confirmed` does."""
    if not reason.strip():
        raise Invalid("Enter reason: whoever proposed it reads it.", field="reason")
    return _decide(DECLINE_CLOSURE, seen, by, reason.strip())


@command
def take_back_closure(seen: Seen, *, by: Actor) -> ClosureProposal:
    """Whoever proposed it wants it no more. Raises as `mark_closure_confirmed` does."""
    return _decide(TAKE_BACK_CLOSURE, seen, by)


def must_await_nobody(practice_ids: frozenset[int]) -> None:
    """Raises Conflict where a proposal about one of these practices awaits a second person."""
    waiting = open_closure_proposals(practice_ids)
    if waiting:
        who = sorted({proposal.proposed_by.name for proposal in waiting.values()})
        raise Conflict(
            f"{who[0]} has proposed what follows, and it awaits another person. Confirm, decline or take that back "
            "first. Nothing was saved."
        )


def decision_of(proposal: ClosureProposal) -> Decision:
    """What a proposal would record."""
    return Decision(
        practices=tuple(sorted(each.code for each in proposal.practices.all())),
        successor=proposal.successor.code if proposal.successor else "",
        from_date=proposal.from_date,
        takes_list=proposal.takes_list,
        takes_debts=proposal.takes_debts,
        reason=proposal.reason,
        replaces=frozenset(proposal.replaces),
    )


def _decide(transition: Transition, seen: Seen, by: Actor, note: str = "") -> ClosureProposal:
    proposal = closure_proposal_seen_by(by, seen.id)
    decided = {} if transition is TAKE_BACK_CLOSURE else {"decided_by": by.user_id}
    rows = ClosureProposal.objects.filter(pk=proposal.pk)
    moved = transition.apply(rows, by=by, note=note, seen=[seen], values=decided)
    for refused in moved.refused:
        proposal.refresh_from_db()
        may_not = proposal.state == ClosureState.PROPOSED and transition.rule.why_not(proposal, by)
        raise (NotPermitted if may_not else Conflict)(*refused.reasons)
    return closure_proposal_seen_by(by, seen.id)
