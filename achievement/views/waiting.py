"""*Why is this network waiting?*: all networks that wait, and one of them; its evidence as a zip."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rules import Acting, PortalRequest
from achievement import rules
from achievement.forms import WaitingForm
from achievement.presenters import waiting as shown
from achievement.presenters.waiting import listing
from achievement.presenters.waiting.page import breadcrumb
from achievement.queries import causes, details
from core import clock
from ui.answers import render
from ui.frame import Link
from ui.sheets import as_download, must_be_a_file
from ui.tables import CURSOR, Address, Order, Pager
from ui.wording import moment

ORDERS = {
    "held": lambda row: row.held,
    "days": lambda row: row.days,
    "totals": lambda row: len(row.found),
    "name": lambda row: row.network.name,
    "code": lambda row: row.network.code,
}


@require_GET
def waiting(request: PortalRequest) -> HttpResponse:
    """Every network that waits, of those somebody may see, most pounds first."""
    by, address = request.actor, Address.of(request)
    every = causes.waiting_networks_for(by)
    pounds = rules.sees_network_pounds(by) and not (every and all(row.in_part for row in every))
    form = WaitingForm(
        request.GET,
        services=[(each.pk, each.name) for each in causes.services_waiting(every)],
        years=[str(year) for year in causes.years_waiting(every)],
        commissioners=[(each.pk, each.name) for each in causes.leads_waiting(every)],
        pounds=pounds,
    )
    rows = causes.narrowed(every, form.filters())
    order = Order.parse(
        address.get("sort"), [key for key in ORDERS if pounds or key != "held"], _default(pounds=pounds)
    )
    rows = _sorted(rows, order)
    if kind := address.get("file"):
        form.require()
        return _as_file(by, rows, kind, address, pounds=pounds)
    pager = Pager.sized(address)
    page, cursor = _page_of(rows, address.get(CURSOR), pager.size)
    total = sum((row.held for row in rows), Decimal(0)) if pounds else None
    return render(
        request,
        "achievement/waiting.jinja",
        {
            "page": shown.WaitingPage(
                title="Networks waiting",
                breadcrumb=breadcrumb(listing=False),
                lead_sentence=listing.lead_sentence(every, pounds=pounds),
                filters=form,
                table=listing.network_table(
                    page, count=len(rows), total=total, order=order, address=address, pounds=pounds
                ),
                pager=pager.followed_by(cursor),
                totals=listing.cause_table(causes.totals_by_cause(rows), address, pounds=pounds),
                unknown=_unknown(every),
            )
        },
    )


@require_GET
def waiting_network(request: PortalRequest, code: str) -> HttpResponse:
    """One network, across its services and dates."""
    by = request.actor
    seen, found, told, known = _told(by, code)
    page = shown.waiting_network_page(
        found,
        told,
        known,
        in_part=seen.practices is not None,
        roles=by.roles(),
        organisation_id=by.organisation_id,
        pounds=_sees_pounds(by, known.network),
        help_desk=settings.HELP_DESK,
        escalate_href=reverse("achievement:escalate", args=[known.network.code]),
        breadcrumb=breadcrumb(listing=True),
    )
    return render(request, "achievement/waiting_network.jinja", {"page": page})


@require_GET
def escalate(request: PortalRequest, code: str) -> HttpResponse:
    """The evidence as a zip, for the help desk."""
    by = request.actor
    _seen, found, told, known = _told(by, code)
    content = shown.bundle_of(
        found,
        told,
        known,
        by=f"{by.name}, {by.organisation.name if by.organisation else ''}",
        help_desk=settings.HELP_DESK,
        pounds=_sees_pounds(by, known.network),
    )
    name = f"why-{known.network.code}-waits-{clock.today():%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/zip", headers=headers)


def _told(
    by: Acting, code: str
) -> tuple[causes.NetworkSeen, Sequence[causes.Waiting], Sequence[shown.Finding], causes.Known]:
    seen = causes.network_seen_by(by, code)
    found = seen.what_waits()
    known = causes.known_of(seen.network, seen.lead, found)
    return seen, found, shown.findings_of(found, known), known


def _sees_pounds(by: Acting, network: Any) -> bool:
    """Members see each other's status and what is missing, not each other's pounds."""
    return rules.sees_network_pounds(by) and details.sees_network_pounds(by, network)


def _default(*, pounds: bool) -> str:
    return "-held" if pounds else "-days"


def _sorted(rows: Sequence[causes.WaitingNetwork], order: Order) -> list[causes.WaitingNetwork]:
    """By code among equals, whichever way."""
    by_code = sorted(rows, key=lambda row: row.network.code)
    return sorted(by_code, key=ORDERS[order.key], reverse=order.descending)


def _page_of(
    rows: Sequence[causes.WaitingNetwork], after: str, size: int
) -> tuple[Sequence[causes.WaitingNetwork], str]:
    """The rows after the network of this code, and the code that the next page starts after."""
    start = next((at for at, row in enumerate(rows, start=1) if row.network.code == after), 0)
    page = rows[start : start + size]
    return page, page[-1].network.code if len(rows) > start + size else ""


def _as_file(
    by: Acting, rows: Sequence[causes.WaitingNetwork], kind: str, address: Address, *, pounds: bool
) -> HttpResponse:
    must_be_a_file(
        kind, len(rows), "Choose a cause or a service.", Link("Networks waiting", str(address.without("file")))
    )
    whose = by.organisation.name if by.organisation else ""
    sheet = shown.listing_sheet(rows, whose=whose, as_at=moment(clock.now()), pounds=pounds)
    return as_download(sheet, "networks-waiting", kind)


def _unknown(rows: Sequence[causes.WaitingNetwork]) -> str:
    names = [row.network.name for row in rows if causes.Cause.UNKNOWN in row.causes]
    if not names:
        return ""
    return f"In an unknown state, which none of the known causes explains: {', '.join(names[:5])}. Escalate them."
