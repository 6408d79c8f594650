"""*Allocations*: how many items practices are paid for in a payment period, as known now or earlier."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rules import Acting
from core import clock
from core.errors import NotPermitted, NotVisible
from core.paging import page_of
from core.selections import AT_MOST
from core.selections import token_of as selection_of
from core.transitions import Seen
from participation.forms import RecordedOnForm
from participation.forms.allocations import (
    MOST_AT_ONCE,
    AllocationsForm,
)
from participation.presenters import allocations as shown
from participation.queries import allocations as queries
from participation.queries.allocations import AllocationFilters
from participation.rules import may_offer, sees_allocations
from ui.answers import render
from ui.components import RecordedOn
from ui.sheets import as_download
from ui.tables import Address, Matching, Order, Pager, Selection

if TYPE_CHECKING:
    from catalogue.models import QualityService

SELECTION = "participation.allocations-chosen"
WHO_SEES = "Allocations are shown to the commissioning organisation that offers the service."
WHO_SETS = "Allocations are set by whoever holds Commissioning Management in the commissioning organisation."


@require_GET
def allocations(request: HttpRequest) -> HttpResponse:
    """The services that are paid up to an allocation."""
    by = who_sees(request)
    services = queries.services_allocated(by)
    counts = queries.counts_of_allocations(by, [each.pk for each in services], clock.today())
    page = shown.ServicesPage(
        title="Allocations", breadcrumb=shown.breadcrumb()[:1], table=shown.services_table(services, counts)
    )
    return render(request, "participation/allocations.jinja", {"page": page})


@require_GET
def service_allocations(request: HttpRequest, code: str) -> HttpResponse:
    """The practices of one service with the allocation that holds today, or as it was recorded on an earlier day."""
    by = who_sees(request)
    service = queries.allocated_service(by, code)
    form, recorded, address = AllocationsForm(request.GET), RecordedOnForm(request.GET), Address.of(request)
    page = _list(by, service, form.filters(), recorded.day(), address, form)
    return render(request, "participation/service_allocations.jinja", {"page": page})


@require_GET
def allocations_file(request: HttpRequest, code: str) -> HttpResponse:
    """What the filters leave, as a file that can be filled in and uploaded again."""
    by = who_sees(request)
    service = queries.allocated_service(by, code)
    known_at, form = RecordedOnForm(request.GET).day(), AllocationsForm(request.GET)
    form.require()
    found = queries.allocated(by, service.pk, form.filters(), day_of(service), known_at)
    rows = [shown.row_of(each, service) for each in found.order_by("name", "code")]
    return as_download(shown.sheet_of(rows, service), f"allocations-{service.code.lower()}", "csv")


@require_GET
def allocation_history(request: HttpRequest, code: str, practice: str) -> HttpResponse:
    """Everything that was ever believed about a practice's allocation, and since when."""
    by = who_sees(request)
    service = queries.allocated_service(by, code)
    found = queries.allocated(by, service.pk, AllocationFilters(), clock.today()).filter(code=practice).first()
    if found is None:
        raise NotVisible("You may not be able to see this practice's allocation, or it is not offered the service.")
    page = shown.HistoryPage(
        title=f"Allocation of {found.name}",
        subject=service.name,
        caption=service.name,
        breadcrumb=shown.breadcrumb(service),
        table=shown.history_table(list(queries.allocations_believed(service.pk, found.pk))),
    )
    return render(request, "participation/allocations.jinja", {"page": page})


def who_sees(request: HttpRequest) -> Acting:
    by: Acting = request.actor  # type: ignore[attr-defined]
    if not sees_allocations(by):
        raise NotPermitted(WHO_SEES)
    return by


def who_sets(request: HttpRequest) -> Acting:
    by = who_sees(request)
    if not may_offer(by):
        raise NotPermitted(WHO_SETS)
    return by


def day_of(service: QualityService) -> date:
    """Today; before the service starts and after its end, the nearest of its days."""
    return min(max(clock.today(), service.start_date), service.end_date)


def _list(
    by: Acting,
    service: QualityService,
    filters: AllocationFilters,
    known_at: date | None,
    address: Address,
    form: AllocationsForm,
) -> shown.AllocationsPage:
    order, pager = Order.parse(address.get("sort"), tuple(queries.ALLOCATION_ORDERS), "name"), Pager.sized(address)
    found = queries.allocated(by, service.pk, filters, day_of(service), known_at)
    how_many = found.count()
    columns = [f"{'-' if order.descending else ''}{each}" for each in queries.ALLOCATION_ORDERS[order.key]]
    page = page_of(found, columns, after=address.get("after"), size=pager.size)
    rows = [shown.row_of(each, service) for each in page.rows]
    selection = _selection(by, service, found, how_many) if may_offer(by) and known_at is None and how_many else None
    asked = [name for name, _value in address.pairs if name.startswith("recorded_on")]
    now = address.without(*asked)
    return shown.AllocationsPage(
        title="Allocations",
        subject=service.name,
        caption=service.name,
        in_error=bool(form.errors),
        breadcrumb=shown.breadcrumb(),
        filters=form,
        table=shown.allocations_table(
            rows, service, how_many=how_many, order=order, address=address, choosing=bool(selection)
        ),
        pager=pager.followed_by(page.next_cursor),
        selection=selection,
        upload_href=reverse("participation:upload_allocations", args=[service.code]) if may_offer(by) else "",
        recorded=RecordedOn(day=known_at, href=address.path, now_href=str(now), kept=now.pairs),
        may_not="" if may_offer(by) else WHO_SETS,
    )


def _selection(by: Acting, service: QualityService, found: QuerySet[Any], how_many: int) -> Selection:
    """Everything that matches can be chosen at once where it is no more than one form takes."""
    few = how_many <= min(AT_MOST, MOST_AT_ONCE)
    ids = found.order_by("pk").values_list("pk", flat=True) if few else ()
    token = selection_of([Seen(id, 1) for id in ids], SELECTION, by) if few else ""
    return Selection(
        href=reverse("participation:set_allocations", args=[service.code]),
        actions=shown.ACTIONS,
        matching=Matching(count=how_many, token=token) if token else None,
    )
