"""The start of an offer is corrected: what is asked for, what would change, and then the save."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.queries import who_can
from accounts.rules import PortalRequest
from accounts.states import Role
from core.errors import Conflict, Invalid, NotPermitted
from core.previews import LookAgain, difference_since, look_ahead, save_as_seen, token_of
from core.selections import version_seen
from core.transitions import Seen
from participation import commands
from participation.commands import StartSaved
from participation.forms import StartDateForm
from participation.presenters import starts as shown
from participation.presenters.end_requests import links_to
from participation.presenters.meanwhile import sentences_of
from participation.queries import offer as queries
from participation.queries.end_requests import open_requests_about
from participation.queries.meanwhile import changed_since
from participation.rules import may_offer
from ui.answers import render
from ui.components import Confirm
from ui.previews import WouldChange
from ui.wording import long_date

PURPOSE = "participation.start"


@require_http_methods(["GET", "POST"])
def save_start_date(request: PortalRequest, participation_id: int) -> HttpResponse:
    """Three steps of one address; a link may suggest the day: `?start_date=2021-09-16`."""
    row = queries.offer_seen_by(request.actor, participation_id)
    if not (may_offer(request.actor) and row.commissioner_id == request.actor.organisation_id):
        can = who_can(Role.COMMISSIONING_MANAGEMENT, row.commissioner)
        raise NotPermitted(
            "You need the role Commissioning Management in the organisation that offers it.", who_can=can
        )
    data = request.POST if request.method == "POST" else None
    form = StartDateForm(
        data, earliest=row.service.start_date, latest=row.end_date, suggested=request.GET.get("start_date", "")
    )
    if not form.is_valid():
        return _page(request, row, form, None)
    try:
        if request.POST.get("step") == "save":
            return _save(request, row, form)
        return _page(request, row, None, _change(request, row, form))
    except (Invalid, Conflict) as refused:
        form.refuse(refused.sentences)
        return _page(request, row, form, None)


def _save(request: PortalRequest, row: Any, form: StartDateForm) -> HttpResponse:
    if _seen(request, row).version != row.version:
        return _page(request, row, None, _change(request, row, form))
    try:
        saved = save_as_seen(
            lambda: _do(request, row, form), _says, request.POST.get("token", ""), PURPOSE, request.actor
        )
    except LookAgain:
        return _page(request, row, None, _change(request, row, form))
    messages.success(request, shown.done(saved))
    return redirect(shown.offer_href(row.pk))


def _seen(request: PortalRequest, row: Any) -> Seen:
    return version_seen(row.pk, request.POST.get("version", ""), otherwise=row.version)


def _do(request: PortalRequest, row: Any, form: StartDateForm) -> StartSaved:
    given = form.cleaned_data
    return commands.save_start_date(Seen(row.pk, row.version), given["start_date"], given["reason"], by=request.actor)


def _says(saved: StartSaved) -> list[str]:
    return saved.sentences


def _change(request: PortalRequest, row: Any, form: StartDateForm) -> WouldChange:
    """Of the offer as it is now; with what has moved since it was looked at before."""
    ahead = look_ahead(lambda: _do(request, row, form))
    seen = ahead.seen(_says)
    meanwhile = sentences_of(changed_since(request.actor, [_seen(request, row)]))
    moved = difference_since(request.POST.get("token", ""), PURPOSE, request.actor, seen, meanwhile)
    start, reason = form.cleaned_data["start_date"], form.cleaned_data["reason"]
    confirm = Confirm(
        href=reverse("participation:save_start_date", args=[row.pk]),
        button="Save start date",
        cancel_href=shown.offer_href(row.pk),
        hidden=(
            ("step", "save"), ("version", str(row.version)), ("start_date", start.isoformat()), ("reason", reason),
            ("token", token_of(seen, PURPOSE, request.actor)),
        ),
    )  # fmt: skip
    lead = f"If it starts on {long_date(start)} instead of {long_date(row.start_date)}:"
    return WouldChange.of(lead, ahead.answer.sentences[:1], ahead.answer.effects, ahead.expected, confirm, moved)


def _page(request: PortalRequest, row: Any, form: StartDateForm | None, change: WouldChange | None) -> HttpResponse:
    page = shown.StartPage(
        title=shown.TITLE,
        subject=row.provider.name,
        caption=row.service.name,
        in_error=bool(form and form.errors),
        breadcrumb=shown.breadcrumb(row),
        facts=shown.facts_of(row),
        form=form,
        change=change,
        cancel_href=shown.offer_href(row.pk),
        asked=links_to(open_requests_about([row.pk], request.actor)),
        hidden=(("step", "check"), ("version", str(row.version))),
    )
    status = 409 if change and change.moved and not page.in_error else 0
    return render(request, "participation/start.jinja", {"page": page}, status=status)
