"""*Offered Services*, and the detail of one service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rules import Acting
from core import clock
from core.selections import AT_MOST, token_of
from participation import rules
from participation.forms import OfferedForm
from participation.presenters import offered as shown
from participation.queries import lists
from participation.queries.lists import Filters
from ui.tables import Address, Matching, Order, Pager, Selection, Table

if TYPE_CHECKING:
    from catalogue.models import QualityService

SELECTION = "participation.all-matching"


@require_GET
def offered_services(request: HttpRequest) -> HttpResponse:
    by: Acting = request.actor  # type: ignore[attr-defined]
    rows = [shown.service_row(each) for each in lists.offered_services(by)]
    may_offer = rules.may_offer(by)
    table = Table(
        caption="Services",
        columns=shown.SERVICE_COLUMNS,
        rows=rows,
        empty=f"No quality service has been offered yet.{' Create Offers is where to begin.' if may_offer else ''}",
        noun=("service", "services"),
    )
    page = shown.OfferedServicesPage(
        title="Offered Services",
        breadcrumb=shown.breadcrumb()[:1],
        table=table,
        create_href=reverse("participation:create_offers") if may_offer else "",
    )
    return render(request, "participation/offered_services.jinja", {"page": page})


@require_GET
def offered_service(request: HttpRequest, code: str) -> HttpResponse:
    by: Acting = request.actor  # type: ignore[attr-defined]
    service = lists.offered_service(by, code)
    form = OfferedForm(request.GET, networks=lists.networks_in(by, service.pk))
    page = _page(Address.of(request), by, service, form)
    return render(request, "participation/offered_service.jinja", {"page": page})


def _page(address: Address, by: Acting, service: QualityService, form: OfferedForm) -> shown.OfferedServicePage:
    filters, order = form.filters(), Order.parse(address.get("sort"), tuple(lists.ORDERS), "pcn")
    pager, how_many = Pager.sized(address), lists.matching(by, service.pk, filters).count()
    found = lists.page_matching(
        by, service, filters, order=order.key, descending=order.descending, after=address.get("after"), size=pager.size
    )
    selection = _selection(by, service, filters, how_many, address)
    return shown.OfferedServicePage(
        title="Associated PCNs",
        subject=service.name,
        caption=service.name,
        breadcrumb=shown.breadcrumb(),
        back_href=reverse("participation:offered_services"),
        filters=form,
        table=Table(
            caption="Associated PCNs",
            columns=shown.COLUMNS,
            rows=[shown.row_of(each, clock.today()) for each in found.rows],
            empty="No practice matches these filters.",
            noun=shown.PRACTICES,
            count=how_many,
            detail="remarks",
            order=order,
            address=address,
            choosing=shown.choosing() if selection else None,
        ),
        pager=pager.followed_by(found.next_cursor),
        selection=selection,
        may_not="" if rules.may_offer(by) else _why_not(),
    )


def _selection(
    by: Acting, service: QualityService, filters: Filters, how_many: int, address: Address
) -> Selection | None:
    if not (how_many and rules.may_offer(by)):
        return None
    token = token_of(lists.all_matching(by, service.pk, filters, at_most=AT_MOST), SELECTION, by)
    return Selection(
        href=reverse("participation:save_end_date", args=[service.code]),
        actions=[shown.save_end_date_action()],
        matching=Matching(count=how_many, token=token) if token else None,
        hidden={"back": str(address.without("after"))},
    )


def _why_not() -> str:
    return (
        "You can look, and not change end dates: that needs the role Commissioning Management in the lead "
        "commissioning organisation."
    )
