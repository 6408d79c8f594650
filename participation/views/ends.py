"""*Save End Date* and *Cancel Service*: what is asked for, what would change, and then the save."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.rules import PortalRequest
from core import clock
from core.errors import Conflict, Invalid, NotVisible
from core.previews import Ahead, Difference, difference_since, save_as_seen, token_of
from participation import commands
from participation.commands import AskedFor, Ended
from participation.forms import CancelForm, EndDateForm
from participation.presenters import ends as shown
from participation.presenters import offered as offered_shown
from participation.presenters.answers import SHOWN_REFUSALS, left_as_they_are
from participation.presenters.end_requests import links_to
from participation.presenters.meanwhile import sentences_of
from participation.presenters.members import ask_links
from participation.queries import offered as lists
from participation.queries.end_requests import open_requests_about
from participation.queries.large_ends import IN_A_REQUEST
from participation.queries.meanwhile import changed_since
from participation.queries.members import members_to_ask_about
from participation.views.choosing import Chosen, back_to, chosen_in
from ui.answers import render
from ui.components import Confirm
from ui.frame import Link
from ui.tables import Table

SHOWN_ROWS = 50
CHECK, SAVE, ASK = "check", "save", "ask"
PURPOSE = "participation.end"


@require_http_methods(["GET", "POST"])
def save_end_date(request: PortalRequest, code: str) -> HttpResponse:
    """Three steps of one address: enter, check what would change, save. Without rows there is nothing to do here.

    A link may name the rows as they were seen, and a date to begin with; by a link nothing is checked or saved."""
    return _steps(request, code, cancels=False)


@require_http_methods(["GET", "POST"])
def cancel_service(request: PortalRequest, code: str) -> HttpResponse:
    """The same, to void participations from their start."""
    return _steps(request, code, cancels=True)


def begin(request: PortalRequest, chosen: Chosen, *, cancels: bool) -> HttpResponse:
    """The first step: nothing is entered yet."""
    return _enter(request, chosen, _form(None, chosen, cancels=cancels))


def _steps(request: PortalRequest, code: str, *, cancels: bool) -> HttpResponse:
    chosen = chosen_in(request, code)
    if chosen is None:
        return redirect(back_to(request, reverse("participation:offered_service", args=[code])))
    step = request.POST.get("step", "")
    form = _form(request.POST if step else None, chosen, cancels=cancels, suggested=request.GET.get("end_date", ""))
    if not form.is_valid():
        return _enter(request, chosen, form)
    try:
        if step in (SAVE, ASK):
            return _save(request, chosen, form, asks=step == ASK)
        return _look(request, chosen, form)
    except Invalid as refused:
        form.refuse(refused.sentences)
        return _enter(request, chosen, form)


def _look(request: PortalRequest, chosen: Chosen, form: CancelForm) -> HttpResponse:
    """What would change, of the rows as they are now; with what has moved since it was looked at before."""
    if lists.networks_touched([row.id for row in chosen.seen]) > IN_A_REQUEST:
        return _on_a_worker(request, chosen, form)
    meanwhile = sentences_of(changed_since(request.actor, chosen.seen))
    now = chosen.as_now(request.actor) if meanwhile else chosen
    ahead = commands.preview_end(now.seen, form.ending, by=request.actor)
    if ahead.answer.ids:
        token, seen = request.POST.get("token", ""), ahead.seen(_says)
        return _check(request, now, form, ahead, difference_since(token, PURPOSE, request.actor, seen, meanwhile))
    form.refuse([*left_as_they_are(ahead.answer.refused, _names(request, ahead.answer)), *meanwhile])
    return _enter(request, now, form)


def _on_a_worker(request: PortalRequest, chosen: Chosen, form: CancelForm) -> HttpResponse:
    """What would change is much: a worker works it out, and the page follows it."""
    job = commands.start_large_end(
        commands.CHECK, chosen.seen, form.ending, by=request.actor, code=chosen.service.code, back=chosen.back
    )
    return redirect("participation:large_end", job.pk)


def _form(data: Any, chosen: Chosen, *, cancels: bool, suggested: str = "") -> CancelForm:
    if cancels:
        return CancelForm(data)
    service = chosen.service
    return EndDateForm(data, earliest=service.start_date, latest=service.end_date, suggested=suggested)


def _save(request: PortalRequest, chosen: Chosen, form: CancelForm, *, asks: bool) -> HttpResponse:
    """As it was seen, or not at all: what has moved since is shown, and nothing is saved."""
    token = request.POST.get("token", "")
    if changed_since(request.actor, chosen.seen):
        return _look(request, chosen, form)
    try:
        if asks:
            asked = save_as_seen(
                lambda: _ask(request, chosen, form), _says, token, PURPOSE, request.actor, ahead_of=attrgetter("ahead")
            )
            return _asked(request, asked)
        ended = save_as_seen(lambda: _end(request, chosen, form), _says, token, PURPOSE, request.actor)
    except Conflict:
        return _look(request, chosen, form)
    say = messages.warning if ended.refused else messages.success
    say(request, shown.done(ended, _names(request, ended)))
    return redirect(chosen.back)


def _end(request: PortalRequest, chosen: Chosen, form: CancelForm) -> Ended:
    ending = form.ending
    if ending.end_date is None:
        return commands.cancel_participations(chosen.seen, ending.reason, by=request.actor)
    return commands.save_end_date(chosen.seen, ending.end_date, ending.reason, by=request.actor)


def _ask(request: PortalRequest, chosen: Chosen, form: CancelForm) -> AskedFor:
    return commands.ask_to_end(chosen.seen, form.ending, by=request.actor)


def _says(answer: Ended | AskedFor) -> Sequence[str]:
    return (answer.ended if isinstance(answer, AskedFor) else answer).sentences


def _asked(request: PortalRequest, asked: AskedFor) -> HttpResponse:
    messages.success(request, "Asked for. It is done once another person has confirmed it.")
    return redirect("participation:end_request", asked.request_id)


def _enter(request: PortalRequest, chosen: Chosen, form: CancelForm) -> HttpResponse:
    rows = lists.rows_of(request.actor, [row.id for row in chosen.seen])
    if not rows:
        raise NotVisible("You may not be able to see these participations, or they do not exist.")
    cancels = not isinstance(form, EndDateForm)
    page = shown.EnterPage(
        title=shown.titled(cancels),
        subject=chosen.service.name,
        caption=chosen.service.name,
        in_error=bool(form.errors),
        breadcrumb=offered_shown.breadcrumb(chosen.service),
        form=form,
        table=Table(
            caption="Practices chosen",
            columns=(*offered_shown.COLUMNS, offered_shown.STATUS),
            rows=[offered_shown.row_of(each, clock.today()) for each in rows[:SHOWN_ROWS]],
            noun=offered_shown.PRACTICES,
            count=len(rows),
            tags="tags",
        ),
        href=_href(chosen, cancels=cancels),
        cancel_href=chosen.back,
        remark=shown.CANCEL_MEANS if cancels else "",
        asked=_asked_already(request, chosen),
        hidden=(("step", CHECK), *chosen.hidden),
    )
    return render(request, "participation/end.jinja", {"page": page})


def _check(
    request: PortalRequest,
    chosen: Chosen,
    form: CancelForm,
    ahead: Ahead[Ended],
    moved: Difference | None = None,
) -> HttpResponse:  # fmt: skip
    ended = ahead.answer
    page = shown.WhatWouldChangePage(
        title="What would change",
        subject=chosen.service.name,
        caption=chosen.service.name,
        breadcrumb=offered_shown.breadcrumb(chosen.service),
        change=shown.would_change(
            ended,
            ahead.expected,
            _names(request, ended),
            _confirm(request, chosen, form, ahead),
            len(chosen.seen),
            moved,
        ),
        remarks=shown.remarks_of(ended),
        links=ask_links(members_to_ask_about(ended.ids, form.ending.end_date, request.actor)) if ended.warnings else [],
        asked=_asked_already(request, chosen),
    )
    return render(request, "participation/what_would_change.jinja", {"page": page}, status=409 if moved else 0)


def _asked_already(request: PortalRequest, chosen: Chosen) -> list[Link]:
    """Requests about some of these that await a second person."""
    return links_to(open_requests_about([row.id for row in chosen.seen], request.actor))


def _confirm(request: PortalRequest, chosen: Chosen, form: CancelForm, ahead: Ahead[Ended]) -> Confirm:
    asks = ahead.answer.takes_approvals_back
    token = token_of(ahead.seen(_says), PURPOSE, request.actor)
    step = (("step", ASK if asks else SAVE), ("token", token))
    return Confirm(
        href=_href(chosen, cancels=form.ending.cancels),
        button="Ask for confirmation" if asks else shown.button_of(form.ending),
        cancel_href=chosen.back,
        style="primary" if asks else shown.style_of(form.ending),
        hidden=(*step, *form.said, *chosen.hidden),
    )


def _names(request: PortalRequest, ended: Ended) -> dict[int, str]:
    return lists.names_of(request.actor, [row.id for row in ended.refused][:SHOWN_REFUSALS])


def _href(chosen: Chosen, *, cancels: bool) -> str:
    name = "cancel_service" if cancels else "save_end_date"
    return reverse(f"participation:{name}", args=[chosen.service.code])
