"""Payees are proposed by one person of the lead commissioning organisation and settled by another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from core.actors import Actor
from core.changes import Effect, publish
from core.commands import command, instant
from core.dates import inclusive
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.locking import lock_ids
from core.previews import Foreseen, WorldMoved, difference, foreseen, rolled_back
from core.transitions import Seen, Transition
from operations.tasks_for_people import settle
from organisations.changes import PayeeProposalSettled, PayeeProposed
from organisations.commands.nominations import nominate_payee
from organisations.commands.payees.fitting import Nomination, must_fit, payee_named
from organisations.commands.results import Corrected
from organisations.commands.subjects import lock_networks, must_be
from organisations.models import Kind, Organisation, PayeeProposal, PayeeProposalChange
from organisations.queries import lead_of
from organisations.rules import PROPOSE_PAYEE, task_of_payee_change, who_settles_payees
from organisations.states import CONFIRM_PAYEE, DECLINE_PAYEE, WITHDRAW_PAYEE
from organisations.states import PROPOSE_PAYEE as PROPOSED


@dataclass(frozen=True)
class Proposed:
    """A proposal, and what followed: who was told."""

    proposal_id: int
    effects: Sequence[Effect]


@dataclass(frozen=True)
class Settled:
    """A proposal that was confirmed, declined or withdrawn, and what followed."""

    proposal: PayeeProposal
    effects: Sequence[Effect]


@command
def propose_payee(nomination: Nomination, reason: str, *, by: Actor) -> Proposed:
    """A payee is proposed for a network; another person of its lead confirms or declines it.

    A body that is not known yet is added. Raises NotPermitted; Invalid for an end before the start, days shared with
    another proposal or a later nomination, and a payee that cannot be one. Publishes PayeeProposed.
    """
    network, person = nomination.network, _person(by)
    must_be(network, Kind.NETWORK, "PCN")
    lock_networks([network.pk])
    PROPOSE_PAYEE.require(network, by, who_can=who_settles_payees(lead_of(network)))
    if not reason.strip():
        raise Invalid("Reason: enter why; whoever confirms it reads it.", field="reason")
    payee = payee_named(nomination)
    must_fit(nomination, payee)
    proposal = PayeeProposal.objects.create(
        network=network,
        payee=payee,
        days=inclusive(nomination.start_date, nomination.end_date),
        reason=reason.strip(),
        proposed_at=instant(),
        proposed_by_id=person,
        state=PROPOSED.target,
    )
    _log(proposal, by)
    return Proposed(proposal.pk, publish(PayeeProposed(by, proposal.pk)))


@command
def preview_payee(nomination: Nomination, *, by: Actor) -> Sequence[Effect]:
    """Answer what would follow if the nomination were proposed and confirmed; nothing is kept. Raises as these do."""
    network = nomination.network
    PROPOSE_PAYEE.require(network, by, who_can=who_settles_payees(lead_of(network)))
    return rolled_back(lambda: _nominate_at_once(nomination, by)).effects


@command
def preview_confirmation(proposal_id: int, *, by: Actor) -> Sequence[Effect]:
    """Answer what would follow from confirming a proposal now; nothing is kept.

    Raises NotPermitted for whoever does not decide on the payees of this network, Invalid where it fits no more.
    """
    return rolled_back(lambda: _nominate(_decided_by(proposal_id, by), by)).effects


@command
def confirm_payee(seen: Seen, *, by: Actor, expected: Foreseen | None = None) -> Settled:
    """A second person confirms a proposed payee, who is nominated from its first day on.

    `expected` is what the person saw would follow. Raises NotVisible, NotPermitted, Invalid where it does not fit any
    more, Conflict where it has changed, WorldMoved where what would follow has. Publishes PayeesCorrected, then
    PayeeProposalSettled.
    """
    _person(by)
    proposal = _locked(seen.id)
    _move(CONFIRM_PAYEE, proposal, seen, by)
    effects = _nominate(proposal, by).effects
    if expected and (differs := difference(expected, foreseen([effect.sentence for effect in effects]))):
        raise WorldMoved(effects, differs)
    return _settled(proposal, by, effects)


@command
def decline_payee(seen: Seen, *, by: Actor, note: str) -> Settled:
    """A second person declines a proposed payee, and says why. Raises as `confirm_payee` does."""
    if not note.strip():
        raise Invalid("Reason: enter why; whoever proposed it reads it.", field="reason")
    proposal = _locked(seen.id)
    _move(DECLINE_PAYEE, proposal, seen, by, note.strip())
    return _settled(proposal, by)


@command
def withdraw_payee(seen: Seen, *, by: Actor) -> Settled:
    """Whoever proposed a payee takes the proposal back. Raises as `confirm_payee` does."""
    proposal = _locked(seen.id)
    _move(WITHDRAW_PAYEE, proposal, seen, by)
    return _settled(proposal, by)


@command
def note_payee_change(network: Organisation, *, by: Actor) -> None:
    """Somebody of a party to it has taken note of a change of payee: the task is done."""
    if by.organisation_id is None or not by.roles():
        raise NotPermitted("You act for no organisation.")
    settle(task_of_payee_change(by.organisation_id, network.pk))


def _person(by: Actor) -> int:
    """Two people stand behind a payee, so the portal itself, which nothing else refuses, is refused here."""
    if by.user_id is None:
        raise NotPermitted("A payee is proposed by one person and confirmed by another.")
    return by.user_id


def _nominate_at_once(nomination: Nomination, by: Actor) -> Corrected:
    """As if it were proposed and confirmed in one."""
    lock_networks([nomination.network.pk])
    payee = payee_named(nomination)
    must_fit(nomination, payee)
    start, end = nomination.start_date, nomination.end_date
    return nominate_payee(nomination.network, payee, start, end_date=end, by=by)


def _nominate(proposal: PayeeProposal, by: Actor) -> Corrected:
    nomination = Nomination(proposal.network, proposal.payee.code, proposal.start_date, proposal.end_date)
    must_fit(nomination, proposal.payee, beside=proposal.pk)
    return nominate_payee(
        proposal.network, proposal.payee, proposal.start_date, end_date=proposal.end_date, proposal_id=proposal.pk,
        by=by,
    )  # fmt: skip


def _decided_by(proposal_id: int, by: Actor) -> PayeeProposal:
    proposal = _locked(proposal_id)
    PROPOSE_PAYEE.require(proposal.network, by, who_can=who_settles_payees(lead_of(proposal.network)))
    return proposal


def _locked(proposal_id: int) -> PayeeProposal:
    """The proposal, its network locked first."""
    rows = PayeeProposal.objects.filter(pk=proposal_id)
    network = rows.values_list("network", flat=True).first()
    if network is None:
        raise NotVisible("You may not be able to see this, or it does not exist.")
    lock_networks([network])
    lock_ids(PayeeProposal, [proposal_id])
    return rows.select_related("network", "payee").get()


def _move(transition: Transition, proposal: PayeeProposal, seen: Seen, by: Actor, note: str = "") -> None:
    transition.rule.require(proposal, by, who_can=who_settles_payees(lead_of(proposal.network)))
    values = {"settled_at": instant(), "settled_by_id": by.user_id}
    rows: QuerySet[PayeeProposal] = PayeeProposal.objects.filter(pk=proposal.pk)
    moved = transition.apply(rows, by=by, note=note, seen=[seen], values=values)
    if not moved:
        raise Conflict(*(reason for refused in moved.refused for reason in refused.reasons), "Nothing was changed.")


def _settled(proposal: PayeeProposal, by: Actor, effects: Sequence[Effect] = ()) -> Settled:
    proposal.refresh_from_db()
    return Settled(proposal, [*effects, *publish(PayeeProposalSettled(by, proposal.pk))])


def _log(proposal: PayeeProposal, by: Actor) -> None:
    PayeeProposalChange.objects.create(
        row=proposal,
        at=instant(),
        by_id=by.user_id,
        organisation_id=by.organisation_id,
        transition=PROPOSED.name,
        from_state=None,
        to_state=PROPOSED.target,
        version=proposal.version,
        note=proposal.reason,
    )
