"""A payee is proposed by one person, and confirmed, declined or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.actors import Actor
from core.changes import Effect
from core.dates import DAY
from core.errors import Conflict, Invalid
from core.previews import WorldMoved, foreseen, foreseen_in, token_of
from core.transitions import Seen
from organisations import commands, queries, rules
from organisations.forms import DeclineForm, PayeeForm, SettleForm
from organisations.presenters import proposals as shown
from organisations.presenters.payees import network_href
from organisations.views.payees import actor_of
from ui.answers import render

if TYPE_CHECKING:
    from organisations.models import Organisation, PayeeProposal

ENTER, CHECK, SAVE = shown.ENTER, "check", shown.SAVE


@require_http_methods(["GET", "POST"])
def propose_payee(request: HttpRequest, code: str) -> HttpResponse:
    """Three steps of one address: enter, check what would change, propose."""
    by = actor_of(request)
    network = queries.visible_network(by, code)
    rules.PROPOSE_PAYEE.require(network, by, who_can=rules.who_settles_payees(queries.lead_of(network)))
    step = request.POST.get("step", ENTER)
    members = [member.practice for member in queries.members_of(network)]
    form = PayeeForm(request.POST if request.method == "POST" else None, members=members)
    if step == ENTER:
        form = PayeeForm.filled(request.POST, members=members)
    elif form.is_valid():
        try:
            return _propose(request, by, network, form) if step == SAVE else _check(request, by, network, form)
        except Invalid as refused:
            form.refuse(refused)
    page = shown.propose_page(network, form, queries.payee_of(network))
    return render(request, "organisations/propose_payee.jinja", {"page": page})


def _check(request: HttpRequest, by: Actor, network: Organisation, form: PayeeForm) -> HttpResponse:
    nomination = form.nomination(network)
    effects = commands.preview_payee(nomination, by=by)
    start, end = nomination.start_date, nomination.end_date
    page = shown.check_page(
        nomination,
        shown.Entered(form.payee_words(), form.cleaned_data["reason"], form.as_sent()),
        effects,
        before=queries.payee_of(network, start),
        after=queries.payee_of(network, end + DAY) if end else None,
        members={member.practice.code for member in queries.members_of(network, start)},
    )
    return render(request, "organisations/check_payee.jinja", {"page": page})


def _propose(request: HttpRequest, by: Actor, network: Organisation, form: PayeeForm) -> HttpResponse:
    made = commands.propose_payee(form.nomination(network), form.cleaned_data["reason"], by=by)
    said = ["The payee is proposed. Nothing changes before another person confirms it.", *_said(made.effects)]
    messages.success(request, " ".join(said))
    return redirect(shown.proposal_href(made.proposal_id))


@require_GET
def payee_proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """One proposal: what it says, what would follow from confirming it, what can be done."""
    by = actor_of(request)
    proposal = queries.proposal_seen_by(by, proposal_id)
    page = shown.proposal_page(
        proposal,
        before=queries.payee_of(proposal.network, proposal.start_date),
        follows=_would_follow(proposal, by),
        refusals=rules.refusals_of_proposal(proposal, by),
        lead=queries.lead_of(proposal.network),
        history=queries.history_of_proposal(proposal),
    )
    return render(request, "organisations/payee_proposal.jinja", {"page": page})


def _would_follow(proposal: PayeeProposal, by: Actor) -> shown.Follows | None:
    """What would follow from confirming it, for those who decide on it while it is pending; or why it cannot be."""
    if not (proposal.is_pending and rules.PROPOSE_PAYEE.has(proposal.network, by)):
        return None
    try:
        effects = commands.preview_confirmation(proposal.pk, by=by)
    except Invalid as refused:
        return shown.Follows(problem=refused.sentences)
    return shown.Follows(effects, token_of(foreseen(_said(effects)), shown.purpose(proposal.pk), by))


@require_POST
def confirm_payee(request: HttpRequest, proposal_id: int) -> HttpResponse:
    by, form = actor_of(request), SettleForm(request.POST)
    seen = _seen(by, form, proposal_id)
    saw = foreseen_in(form.cleaned_data["foreseen"], shown.purpose(proposal_id), by)
    try:
        return _settled(request, commands.confirm_payee(seen, by=by, expected=saw))
    except WorldMoved as moved:
        messages.error(request, " ".join(moved.sentences))
        return redirect(shown.proposal_href(proposal_id))


@require_POST
def withdraw_payee(request: HttpRequest, proposal_id: int) -> HttpResponse:
    by = actor_of(request)
    return _settled(request, commands.withdraw_payee(_seen(by, SettleForm(request.POST), proposal_id), by=by))


@require_http_methods(["GET", "POST"])
def decline_payee(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Why, and then it is declined."""
    by = actor_of(request)
    proposal = queries.proposal_seen_by(by, proposal_id)
    rules.DECLINE_PAYEE.require(proposal, by, who_can=rules.who_settles_payees(queries.lead_of(proposal.network)))
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        seen = _seen(by, SettleForm(request.POST), proposal_id)
        return _settled(request, commands.decline_payee(seen, by=by, note=form.cleaned_data["note"]))
    page = shown.decline_page(proposal, form)
    return render(request, "organisations/decline_payee.jinja", {"page": page})


def _seen(by: Actor, form: SettleForm, proposal_id: int) -> Seen:
    """The proposal as it was seen. Raises NotVisible, and Conflict where the form does not say it."""
    queries.proposal_seen_by(by, proposal_id)
    if not form.is_valid() or [row.id for row in form.cleaned_data["seen"]] != [proposal_id]:
        raise Conflict("This form does not say which proposal you saw. Nothing was changed: open it again.")
    row: Seen = form.cleaned_data["seen"][0]
    return row


def _settled(request: HttpRequest, settled: commands.Settled) -> HttpResponse:
    proposal = settled.proposal
    said = [shown.done(proposal), *_said(settled.effects)]
    messages.success(request, " ".join(said))
    return redirect(network_href(proposal.network.code))


def _said(effects: Sequence[Effect]) -> list[str]:
    return [effect.sentence for effect in effects]
