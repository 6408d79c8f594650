"""*Available Services*: what a provider might take part in or a commissioning organisation offer, and asking for it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.rules import PortalRequest
from core.errors import Invalid, NotPermitted
from participation import commands, rules
from participation.presenters import available as shown
from participation.queries import available as queries
from participation.queries.service_requests import counts_of_requests
from ui.answers import render
from ui.components import Confirm


@require_GET
def available_services(request: PortalRequest) -> HttpResponse:
    by = request.actor
    for_provider, may_ask = rules.acts_for_provider(by), rules.may_ask(by)
    found = queries.available_services(by)
    if for_provider:
        asks = {paid_to: queries.whom_to_ask(by, each.service) for each in found for paid_to in [each.service.paid_to]}
        rows = [shown.provider_row(each, may_ask=may_ask, asks=asks[each.service.paid_to]) for each in found]
    else:
        rows = [shown.commissioner_row(each, may_offer=rules.may_offer(by)) for each in found]
    page = shown.AvailablePage(
        title="Available Services",
        breadcrumb=shown.breadcrumb(),
        table=shown.table_of(rows, for_provider=for_provider),
        requests=shown.requests_link(*counts_of_requests(by)),
        remarks=[rules.WHO_ASKS] if for_provider and not may_ask else [],
    )
    return render(request, "participation/available_services.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def ask_for_service(request: PortalRequest, code: str) -> HttpResponse:
    """What would be asked of whom; and the asking."""
    by = request.actor
    if not rules.may_ask(by):
        raise NotPermitted(rules.WHO_ASKS)
    wanted = queries.available_service(by, code)
    if request.method == "POST":
        messages.success(request, shown.asked(commands.ask_for_service(code, by=by).commissioner))
        return redirect("participation:available_services")
    commissioner = queries.whom_to_ask(by, wanted.service)
    if commissioner is None:
        raise Invalid(f"{wanted.service.name} is not offered to your organisation by itself.")
    page = shown.AskPage(
        title="Ask for this service",
        subject=wanted.service.name,
        breadcrumb=shown.breadcrumb(below=True),
        facts=shown.facts_of(wanted, commissioner),
        confirm=Confirm(
            href=reverse("participation:ask_for_service", args=[code]),
            button="Ask for it",
            cancel_href=reverse("participation:available_services"),
        ),
    )
    return render(request, "participation/ask_for_service.jinja", {"page": page})
