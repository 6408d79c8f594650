"""What was begun; the service, and the dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.rules import Acting
from catalogue.queries import definition_of
from core import clock
from core.dates import FinancialYear
from core.errors import Invalid
from participation import commands
from participation.forms import DatesForm, ServiceFilterForm, ServiceForm
from participation.presenters import drafts as shown
from participation.queries import drafts, offerable
from participation.views.offers.drafts import draft_at, elsewhere, heading, who_offers
from ui.answers import render
from ui.components import Confirm
from ui.tables import Address
from ui.wording import long_date

if TYPE_CHECKING:
    from catalogue.models import QualityService
    from participation.models import OfferDraft

MOST_SHOWN = 100
NOBODY = (
    "Your organisation leads no PCN and is the Parent Organisation of no practice today, so there is nobody to offer "
    "to."
)
NO_SERVICE = "No quality service that your role reaches has been released yet."


@require_GET
def create_offers(request: HttpRequest) -> HttpResponse:
    """What was begun, and where to begin."""
    by = who_offers(request)
    nothing = "" if offerable.leads_anybody(by) else NOBODY
    nothing = nothing or ("" if offerable.services_to_offer(by).exists() else NO_SERVICE)
    page = shown.DraftsPage(
        title="Create Offers",
        breadcrumb=shown.breadcrumb()[:1],
        table=shown.drafts_table(list(drafts.own_drafts(by)[:MOST_SHOWN])),
        new_href=reverse("participation:new_offer"),
        nothing_to_offer=nothing,
    )
    return render(request, "participation/create_offers.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def new_offer(request: HttpRequest) -> HttpResponse:
    """The first step of an offer that is not kept yet: it is, once its service is chosen."""
    by = who_offers(request)
    form, filters = _service_forms(request, by, None)
    if not form.is_valid():
        return _choose(request, form, filters, None)
    draft = commands.begin_offers(int(form.cleaned_data["service"]), by=by)
    return redirect("participation:offer_dates", draft.pk)


@require_http_methods(["GET", "POST"])
def offer_service(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The first step again: another service, where one was chosen."""
    by, draft = draft_at(request, draft_id)
    on = elsewhere(request, draft, shown.SERVICE)
    if on:
        return on
    form, filters = _service_forms(request, by, draft)
    if not form.is_valid():
        return _choose(request, form, filters, draft)
    changed = commands.choose_service(draft.pk, int(form.cleaned_data["service"]), by=by)
    if changed.service.paid_to != draft.service.paid_to and draft.chosen:  # type: ignore[attr-defined]
        messages.info(request, f"Choose providers anew: {changed.service.name} is not paid to those you had chosen.")
    return redirect("participation:offer_dates", draft.pk)


@require_http_methods(["GET", "POST"])
def offer_dates(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The second step."""
    by, draft = draft_at(request, draft_id)
    on = elsewhere(request, draft, shown.DATES)
    if on:
        return on
    answered = definition_of(draft.service_id).offers.accepted_by == "answer"
    form = DatesForm(
        request.POST if request.method == "POST" else None,
        service=draft.service,
        answered=answered,
        initial=_dates(draft),
    )
    if form.is_valid():
        try:
            commands.set_days(draft.pk, **form.cleaned_data, by=by)
            return redirect("participation:offer_providers", draft.pk)
        except Invalid as refused:
            form.add_error(None, list(refused.sentences))
    page = shown.DatesPage(
        **heading(draft, shown.DATES, in_error=bool(form.errors)),
        form=form,
        cancel_href=shown.step_href(draft, shown.SERVICE),
        facts=[
            ("Quality Service", draft.service.name),
            ("Service starts", long_date(draft.service.start_date)),
            ("Service ends", long_date(draft.service.end_date)),
        ],
    )
    return render(request, "participation/offer_dates.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def drop_offers(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What was begun is not wanted."""
    by, draft = draft_at(request, draft_id)
    if request.method == "POST":
        commands.drop_offers(draft.pk, by=by)
        messages.success(
            request, f"What you began to offer of {draft.service.name} was dropped. Nobody was offered it."
        )
        return redirect("participation:create_offers")
    page = shown.DropPage(
        title="Drop these offers",
        subject=draft.service.name,
        caption=draft.service.name,
        breadcrumb=shown.breadcrumb(),
        confirm=Confirm(
            href=reverse("participation:drop_offers", args=[draft.pk]),
            button="Drop these offers",
            cancel_href=reverse("participation:create_offers"),
            effects=[
                f"What you chose is not kept: {shown.chosen_sentence(draft)}.",
                "Nothing was offered, so nobody is told.",
            ],
            style="warning",
        ),
    )
    return render(request, "participation/drop_offers.jinja", {"page": page})


def _service_forms(request: HttpRequest, by: Acting, draft: OfferDraft | None) -> tuple[ServiceForm, ServiceFilterForm]:
    """The services that match the filters in the address, with the one chosen; and the filters."""
    every = list(offerable.services_to_offer(by))
    years = sorted({year for service in every for year in service.financial_years}, reverse=True)
    given = request.GET if "year" in request.GET or "payment_type" in request.GET else _this_year(years)
    filters = ServiceFilterForm(given, payment_types=sorted({each.payment_type for each in every}), years=years)
    kind, year = filters.kind_asked(), filters.year_asked()
    services = [
        each
        for each in every
        if (draft and each.pk == draft.service_id)
        or (kind in ("", each.payment_type) and (year is None or year in each.financial_years))
    ]
    data = request.POST if request.method == "POST" else None
    return ServiceForm(data, services=services, chosen=draft.service_id if draft else _named(request, every)), filters


def _named(request: HttpRequest, services: Sequence[QualityService]) -> int | None:
    """The service that a link names by its code."""
    return next((each.pk for each in services if each.code == request.GET.get("service")), None)


def _this_year(years: list[FinancialYear]) -> dict[str, str]:
    """This financial year, where there is a service of it."""
    now = FinancialYear.of(clock.today())
    return {"year": str(now)} if now in years else {"year": ""}


def _choose(
    request: HttpRequest, form: ServiceForm, filters: ServiceFilterForm, draft: OfferDraft | None
) -> HttpResponse:
    page = shown.ServicePage(
        **heading(draft, shown.SERVICE, in_error=bool(form.errors)),
        form=form,
        filters=filters,
        address=Address.of(request),
        empty="No released service matches these filters.",
        cancel_href=reverse("participation:create_offers"),
        cancel_label="Cancel" if draft is None else "Back to what you began",
    )
    return render(request, "participation/offer_service.jinja", {"page": page})


def _dates(draft: OfferDraft) -> dict[str, object]:
    """The draft's dates; the service's, until there are any."""
    return {
        "start_date": draft.start_date or draft.service.start_date,
        "end_date": draft.end_date or draft.service.end_date,
        "respond_by": draft.respond_by,
    }
