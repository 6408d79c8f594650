"""*Create Offers*: the form, the review of what it would do, and the confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.rules import Acting
from catalogue.queries import definition_of
from core.errors import Invalid, NotPermitted
from participation import commands
from participation.forms import CreateOffersForm
from participation.presenters import offers as shown
from participation.queries import lists
from participation.rules import may_offer
from ui.components import Confirm

if TYPE_CHECKING:
    from catalogue.models import QualityService

REMEMBERED = "offers_made"


@require_http_methods(["GET", "POST"])
def create_offers(request: HttpRequest) -> HttpResponse:
    by: Acting = request.actor  # type: ignore[attr-defined]
    if not may_offer(by):
        raise NotPermitted("Offers are made by whoever holds Commissioning Management in a commissioning organisation.")
    services = {service.pk: service for service in lists.services_to_offer()}
    networks = {network.pk: f"{network.name} ({network.code})" for network in lists.networks_led_by(by)}
    form = CreateOffersForm(
        request.POST if request.method == "POST" else None,
        services=[(pk, service.name) for pk, service in services.items()],
        networks=list(networks.items()),
    )
    if not form.is_valid():
        return _enter(request, form, services, networks)
    try:
        return _review_or_offer(request, by, form, services[int(form.cleaned_data["service"])], networks)
    except Invalid as refused:
        form.add_error(None, list(refused.sentences))
        return _enter(request, form, services, networks)


def _review_or_offer(
    request: HttpRequest, by: Acting, form: CreateOffersForm, service: QualityService, networks: dict[int, str]
) -> HttpResponse:
    start, end = form.cleaned_data["start_date"], form.cleaned_data["end_date"]
    if request.POST.get("step") != "offer":
        made = commands.preview_offer(service.pk, form.network_ids, start, end, by=by)
        if not made.ids:
            raise Invalid(shown.left_out(made.left_out))
        return _review(request, form, service, made, [networks[id] for id in networks if id in set(made.network_ids)])
    made = commands.offer_to_networks(service.pk, form.network_ids, start, end, by=by)
    request.session[REMEMBERED] = shown.remembered(service, shown.made_sentences(service, start, end, made))
    return redirect("participation:offers_made")


def _enter(
    request: HttpRequest, form: CreateOffersForm, services: dict[int, QualityService], networks: dict[int, str]
) -> HttpResponse:
    nothing = "" if networks else "Your organisation leads no PCN today, so there is nobody to offer to."
    nothing = nothing or ("" if services else "No quality service that pays PCNs has been released yet.")
    page = shown.CreateOffersPage(
        title="Create Offers",
        in_error=form.is_bound and bool(form.errors),
        breadcrumb=shown.breadcrumb()[:1],
        form=form,
        nothing_to_offer=nothing,
    )
    return render(request, "participation/create_offers.jinja", {"page": page})


def _review(
    request: HttpRequest,
    form: CreateOffersForm,
    service: QualityService,
    made: commands.OffersMade,
    names: Sequence[str],
) -> HttpResponse:
    start, end = form.cleaned_data["start_date"], form.cleaned_data["end_date"]
    offers = definition_of(service.pk).offers
    said = (("service", str(service.pk)), ("start_date", start.isoformat()), ("end_date", end.isoformat()))
    page = shown.ReviewPage(
        title="Review the offer",
        subject=service.name,
        breadcrumb=shown.breadcrumb(),
        facts=shown.facts_of(service, start, end, made, names),
        confirm=Confirm(
            href=reverse("participation:create_offers"),
            button="Offer",
            cancel_href=reverse("participation:create_offers"),
            effects=shown.effects_of(
                made, taken_up=offers.accepted_by == "membership", approved=not offers.approval_required
            ),
            warning=shown.warnings_of(service, end, made),
            hidden=(("step", "offer"), *said, *(("networks", str(id)) for id in made.network_ids)),
        ),
    )
    return render(request, "participation/review_offer.jinja", {"page": page})


@require_GET
def offers_made(request: HttpRequest) -> HttpResponse:
    """The confirmation of the last offer of this session."""
    remembered = request.session.get(REMEMBERED)
    if not remembered:
        return redirect("participation:create_offers")
    page = shown.OffersMadePage(
        title="Offers made",
        breadcrumb=shown.breadcrumb(),
        sentences=remembered["sentences"],
        another_href=reverse("participation:create_offers"),
        service_href=reverse("participation:offered_service", args=[remembered["service"]]),
    )
    return render(request, "participation/offers_made.jinja", {"page": page})
