"""The overnight runs, for Operations: all of them, one of them, Start and Resume."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.rules import PortalRequest
from achievement import commands
from achievement.presenters import overnight as shown
from achievement.queries import overnight
from core import clock
from core.errors import Conflict
from core.paging import page_of
from operations.idempotency import once
from ui.answers import render
from ui.frame import Link
from ui.tables import Address, Pager
from ui.wording import count


@require_GET
def overnight_runs(request: PortalRequest) -> HttpResponse:
    by = request.actor
    overnight.require_operations(by)
    address = Address.of(request)
    pager = Pager.sized(address)
    found = page_of(overnight.runs(), overnight.NEWEST_FIRST, after=address.get("after"), size=pager.size)
    under_way = overnight.running()
    why_not = overnight.why_not_start(by, under_way)
    page = shown.RunsPage(
        title="Overnight runs",
        breadcrumb=shown.breadcrumb(),
        lead_sentence=shown.lead_sentence(under_way, settings.OVERNIGHT_STARTS_AT),
        start=None if why_not else Link("Start a run", reverse("achievement:start_overnight_run")),
        cannot=_cannot("Start a run", why_not),
        table=shown.runs_table(found.rows, overnight.waiting_of([run.pk for run in found.rows])),
        pager=pager.followed_by(found.next_cursor),
    )
    return render(request, "achievement/overnight_runs.jinja", {"page": page})


@require_GET
def overnight_run(request: PortalRequest, run_id: int) -> HttpResponse:
    """One run. While it is under way its grid asks again by itself, and is told to draw the whole page at its end."""
    by = request.actor
    run = overnight.run_seen_by(by, run_id)
    shards = list(overnight.shards_of(run.pk))
    why_not = overnight.why_not_resume(run, by)
    page = shown.RunPage(
        title=f"Overnight run of {run}",
        breadcrumb=shown.breadcrumb(of_one=True),
        status=shown.result(run),
        grid=shown.grid(run, shards),
        facts=shown.facts(run),
        actions=[] if why_not else [shown.resume(run)],
        cannot=[] if run.finished_at and not run.shards_failed else _cannot("Resume", why_not),
        waiting=shown.waiting_bars(overnight.waiting_of([run.pk])[run.pk], run),
        shards=shown.shards_table(shards),
    )
    answer = render(request, "achievement/overnight_run.jinja", {"page": page})
    if request.headers.get("HX-Request") and run.finished_at:
        answer["HX-Refresh"] = "true"
    return answer


@require_http_methods(["GET", "POST"])
def start_overnight_run(request: PortalRequest) -> HttpResponse:
    """What it will do; then it is begun, once however often the form is sent."""
    by = request.actor
    overnight.require_operations(by)
    if request.method == "POST":
        key = request.POST.get("key", "")
        run_id = once(key, {}, lambda: commands.start_overnight_run(by=by).pk, by=by, action="start overnight run")
        messages.success(request, "The run has started.")
        return redirect("achievement:overnight_run", run_id)
    why_not = overnight.why_not_start(by, overnight.running())
    if why_not:
        raise Conflict(*why_not)
    page = shown.StartPage(
        title="Start an overnight run",
        breadcrumb=shown.breadcrumb(of_one=True),
        confirm=shown.start_confirm(overnight.ahead(), clock.today(), uuid4().hex),
    )
    return render(request, "achievement/start_overnight_run.jinja", {"page": page})


@require_POST
def resume_overnight_run(request: PortalRequest, run_id: int) -> HttpResponse:
    sent = commands.resume_overnight_run(run_id, by=request.actor)
    messages.success(request, f"The run goes on: {count(sent, 'commissioning organisation')} to work.")
    return redirect("achievement:overnight_run", run_id)


def _cannot(act: str, sentences: Sequence[str]) -> list[shown.CannotDo]:
    return [shown.CannotDo(act, " ".join(sentences))] if sentences else []
