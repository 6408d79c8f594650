"""Services that providers asked to be offered: the list of them, and one that is offered or declined."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import who_can
from accounts.rules import PortalRequest
from accounts.states import Role
from core.selections import version_seen
from participation import commands, rules
from participation.forms import ReasonForm
from participation.presenters import service_requests as shown
from participation.queries import service_requests as queries
from participation.states import AskState
from ui.answers import render
from ui.frame import Link
from ui.tables import Address, Pager, Table

WHO_READS_IT = "The provider reads it."


@require_GET
def service_requests(request: PortalRequest) -> HttpResponse:
    """Those made to one's organisation, or by it; those that await an answer first."""
    by, address = request.actor, Address.of(request)
    pager = Pager.sized(address)
    found = queries.page_of_requests(by, after=address.get("after"), size=pager.size)
    page = shown.RequestsPage(
        title=shown.TITLE,
        breadcrumb=shown.breadcrumb(),
        table=Table(
            caption="Services that practices and PCNs asked to be offered",
            columns=shown.COLUMNS,
            rows=[shown.row_of(each) for each in found.rows],
            empty=shown.NOTHING_ASKED,
            noun=shown.NOUN,
            count=queries.count_of_requests(by),
            address=address,
            detail="remarks",
        ),
        pager=pager.followed_by(found.next_cursor),
    )
    return render(request, "participation/service_requests.jinja", {"page": page})


@require_GET
def service_request(request: PortalRequest, request_id: int) -> HttpResponse:
    return _page(request, request_id, None)


@require_POST
def decline_service(request: PortalRequest, request_id: int) -> HttpResponse:
    """With a reason, which the provider reads."""
    form = ReasonForm(request.POST, who_reads_it=WHO_READS_IT)
    queries.request_seen_by(request.actor, request_id)
    if not form.is_valid():
        return _page(request, request_id, form)
    seen = version_seen(request_id, request.POST.get("version", ""))
    declined = commands.decline_request(seen, form.cleaned_data["reason"], by=request.actor)
    messages.success(request, shown.declined(declined))
    return redirect("participation:service_requests")


def _page(request: PortalRequest, request_id: int, form: ReasonForm | None) -> HttpResponse:
    by = request.actor
    found = queries.request_seen_by(by, request_id)
    waits = found.state == AskState.ASKED
    refused = " ".join(rules.DECLINE_REQUEST.why_not(found, by)) if waits else ""
    may = waits and not refused
    page = shown.RequestPage(
        title=found.service.short_name,
        subject=f"Asked for by {found.provider.name}",
        caption=f"{found.provider.name} ({found.provider.code})",
        in_error=bool(form and form.errors),
        breadcrumb=shown.breadcrumb(one=True),
        status=found.state_label,
        facts=shown.facts_of(found),
        offer=Link("Offer it in Create Offers", reverse("participation:create_offers")) if may else None,
        decline=(form or ReasonForm(None, who_reads_it=WHO_READS_IT)) if may else None,
        decline_href=reverse("participation:decline_service", args=[request_id]),
        hidden=(("version", str(found.version)),),
        why_not=refused,
        who_can=who_can(Role.COMMISSIONING_MANAGEMENT, found.commissioner) if refused else (),
        events=[shown.event_of(change) for change in queries.history_of(found)],
    )
    status = 422 if form and form.errors else 200
    return render(request, "participation/service_request.jinja", {"page": page}, status=status)
