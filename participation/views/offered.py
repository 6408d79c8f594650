"""*Offered Services*, the detail of one service, and its list as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.queries import who_can
from accounts.rules import Acting, PortalRequest
from accounts.states import Role
from core import clock
from core.errors import Invalid, NotVisible
from core.selections import AT_MOST, token_of
from participation import rules
from participation.forms import OfferedForm, ServicesForm
from participation.presenters import offered as shown
from participation.presenters.end_requests import requests_link
from participation.queries import end_requests
from participation.queries import offered as lists
from participation.queries.offered import Filters
from participation.states import State
from ui.answers import render
from ui.sheets import as_download
from ui.tables import Address, Matching, Order, Pager, Selection, Table
from ui.wording import moment

if TYPE_CHECKING:
    from catalogue.models import QualityService

SELECTION = "participation.all-matching"
IN_A_FILE = 100_000
ROLE = Role.COMMISSIONING_MANAGEMENT


@require_GET
def offered_services(request: PortalRequest) -> HttpResponse:
    by, address, may_offer = request.actor, Address.of(request), rules.may_offer(request.actor)
    form = ServicesForm(request.GET, years=lists.years_offered(by))
    filters, order = form.filters(), Order.parse(address.get("sort"), tuple(lists.SERVICE_ORDERS), "name")
    rows = lists.offered_services(by, filters, order.key, descending=order.descending)
    nothing = f"No quality service has been offered yet.{' Create Offers is where to begin.' if may_offer else ''}"
    page = shown.OfferedServicesPage(
        title="Offered Services",
        in_error=bool(form.errors),
        breadcrumb=shown.breadcrumb()[:1],
        filters=form,
        table=Table(
            caption="Services",
            columns=shown.SERVICE_COLUMNS,
            rows=[shown.service_row(each) for each in rows],
            empty="No service matches these filters." if filters != lists.ServiceFilters() else nothing,
            noun=("service", "services"),
            order=order,
            address=address,
        ),
        create_href=reverse("participation:create_offers") if may_offer else "",
        requests=requests_link(end_requests.count_of_open(by)),
    )
    return render(request, "participation/offered_services.jinja", {"page": page})


@require_GET
def offered_service(request: PortalRequest, code: str) -> HttpResponse:
    by = request.actor
    service = lists.offered_service(by, code)
    page = _page(Address.of(request), by, service, _form(request, service))
    return render(request, "participation/offered_service.jinja", {"page": page})


@require_GET
def offered_service_file(request: PortalRequest, code: str, file: str) -> HttpResponse:
    """What the filters leave, in the order it is shown, as CSV or XLSX."""
    by, address = request.actor, Address.of(request)
    service = lists.offered_service(by, code)
    if file not in dict(shown.FILES):
        raise NotVisible("There is no file of this kind.")
    form, order = _form(request, service), _order(address)
    form.require()
    filters = form.filters()
    if lists.matching(by, service, filters).count() > IN_A_FILE:
        raise Invalid(f"{file.upper()}: these are more than {IN_A_FILE:,} rows. Narrow the filters.")
    rows = lists.all_shown(by, service, filters, order=order.key, descending=order.descending)
    sheet = shown.sheet_of(rows.iterator(), _about(by, service), clock.today())
    return as_download(sheet, f"associated-pcns-{service.code.lower()}", file)


def _form(request: PortalRequest, service: QualityService) -> OfferedForm:
    networks, parents = lists.places_in(request.actor, service.pk)
    return OfferedForm(request.GET, networks=networks, parents=parents)


def _order(address: Address) -> Order:
    return Order.parse(address.get("sort"), tuple(lists.ORDERS), "pcn")


def _page(address: Address, by: Acting, service: QualityService, form: OfferedForm) -> shown.OfferedServicePage:
    filters, order, pager = form.filters(), _order(address), Pager.sized(address)
    counts = lists.counts_by_state(lists.matching(by, service, filters))
    found = lists.page_matching(
        by, service, filters, order=order.key, descending=order.descending, after=address.get("after"), size=pager.size
    )
    selection = _selection(by, service, filters, counts, address)
    return shown.OfferedServicePage(
        title="Associated PCNs",
        subject=service.name,
        caption=service.name,
        in_error=bool(form.errors),
        breadcrumb=shown.breadcrumb(),
        back_href=reverse("participation:offered_services"),
        filters=form,
        table=Table(
            caption="Associated PCNs",
            columns=(*shown.COLUMNS, shown.STATUS),
            rows=[shown.row_of(each, clock.today()) for each in found.rows],
            empty="No practice matches these filters.",
            noun=shown.PRACTICES,
            count=sum(counts.values()),
            tags="tags",
            order=order,
            address=address,
            choosing=shown.choosing() if selection else None,
            exports=shown.exports_of(service, address),
        ),
        pager=pager.followed_by(found.next_cursor),
        selection=selection,
        may_not=() if rules.may_offer(by) else _why_not(found.rows),
        requests=requests_link(end_requests.count_of_open(by, service.pk)),
    )


def _selection(
    by: Acting, service: QualityService, filters: Filters, counts: Mapping[State, int], address: Address
) -> Selection | None:
    how_many = sum(counts.values())
    if not (how_many and rules.may_offer(by)):
        return None
    token = token_of(lists.all_matching(by, service, filters, at_most=AT_MOST), SELECTION, by)
    return Selection(
        href=reverse("participation:act", args=[service.code]),
        actions=shown.actions_of(accepted=bool(counts.get(State.ACCEPTED))),
        matching=Matching(count=how_many, token=token) if token else None,
        hidden={"back": str(address.without("after")), "key": uuid4().hex},
    )


def _about(by: Acting, service: QualityService) -> list[tuple[str, str]]:
    organisation = by.organisation
    of = f"{organisation.name} ({organisation.code})" if organisation else ""
    return [
        ("Quality Service", service.name),
        ("Organisation", of),
        ("As at", moment(clock.now())),
        ("Run by", by.name),
    ]


def _why_not(rows: Sequence[object]) -> list[str]:
    """Who only looks is told what is needed, and who can."""
    needed = f"You can look, and not change anything here: that needs the role {ROLE.label}."
    commissioners = {each.commissioner_id: each.commissioner for each in rows}  # type: ignore[attr-defined]
    able = [sentence for each in list(commissioners.values())[:3] for sentence in who_can(ROLE, each)]
    return [needed, *able]
