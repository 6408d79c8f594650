"""A proposed payee: entered, checked, decided on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.urls import reverse

from core.changes import Effect
from organisations.commands import Nomination
from organisations.models import Organisation, PayeeProposal
from organisations.presenters.payees import Barred, breadcrumb, cannot, network_href
from organisations.states import CONFIRM_PAYEE, DECLINE_PAYEE, PROPOSE_PAYEE, WITHDRAW_PAYEE, ProposalState
from ui.components import Confirm, Event
from ui.forms import PortalForm
from ui.frame import Page
from ui.previews import EffectLine
from ui.wording import long_date, period

ENTER, SAVE = "enter", "save"
WARNS = "held at release"
"""The kind of effect that somebody should be sure of before the change is made."""

NOTHING = "No achievement that is open, aggregated or awaiting payment would be paid to another."
DID = {move.name: f"{move.done} it" for move in (PROPOSE_PAYEE, CONFIRM_PAYEE, DECLINE_PAYEE, WITHDRAW_PAYEE)}


@dataclass(frozen=True)
class Follows:
    """What would follow from confirming a proposal, and the token that carries it; or `problem`, the sentences of why
    it cannot be confirmed."""

    effects: Sequence[Effect] = ()
    token: str = ""
    problem: Sequence[str] = ()


@dataclass(frozen=True)
class Entered:
    """What was entered: the payee in words, the reason, and all of it to be posted along."""

    payee: str
    reason: str
    kept: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class ProposePage(Page):
    """Where a payee is proposed; `now` says who it is today."""

    form: PortalForm
    cancel_href: str
    now: str


@dataclass(frozen=True, kw_only=True)
class CheckPage(Page):
    """What a proposed payee would change, before it is proposed. `kept` is what was entered, to change it."""

    facts: Sequence[tuple[str, str]]
    lead: str
    effects: Sequence[EffectLine]
    warnings: Sequence[EffectLine]
    confirm: Confirm
    href: str
    kept: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class ProposalPage(Page):
    """One proposal: what it says, what would follow, what can be done, and its history."""

    status: str
    facts: Sequence[tuple[str, str]]
    effects: Sequence[EffectLine]
    warnings: Sequence[EffectLine]
    problem: Sequence[str]
    actions: Sequence[Confirm]
    decline_href: str
    cannot: Sequence[Barred]
    events: Sequence[Event]


@dataclass(frozen=True, kw_only=True)
class DeclinePage(Page):
    """Why a proposal is declined."""

    form: PortalForm
    confirm: Confirm


def propose_page(network: Organisation, form: PortalForm, payee: Organisation | None) -> ProposePage:
    return ProposePage(
        title="Propose a payee",
        subject=network.name,
        caption=network.name,
        in_error=bool(form.errors),
        breadcrumb=breadcrumb(network, payees=True),
        form=form,
        cancel_href=network_href(network.code),
        now=f"Today the Nominated Payee is {payee}." if payee else "Nobody is nominated today.",
    )


def check_page(
    nomination: Nomination, entered: Entered, effects: Sequence[Effect], *, before: Organisation | None,
    after: Organisation | None, members: Collection[str],
) -> CheckPage:  # fmt: skip
    network = nomination.network
    href = reverse("organisations:propose_payee", args=[network.code])
    is_member = nomination.payee_code.upper() in members
    outside = [] if is_member else [EffectLine(_no_member(entered.payee, nomination))]
    return CheckPage(
        title="What would change",
        subject=network.name,
        caption=network.name,
        breadcrumb=breadcrumb(network, payees=True),
        facts=[
            ("PCN", str(network)),
            ("Proposed payee", entered.payee),
            ("On these days", period(nomination.start_date, nomination.end_date)),
            ("Payee on the first day until now", str(before or "Nobody is nominated")),
            ("Reason", entered.reason),
        ],
        lead=_lead(nomination.start_date, nomination.end_date, after),
        effects=[*lines_of(effects), *outside],
        warnings=warnings_of(effects),
        confirm=Confirm(
            href=href,
            button="Propose this payee",
            cancel_href=network_href(network.code),
            hidden=(("step", SAVE), *entered.kept),
        ),
        href=href,
        kept=(("step", ENTER), *entered.kept),
    )


def proposal_page(
    proposal: PayeeProposal, *, before: Organisation | None, follows: Follows | None,
    refusals: Mapping[str, Sequence[str]], lead: Organisation | None, history: Iterable[Any],
) -> ProposalPage:  # fmt: skip
    """`refusals` are those of each move, by its name; `follows` is None for whoever does not decide on it."""
    pending, network = proposal.is_pending, proposal.network
    can = {name for name, why in refusals.items() if pending and not why}
    problem = follows.problem if follows else ()
    return ProposalPage(
        title=f"{proposal.payee.name} as Nominated Payee",
        subject=network.name,
        caption=network.name,
        breadcrumb=breadcrumb(network, payees=True),
        status=proposal.state_label,
        facts=_facts(proposal, before),
        effects=lines_of(follows.effects) if follows and not problem else [],
        warnings=warnings_of(follows.effects) if follows else [],
        problem=problem,
        actions=list(_actions(proposal, can - ({CONFIRM_PAYEE.name} if problem else set()), follows)),
        decline_href=_href("decline_payee", proposal) if DECLINE_PAYEE.name in can else "",
        cannot=cannot(CONFIRM_PAYEE.button, refusals[CONFIRM_PAYEE.name], lead) if pending else [],
        events=[_event(each) for each in history],
    )


def decline_page(proposal: PayeeProposal, form: PortalForm) -> DeclinePage:
    return DeclinePage(
        title="Decline this payee",
        subject=proposal.network.name,
        caption=f"{proposal.payee} for {proposal.network.name}",
        in_error=form.is_bound,
        breadcrumb=breadcrumb(proposal.network, payees=True),
        form=form,
        confirm=Confirm(
            href=_href("decline_payee", proposal),
            button=DECLINE_PAYEE.button,
            cancel_href=proposal_href(proposal.pk),
            style="warning",
            hidden=(("seen", f"{proposal.pk}:{proposal.version}"),),
        ),
    )


def purpose(proposal_id: int) -> str:
    """What the token of what would follow from a proposal is for."""
    return f"payee proposal {proposal_id}"


def warnings_of(effects: Iterable[Effect]) -> list[EffectLine]:
    """The effects that need a second look."""
    return [EffectLine(effect.sentence, effect.href) for effect in effects if effect.kind == WARNS]


def lines_of(effects: Sequence[Effect]) -> list[EffectLine]:
    """The other effects; that there are none at all is said too."""
    others = [EffectLine(effect.sentence, effect.href) for effect in effects if effect.kind != WARNS]
    return others if effects else [EffectLine(NOTHING)]


def done(proposal: PayeeProposal) -> str:
    """What became of it, in a sentence."""
    if proposal.state == ProposalState.CONFIRMED:
        days = f"from {long_date(proposal.start_date)}"
        until = f" to {long_date(proposal.end_date)}" if proposal.end_date else ""
        return f"{proposal.payee.name} is Nominated Payee of {proposal.network.name} {days}{until}."
    return f"The proposal of {proposal.payee.name} was {proposal.state_label.lower()}. The payee stays as it is."


def proposal_href(proposal_id: int) -> str:
    return reverse("organisations:payee_proposal", args=[proposal_id])


def _facts(proposal: PayeeProposal, before: Organisation | None) -> list[tuple[str, str]]:
    facts = [
        ("PCN", str(proposal.network)),
        ("Proposed payee", str(proposal.payee)),
        ("On these days", period(proposal.start_date, proposal.end_date)),
        ("Reason", proposal.reason),
        ("Proposed by", proposal.proposed_by.name),
    ]
    if proposal.is_pending:
        facts.insert(3, ("Payee on the first day until now", str(before or "Nobody is nominated")))
    return facts


def _actions(proposal: PayeeProposal, can: Collection[str], follows: Follows | None) -> Iterable[Confirm]:
    token = (("seen", f"{proposal.pk}:{proposal.version}"), ("foreseen", follows.token if follows else ""))
    styles: tuple[tuple[Any, str, Literal["primary", "warning"]], ...] = (
        (CONFIRM_PAYEE, "confirm_payee", "primary"),
        (WITHDRAW_PAYEE, "withdraw_payee", "warning"),
    )
    for move, name, style in styles:
        if move.name in can:
            yield Confirm(
                href=_href(name, proposal), button=move.button, cancel_href="", style=style, hidden=token
            )  # fmt: skip


def _event(change: Any) -> Event:
    who = change.by.name if change.by else "CQRS Portal"
    return Event(change.at, who, DID[change.transition], change.note)


def _lead(start: date, end: date | None, after: Organisation | None) -> str:
    if end is None:
        return f"If this payee is confirmed, from {long_date(start)} on:"
    then = f"{after.name} is payee again" if after else "nobody is nominated"
    return f"If this payee is confirmed, from {long_date(start)} to {long_date(end)}, after which {then}:"


def _no_member(payee: str, nomination: Nomination) -> str:
    return (
        f"{payee} is no member of {nomination.network.name} on {long_date(nomination.start_date)}. Be sure that it is "
        "the body the PCN has nominated."
    )


def _href(name: str, proposal: PayeeProposal) -> str:
    return reverse(f"organisations:{name}", args=[proposal.pk])
