"""The overnight runs, for Operations."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rules import PortalRequest
from accounts.states import Role
from achievement.presenters import details as shown
from achievement.queries import details
from core.errors import NotPermitted, NotVisible
from ui.frame import Link


@require_GET
def overnight_runs(request: PortalRequest, run_id: int | None = None) -> HttpResponse:
    by = request.actor
    if not by.holds(Role.OPERATIONS):
        raise NotPermitted(f"Overnight runs are seen with the role {Role.OPERATIONS.label} of the national operator.")
    runs = list(details.overnight_runs()[:100])
    chosen = next((run for run in runs if run.pk == run_id), None)
    if run_id and chosen is None:
        raise NotVisible(details.UNSEEN)
    shards = shown.shards_table(chosen.business_date, list(details.shards_of(chosen.pk))) if chosen else None
    page = shown.RunsPage(
        title="Overnight runs",
        breadcrumb=[Link("Home", reverse("home:home"))],
        table=shown.runs_table(runs),
        shards=shards,
    )
    return render(request, "achievement/overnight_runs.jinja", {"page": page})
