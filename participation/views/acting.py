"""What is done to rows chosen on the list of a service: answers approved or not; ends and cancellations begun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.rules import PortalRequest
from operations.idempotency import digest_of, once
from participation import commands
from participation.forms import ReasonForm
from participation.presenters import answers as shown
from participation.presenters import offered as offered_shown
from participation.presenters.offered import APPROVE, CANCEL, END, NOT_APPROVE
from participation.queries import offered as lists
from participation.views.choosing import Chosen, back_to, chosen_in
from participation.views.ends import begin
from ui.answers import render
from ui.components import Confirm

CHECK_ABOVE = 200
DOUBLE_CLICK = timedelta(seconds=20)


@require_POST
def act(request: PortalRequest, code: str) -> HttpResponse:
    """The button pressed says what: straight away, after a check of many, or by way of a page that asks why."""
    chosen = chosen_in(request, code)
    if chosen is None:
        service = lists.offered_service(request.actor, code)
        return redirect(back_to(request, offered_shown.service_href(service)))
    action = request.POST.get("action", "")
    if action in (END, CANCEL):
        return begin(request, chosen, cancels=action == CANCEL)
    if action == NOT_APPROVE:
        return _do_not_approve(request, chosen)
    if action == APPROVE:
        return _approve(request, chosen)
    messages.error(request, "Choose what to do with the practices selected. Nothing was changed.")
    return redirect(chosen.back)


def _approve(request: PortalRequest, chosen: Chosen) -> HttpResponse:
    if len(chosen.seen) > CHECK_ABOVE and not request.POST.get("confirmed"):
        page = shown.CheckPage(
            title="Check before you approve",
            subject=chosen.service.name,
            caption=chosen.service.name,
            breadcrumb=offered_shown.breadcrumb(chosen.service),
            confirm=_confirm(chosen, APPROVE, "Approve", [shown.would_approve(len(chosen.seen))]),
        )
        return render(request, "participation/check.jinja", {"page": page})
    return _done(request, chosen, APPROVE, lambda: commands.approve_participations(chosen.seen, by=request.actor))


def _do_not_approve(request: PortalRequest, chosen: Chosen) -> HttpResponse:
    given = request.POST if "reason" in request.POST else None
    form = ReasonForm(given, who_reads_it="The practices read it.")
    if not form.is_valid():
        page = shown.ReasonPage(
            title=shown.not_approved_title(len(chosen.seen)),
            subject=chosen.service.name,
            caption=chosen.service.name,
            in_error=form.is_bound,
            breadcrumb=offered_shown.breadcrumb(chosen.service),
            form=form,
            confirm=_confirm(chosen, NOT_APPROVE, "Do not approve", shown.WHAT_NOT_APPROVED_MEANS),
        )
        return render(request, "participation/reason.jinja", {"page": page})
    reason = form.cleaned_data["reason"]
    run = lambda: commands.do_not_approve_participations(chosen.seen, reason, by=request.actor)  # noqa: E731
    return _done(request, chosen, NOT_APPROVE, run, reason)


def _confirm(chosen: Chosen, action: str, button: str, effects: Sequence[str]) -> Confirm:
    return Confirm(
        href=reverse("participation:act", args=[chosen.service.code]),
        button=button,
        cancel_href=chosen.back,
        effects=effects,
        style="primary" if action == APPROVE else "warning",
        hidden=(("action", action), ("confirmed", "1"), *chosen.hidden),
    )


def _done(
    request: PortalRequest, chosen: Chosen, action: str, run: Callable[[], commands.Answered], reason: str = ""
) -> HttpResponse:
    """Once: the same form sent twice is answered twice, and done once."""
    what = {"action": action, "seen": chosen.seen, "reason": reason}
    key = f"{chosen.key}:{digest_of(what)}" if chosen.key else ""
    said: dict[str, Any] = once(
        key, what, lambda: _said(request, action, run()), by=request.actor, action="participation.act",
        within=DOUBLE_CLICK,
    )  # fmt: skip
    messages.add_message(request, said["level"], said["text"])
    return redirect(chosen.back)


def _said(request: PortalRequest, action: str, answered: commands.Answered) -> dict[str, Any]:
    names = lists.names_of(request.actor, [row.id for row in answered.refused][: shown.SHOWN_REFUSALS])
    level = messages.WARNING if answered.refused else messages.SUCCESS
    return {"level": level, "text": shown.done(action, answered, names)}
