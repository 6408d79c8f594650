"""What was proposed for practices that closed: seen, confirmed or declined by a second person, or taken back."""

from __future__ import annotations

from operator import attrgetter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import who_can
from accounts.rules import PortalRequest
from accounts.states import Role
from core.errors import Conflict
from core.previews import Ahead, Difference, LookAgain, save_as_seen, token_of
from core.selections import version_seen
from core.transitions import Seen
from organisations.queries import closure_proposal_seen_by, history_of_closure
from organisations.queries.successions import what_can_be_done
from participation import commands, rules
from participation.commands import ClosuresSettled
from participation.forms import ReasonForm
from participation.presenters import closures as shown
from participation.presenters.end_requests import EndRequestPage
from participation.queries import closures as queries
from ui.answers import render
from ui.components import Confirm
from ui.previews import WouldChange
from ui.tables import Table
from ui.wording import sentences_for

PURPOSE = "participation.confirm-closure"
SAYS = attrgetter("sentences")
WHO_READS_IT = "Whoever proposed it reads it."


@require_GET
def closure_proposal(request: PortalRequest, proposal_id: int) -> HttpResponse:
    return _page(request, proposal_id)


@require_POST
def confirm_closure(request: PortalRequest, proposal_id: int) -> HttpResponse:
    """As it was seen, or not at all."""
    by, seen = request.actor, _seen(request, proposal_id)
    try:
        settled = save_as_seen(
            lambda: commands.confirm_closure(seen, by=by), SAYS, request.POST.get("token", ""), PURPOSE, by
        )
    except LookAgain as again:
        return _page(request, proposal_id, moved=again.difference, status=409)
    messages.success(request, shown.done_sentence(settled))
    return redirect("participation:closure_proposal", proposal_id)


@require_POST
def decline_closure(request: PortalRequest, proposal_id: int) -> HttpResponse:
    form = ReasonForm(request.POST, who_reads_it=WHO_READS_IT)
    if not form.is_valid():
        return _page(request, proposal_id, decline=form, status=422)
    commands.decline_closure(_seen(request, proposal_id), form.cleaned_data["reason"], by=request.actor)
    messages.success(request, "Declined. Nothing was changed, and whoever proposed it is told.")
    return redirect("participation:closure_proposal", proposal_id)


@require_POST
def take_back_closure(request: PortalRequest, proposal_id: int) -> HttpResponse:
    commands.take_back_closure(_seen(request, proposal_id), by=request.actor)
    messages.success(request, "Taken back. Nothing was changed.")
    return redirect("participation:closure_proposal", proposal_id)


def _seen(request: PortalRequest, proposal_id: int) -> Seen:
    return version_seen(proposal_id, request.POST.get("version", ""))


def _page(
    request: PortalRequest, proposal_id: int, *, decline: ReasonForm | None = None, moved: Difference | None = None,
    status: int = 0,
) -> HttpResponse:  # fmt: skip
    by = request.actor
    found = closure_proposal_seen_by(by, proposal_id)
    can = what_can_be_done(found, by)
    ahead, gone = _ahead(request, proposal_id) if can.confirm else (None, "")
    hidden = (("version", str(found.version)),)
    page = EndRequestPage(
        title="Confirm or decline" if can.confirm else shown.title_of(found),
        subject=shown.title_of(found),
        caption=shown.title_of(found),
        in_error=bool(decline and decline.errors),
        breadcrumb=shown.breadcrumb(),
        status=found.state_label,
        facts=shown.proposal_facts(found),
        foreseen=() if ahead else sentences_for(found.foreseen, pounds=rules.reads_pounds(by)),
        change=_change(request, ahead, proposal_id, hidden, moved) if ahead else None,
        remarks=ahead.answer.warnings if ahead else (),
        decline=(decline or ReasonForm(None, who_reads_it=WHO_READS_IT)) if can.confirm else None,
        decline_href=reverse("participation:decline_closure", args=[proposal_id]),
        hidden=hidden,
        take_back=_take_back(proposal_id, hidden) if can.take_back else None,
        why_not=can.why_not or gone,
        who_can=who_can(Role.COMMISSIONING_MANAGEMENT, found.commissioner, but=found.proposed_by_id)
        if can.why_not
        else (),
        table=Table(
            caption="Practices that closed",
            columns=shown.COLUMNS,
            rows=[shown.row_of(each) for each in queries.closures_of(list(found.practices.order_by("name")))],
            noun=shown.PRACTICES,
        ),
        events=[shown.event_of(change) for change in history_of_closure(found)],
    )
    return render(request, "participation/end_request.jinja", {"page": page}, status=status)


def _ahead(request: PortalRequest, proposal_id: int) -> tuple[Ahead[ClosuresSettled] | None, str]:
    """What it would do now; or why it cannot be done any more."""
    try:
        return commands.preview_closure_proposal(proposal_id, by=request.actor), ""
    except Conflict as conflict:
        return None, " ".join(conflict.sentences)


def _change(
    request: PortalRequest, ahead: Ahead[ClosuresSettled], proposal_id: int, hidden: tuple[tuple[str, str], ...],
    moved: Difference | None,
) -> WouldChange:  # fmt: skip
    settled = ahead.answer
    confirm = Confirm(
        href=reverse("participation:confirm_closure", args=[proposal_id]),
        button="Confirm",
        cancel_href=reverse("participation:closures"),
        hidden=(("token", token_of(ahead.seen(SAYS), PURPOSE, request.actor)), *hidden),
    )
    return WouldChange.of("If it is confirmed:", settled.said, settled.effects, ahead.expected, confirm, moved)


def _take_back(proposal_id: int, hidden: tuple[tuple[str, str], ...]) -> Confirm:
    href = reverse("participation:take_back_closure", args=[proposal_id])
    return Confirm(href=href, button="Take back", cancel_href="", style="warning", hidden=hidden)
