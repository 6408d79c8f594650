"""Requests to ODS about a network: asked, answered, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from core.transitions import Moved
from organisations import commands, queries, rules
from organisations.forms import AnswerForm, AskForm, CloseForm
from organisations.presenters import requests as shown
from organisations.views.payees import actor_of
from ui.answers import render

if TYPE_CHECKING:
    from organisations.models import Organisation

HISTORY = 50


@require_http_methods(["GET", "POST"])
def ods_requests(request: HttpRequest, code: str) -> HttpResponse:
    """What was asked; and a new request, which a link may have filled in."""
    by = actor_of(request)
    network = queries.visible_network(by, code)
    if request.method == "GET":
        return _page(request, network, AskForm(None, initial=request.GET.dict()))
    rules.ASK_ODS.require(network, by)
    form = AskForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        commands.ask_ods(network.code, given["text"], practice_code=given["practice"], by=by)
        messages.success(request, "The request is kept: answer awaited.")
        return redirect("organisations:ods_requests", network.code)
    return _page(request, network, form)


@require_POST
def note_answer(request: HttpRequest, code: str) -> HttpResponse:
    by = actor_of(request)
    network = queries.visible_network(by, code)
    rules.ASK_ODS.require(network, by)
    form = AnswerForm(request.POST, auto_id=f"id_%s_{request.POST.get('seen', '').partition(':')[0]}")
    if not form.is_valid():
        return _page(request, network, AskForm(None), form)
    seen = form.cleaned_data["seen"][0]
    return _settled(request, network, commands.note_answer(seen, form.cleaned_data["answer"], by=by))


@require_POST
def close_request(request: HttpRequest, code: str) -> HttpResponse:
    by = actor_of(request)
    network = queries.visible_network(by, code)
    form = CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was changed: choose the request again.")
        return redirect("organisations:ods_requests", network.code)
    return _settled(request, network, commands.close_request(form.cleaned_data["seen"][0], by=by))


def _settled(request: HttpRequest, network: Organisation, moved: Moved) -> HttpResponse:
    if moved:
        messages.success(request, f"The request is {moved.transition.done}.")
    for refused in moved.refused:
        messages.error(request, " ".join(refused.reasons))
    return redirect("organisations:ods_requests", network.code)


def _page(
    request: HttpRequest, network: Organisation, form: AskForm, refused: AnswerForm | None = None
) -> HttpResponse:
    """The page; with an answer that was `refused`, as it was typed, at its request."""
    why_not = rules.ASK_ODS.why_not(network, actor_of(request))
    page = shown.requests_page(
        network,
        queries.requests_about(network),
        queries.history_of_requests(network)[:HISTORY],
        None if why_not else form,
        " ".join(why_not),
        lambda row: _answer_form(row, refused),
        refused,
    )
    return render(request, "organisations/ods_requests.jinja", {"page": page})


def _answer_form(row: Any, refused: AnswerForm | None) -> AnswerForm:
    if refused and refused.auto_id == f"id_%s_{row.pk}":
        return refused
    return AnswerForm(None, auto_id=f"id_%s_{row.pk}", initial={"answer": row.answer})
