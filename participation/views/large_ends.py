"""An end or a cancellation of many networks, step by step: how far the worker is, what would change, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.rules import PortalRequest
from core.errors import Conflict
from participation import commands
from participation.commands.large_ends import ending_of, foreseen_by, seen_of
from participation.presenters import ends as ends_shown
from participation.presenters import large_ends as shown
from participation.presenters import offered as offered_shown
from participation.presenters.end_requests import links_to
from participation.presenters.members import ask_links
from participation.queries import large_ends as queries
from participation.queries import offered as lists
from participation.queries.end_requests import open_requests_about
from participation.queries.members import members_to_ask_about
from ui.answers import render
from ui.components import Confirm
from ui.frame import Link


@require_GET
def large_end(request: PortalRequest, job_id: int) -> HttpResponse:
    """While the worker is busy the page asks again by itself; then it is shown anew."""
    job = queries.job_of(request.actor, job_id)
    busy = queries.is_busy(job)
    if request.headers.get("HX-Request") and not busy:
        return HttpResponseClientRefresh()
    here = reverse("participation:large_end", args=[job_id])
    result, problem = job.result, job.result.get("problem", [])
    asked: Mapping[str, Any] = result.get("asked", {})
    checked = bool(asked) and asked["step"] == commands.CHECK
    if checked and not result["moved"]:
        checked, problem, asked = False, ["Nothing would change.", *shown.left_of(result)], {}
    page = shown.LargeEndPage(
        title="What would change" if busy or checked else ("Not done" if problem else "Done"),
        breadcrumb=offered_shown.breadcrumb(),
        progress=shown.progress_of(job.steps_done, job.steps, job.step, here) if busy else None,
        problem=problem,
        remarks=shown.remarks_of(result) if checked else (),
        links=_ask_links(request, asked) if checked and result["warnings"] else (),
        asked=_asked_already(request, result) if not busy and result.get("refused") else (),
        change=_change(job_id, result, asked) if checked else None,
        done=shown.done_of(result, ending_of(asked)) if asked and not checked else (),
        back=None if busy or checked else _back(asked, result),
    )
    return render(request, "participation/large_end.jinja", {"page": page})


@require_POST
def save_large_end(request: PortalRequest, job_id: int) -> HttpResponse:
    """As it was seen, or not at all: a worker does it, and compares."""
    job = queries.job_of(request.actor, job_id)
    asked = job.result.get("asked")
    if queries.is_busy(job) or not asked or asked["step"] != commands.CHECK:
        raise Conflict("What would change is not worked out, so it cannot be saved.")
    lists.offered_service(request.actor, asked["code"])
    step = commands.ASK if job.result["asks"] else commands.SAVE
    started = commands.start_large_end(
        step, seen_of(asked), ending_of(asked), by=request.actor, code=asked["code"],
        back=asked["back"], saw=foreseen_by(job.result["saw"]),
    )  # fmt: skip
    return redirect("participation:large_end", started.pk)


def _change(job_id: int, result: Mapping[str, Any], asked: Mapping[str, Any]) -> Any:
    ending, asks = ending_of(asked), result["asks"]
    confirm = Confirm(
        href=reverse("participation:save_large_end", args=[job_id]),
        button="Ask for confirmation" if asks else ends_shown.button_of(ending),
        cancel_href=asked["back"],
        style="primary" if asks else ends_shown.style_of(ending),
    )
    return shown.would_change(result, ending, len(asked["seen"]), confirm)


def _ask_links(request: PortalRequest, asked: Mapping[str, Any]) -> list[Link]:
    ids = [row.id for row in seen_of(asked)]
    return ask_links(members_to_ask_about(ids, ending_of(asked).end_date, request.actor))


def _asked_already(request: PortalRequest, result: Mapping[str, Any]) -> list[Link]:
    """Requests about some of these that await a second person."""
    ids = [row.id for row in seen_of(result["asked"])]
    return links_to(open_requests_about(ids, request.actor))


def _back(asked: Mapping[str, Any], result: Mapping[str, Any]) -> Link:
    if "end_request" in result:
        return Link("See the request", reverse("participation:end_request", args=[result["end_request"]]))
    if asked:
        return Link("Back to the list", asked["back"])
    return Link("Back to Offered Services", reverse("participation:offered_services"))
