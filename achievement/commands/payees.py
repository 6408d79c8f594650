"""Whom a change of payee concerns is told: who confirms it, the network, and the payees before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from accounts.models import Grant, User
from accounts.queries import administrators_of, holders_of
from accounts.states import Role
from achievement import notifications
from core.actors import Actor
from core.changes import Effect
from core.commands import command, instant
from core.two_clocks import TICK
from operations.notifications import Notice, send
from operations.tasks_for_people import ask, settle
from organisations.models import Organisation, Payee, PayeeProposal
from organisations.queries import lead_of
from organisations.rules import task_of_payee_change
from organisations.states import ProposalState
from ui.wording import listed

CONFIRMS = Role.ORGANISATION_ADMINISTRATOR
TOLD = (Role.FINANCE_VIEW, Role.DECLARATION_MANAGEMENT, Role.USER_ADMINISTRATOR)
"""The roles that are told of a payee: those who see the money, and whoever administers the organisation."""


@command
def tell_of_proposed_payee(proposal_id: int, *, by: Actor) -> list[Effect]:
    """The others who may confirm a proposed payee are told, on Home and by e-mail. Answers who, or that nobody can."""
    proposal = _proposal(proposal_id)
    lead = lead_of(proposal.network)
    if lead is None:
        return []
    others = [user for user in holders_of(CONFIRMS, lead) if user.pk != proposal.proposed_by_id]
    notice = notifications.payee_proposed(proposal, User(name=CONFIRMS.label))
    ask(_to_confirm(proposal), lead.pk, CONFIRMS, f"{notice.sentence}: confirm or decline it", notice.href)
    for user in others:
        send(notifications.payee_proposed(proposal, user), event=_to_confirm(proposal), to=user.email)
    return [Effect("told", _who_confirms([user.name for user in others], lead), len(others))]


@command
def tell_of_settled_payee(proposal_id: int, *, by: Actor) -> list[Effect]:
    """The network, the payees before and after, and whoever proposed it are told of a payee that was confirmed; of one
    that was declined, whoever proposed it. Answers who was told, and who has nobody here to be told."""
    proposal = _proposal(proposal_id)
    settle(_to_confirm(proposal))
    if proposal.settled_by_id != proposal.proposed_by_id:
        note = proposal.history.order_by("-pk").values_list("note", flat=True).first() or ""
        notice = notifications.payee_settled(proposal, note, proposal.proposed_by)
        send(notice, event=f"payee proposal {proposal.pk} settled", to=proposal.proposed_by.email)
    return _tell_parties(proposal) if proposal.state == ProposalState.CONFIRMED else []


def _tell_parties(proposal: PayeeProposal) -> list[Effect]:
    before = _payees_before(proposal)
    names = [payee.name for payee in before]
    parties = {each.pk: each for each in (proposal.network, proposal.payee, *before)}.values()
    told = [each for each in parties if _tell(each, proposal, names)]
    untold = [each.name for each in parties if each not in told]
    effects = [Effect("told", f"Told: {listed([each.name for each in told])}.", len(told))] if told else []
    if untold:
        have = "has" if len(untold) == 1 else "have"
        effects.append(Effect("not told", f"{listed(untold)} {have} nobody in the portal: tell them yourself."))
    return effects


def _tell(party: Organisation, proposal: PayeeProposal, before: Sequence[str]) -> bool:
    """A task for one role of a party, and an e-mail to each of its people who is told; False where it has nobody."""
    people = _people_of(party)
    if not people:
        return False
    held = set(Grant.objects.in_force().of(*TOLD).filter(organisation=party).values_list("role", flat=True))
    notice_to: Callable[[User], Notice] = lambda user: notifications.payee_changed(proposal, before, user)  # noqa: E731
    key, role = (
        f"{task_of_payee_change(party.pk, proposal.network_id)}{proposal.pk}",
        next(r for r in TOLD if r in held),
    )
    notice = notice_to(User(name=role.label))
    ask(key, party.pk, role, notice.sentence, notice.href)
    for user in people:
        send(notice_to(user), event=key, to=user.email)
    return True


def _people_of(party: Organisation) -> QuerySet[User]:
    grants = Grant.objects.in_force().of(*TOLD).filter(organisation=party)
    return User.objects.filter(pk__in=grants.values("user")).order_by("name", "pk")


def _payees_before(proposal: PayeeProposal) -> list[Organisation]:
    """Who was nominated on days of the proposal until this very command, by name."""
    rows = Payee.objects.known(instant() - TICK).filter(network=proposal.network, valid__overlap=proposal.days)
    return list(Organisation.objects.filter(pk__in=rows.values("payee")).order_by("name", "pk"))


def _proposal(proposal_id: int) -> PayeeProposal:
    return PayeeProposal.objects.select_related("network", "payee", "proposed_by", "settled_by").get(pk=proposal_id)


def _to_confirm(proposal: PayeeProposal) -> str:
    return f"payee proposal {proposal.pk} "


def _who_confirms(others: Sequence[str], lead: Organisation) -> str:
    if others:
        return f"It awaits confirmation by {listed(others, 'or')}, who {'was' if len(others) == 1 else 'were'} told."
    administrators = [user.name for user in administrators_of(lead)]
    nobody = f"Nobody else holds {CONFIRMS.label} in {lead.name}, so nobody can confirm it yet."
    return f"{nobody} {listed(administrators, 'or')} can grant it." if administrators else nobody
