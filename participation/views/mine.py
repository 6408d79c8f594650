"""*My Services*."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rules import Acting
from participation.presenters import mine as shown
from participation.queries import lists
from ui.frame import Link
from ui.tables import Address, Pager, Table


@require_GET
def my_services(request: HttpRequest) -> HttpResponse:
    by: Acting = request.actor  # type: ignore[attr-defined]
    address = Address.of(request)
    pager = Pager.sized(address)
    found = lists.my_services(by, after=address.get("after"), size=pager.size)
    table = Table(
        caption="Services held",
        columns=shown.COLUMNS,
        rows=[shown.row_of(each) for each in found.rows],
        empty="No quality service has been offered to you yet. When one is, it is listed here.",
        noun=("participation", "participations"),
        count=lists.count_of_my_services(by),
        address=address,
    )
    page = shown.MyServicesPage(
        title="My Services",
        breadcrumb=(Link("Home", reverse("home:home")),),
        table=table,
        pager=pager.followed_by(found.next_cursor),
    )
    return render(request, "participation/my_services.jinja", {"page": page})
