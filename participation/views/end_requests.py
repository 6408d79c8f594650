"""Requests to end participations: seen, confirmed or declined by a second person, or taken back."""

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
from core import clock
from core.errors import Conflict
from core.previews import Ahead, Difference, LookAgain, save_as_seen, token_of
from core.selections import version_seen
from core.transitions import Seen
from participation import commands, rules
from participation.commands import Ended
from participation.forms import ReasonForm
from participation.presenters import end_requests as shown
from participation.presenters import ends as ends_shown
from participation.presenters import offered as offered_shown
from participation.presenters.answers import SHOWN_REFUSALS, left_as_they_are
from participation.presenters.members import ask_links
from participation.queries import end_requests as queries
from participation.queries import offered as lists
from participation.queries.members import members_to_ask_about
from ui.answers import render
from ui.components import Confirm
from ui.frame import Link
from ui.previews import WouldChange
from ui.tables import Address, Pager, Table
from ui.wording import sentences_for

PURPOSE = "participation.confirm-end"
SHOWN_ROWS = 50
SAYS = attrgetter("sentences")


@require_GET
def end_requests(request: PortalRequest) -> HttpResponse:
    by, address = request.actor, Address.of(request)
    pager = Pager.sized(address)
    found = queries.page_of_requests(by, after=address.get("after"), size=pager.size)
    page = shown.EndRequestsPage(
        title="Requests to confirm",
        breadcrumb=shown.breadcrumb(),
        table=Table(
            caption="End dates and cancellations that need a second person",
            columns=shown.COLUMNS,
            rows=[shown.row_of(each) for each in found.rows],
            empty=shown.NOTHING_ASKED,
            noun=shown.NOUN,
            count=queries.count_of_requests(by),
            address=address,
        ),
        pager=pager.followed_by(found.next_cursor),
    )
    return render(request, "participation/end_requests.jinja", {"page": page})


@require_GET
def end_request(request: PortalRequest, request_id: int) -> HttpResponse:
    return _page(request, request_id)


@require_POST
def confirm_end(request: PortalRequest, request_id: int) -> HttpResponse:
    """As it was seen, or not at all."""
    by, seen = request.actor, _seen(request, request_id)
    try:
        ended = save_as_seen(
            lambda: commands.confirm_end(seen, by=by), SAYS, request.POST.get("token", ""), PURPOSE, by
        )
    except LookAgain as again:
        return _page(request, request_id, moved=again.difference, status=409)
    say = messages.warning if ended.refused else messages.success
    say(request, ends_shown.done(ended, lists.names_of(by, [row.id for row in ended.refused][:SHOWN_REFUSALS])))
    return redirect("participation:end_request", request_id)


@require_POST
def decline_end(request: PortalRequest, request_id: int) -> HttpResponse:
    form = ReasonForm(request.POST, who_reads_it=WHO_READS_IT)
    if not form.is_valid():
        return _page(request, request_id, decline=form, status=422)
    commands.decline_end(_seen(request, request_id), form.cleaned_data["reason"], by=request.actor)
    messages.success(request, "Declined. Nothing was changed, and whoever asked is told.")
    return redirect("participation:end_request", request_id)


@require_POST
def take_back_end(request: PortalRequest, request_id: int) -> HttpResponse:
    commands.take_back_end(_seen(request, request_id), by=request.actor)
    messages.success(request, "Taken back. Nothing was changed.")
    return redirect("participation:end_request", request_id)


WHO_READS_IT = "Whoever asked reads it."


def _seen(request: PortalRequest, request_id: int) -> Seen:
    return version_seen(request_id, request.POST.get("version", ""))


def _page(
    request: PortalRequest,
    request_id: int,
    *,
    decline: ReasonForm | None = None,
    moved: Difference | None = None,
    status: int = 0,
) -> HttpResponse:  # fmt: skip
    by = request.actor
    found = queries.request_seen_by(by, request_id)
    can = queries.what_can_be_done(found, by)
    rows = lists.rows_of(by, list(queries.participation_ids_of(found)))
    ahead, gone = _ahead(request, request_id) if can.confirm else (None, "")
    hidden = (("version", str(found.version)),)
    page = shown.EndRequestPage(
        title="Confirm or decline" if can.confirm else shown.what_of(found),
        subject=found.service.name,
        caption=found.service.name,
        in_error=bool(decline and decline.errors),
        breadcrumb=shown.breadcrumb(one=True),
        status=found.state_label,
        facts=shown.facts_of(found),
        foreseen=() if ahead else sentences_for(found.foreseen, pounds=rules.reads_pounds(by)),
        change=_change(request, ahead, request_id, hidden, moved) if ahead else None,
        remarks=ahead.answer.warnings if ahead else (),
        links=_ask_links(request, ahead.answer) if ahead and ahead.answer.warnings else (),
        decline=(decline or ReasonForm(None, who_reads_it=WHO_READS_IT)) if can.confirm else None,
        decline_href=reverse("participation:decline_end", args=[request_id]),
        hidden=hidden,
        take_back=_take_back(request_id, hidden) if can.take_back else None,
        why_not=can.why_not or gone,
        who_can=who_can(Role.COMMISSIONING_MANAGEMENT, found.commissioner, but=found.asked_by_id)
        if can.why_not
        else (),
        table=Table(
            caption="Practices",
            columns=(*offered_shown.COLUMNS, offered_shown.STATUS),
            rows=[offered_shown.row_of(each, clock.today()) for each in rows[:SHOWN_ROWS]],
            noun=offered_shown.PRACTICES,
            count=len(rows),
            tags="tags",
        ),
        events=[shown.event_of(change) for change in queries.history_of(found)],
    )
    return render(request, "participation/end_request.jinja", {"page": page}, status=status)


def _ahead(request: PortalRequest, request_id: int) -> tuple[Ahead[Ended] | None, str]:
    """What it would do now; or why it cannot be done any more."""
    try:
        ahead = commands.preview_request(request_id, by=request.actor)
    except Conflict as conflict:
        return None, " ".join(conflict.sentences)
    if ahead.answer.ids:
        return ahead, ""
    refused = ahead.answer.refused
    names = lists.names_of(request.actor, [row.id for row in refused][:SHOWN_REFUSALS])
    return None, " ".join([shown.NOTHING_LEFT, *left_as_they_are(refused, names)])


def _change(
    request: PortalRequest,
    ahead: Ahead[Ended],
    request_id: int,
    hidden: tuple[tuple[str, str], ...],
    moved: Difference | None,
) -> WouldChange:  # fmt: skip
    by, ended = request.actor, ahead.answer
    names = lists.names_of(by, [row.id for row in ended.refused][:SHOWN_REFUSALS])
    confirm = Confirm(
        href=reverse("participation:confirm_end", args=[request_id]),
        button="Confirm",
        cancel_href=reverse("participation:end_requests"),
        style="warning" if ended.ending.cancels else "primary",
        hidden=(("token", token_of(ahead.seen(SAYS), PURPOSE, by)), *hidden),
    )
    return ends_shown.would_change(ended, ahead.expected, names, confirm, len(ended.ids), moved)


def _ask_links(request: PortalRequest, ended: Ended) -> list[Link]:
    return ask_links(members_to_ask_about(ended.ids, ended.ending.end_date, request.actor))


def _take_back(request_id: int, hidden: tuple[tuple[str, str], ...]) -> Confirm:
    href = reverse("participation:take_back_end", args=[request_id])
    return Confirm(href=href, button="Take back", cancel_href="", style="warning", hidden=hidden)
