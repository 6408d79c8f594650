"""The pages of quality services: what there is, one version of one, and the two steps of its release."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.rules import Acting
from catalogue import commands, queries
from catalogue import presenters as shown
from core.errors import NotVisible
from ui.answers import render
from ui.tables import Table


@require_GET
def services(request: HttpRequest) -> HttpResponse:
    by: Acting = request.actor  # type: ignore[attr-defined]
    table = Table(
        caption="Quality services",
        columns=shown.COLUMNS,
        rows=[shown.row_of(version) for version in queries.versions_seen_by(by)],
        empty="No quality service has been released yet.",
        noun=("version", "versions"),
    )
    page = shown.ServicesPage(title="Quality services", caption="", breadcrumb=shown.breadcrumb()[:1], table=table)
    return render(request, "catalogue/services.jinja", {"page": page})


@require_GET
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    by: Acting = request.actor  # type: ignore[attr-defined]
    versions = list(queries.versions_seen_by(by).filter(service__code=code))
    found = next((each for each in versions if each.number == number), None)
    if found is None:
        raise NotVisible("You may not be able to see this version, or it does not exist.")
    definition, acts = queries.definition_of_version(found), queries.acts_on(found, by)
    page = shown.VersionPage(
        title=definition.name,
        caption=f"Version {number}",
        breadcrumb=shown.breadcrumb(),
        status=found.state_label,
        facts=shown.facts_of(definition, found),
        unknown_figures=found.unknown_figures,
        rates=Table(
            id="rates",
            caption="Rates",
            columns=shown.RATE_COLUMNS,
            rows=shown.rates_of(definition),
            noun=("rate", "rates"),
        ),
        dates=Table(
            id="dates",
            caption="Achievement Dates",
            columns=shown.DATE_COLUMNS,
            rows=shown.dates_of(definition),
            noun=("date", "dates"),
        ),
        versions=Table(
            id="versions",
            caption="Versions",
            columns=shown.COLUMNS,
            rows=[shown.row_of(each) for each in versions],
            noun=("version", "versions"),
        ),
        actions=shown.actions_of(acts, found),
        cannot=shown.cannot_of(acts),
    )
    return render(request, "catalogue/version.jinja", {"page": page})


@require_POST
def propose_release(request: HttpRequest, version_id: int) -> HttpResponse:
    by: Acting = request.actor  # type: ignore[attr-defined]
    commands.propose_release(version_id, by=by)
    messages.success(request, "Released by you. It holds once another person has confirmed it.")
    return redirect("catalogue:services")


@require_POST
def confirm_release(request: HttpRequest, version_id: int) -> HttpResponse:
    by: Acting = request.actor  # type: ignore[attr-defined]
    released = commands.confirm_release(version_id, by=by)
    followed = [effect.sentence for effect in released.effects]
    messages.success(request, " ".join(["Confirmed: this version holds from now on.", *followed]))
    return redirect("catalogue:services")
