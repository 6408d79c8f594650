"""Payees: listed, and those of one network through time."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core.actors import Actor
from core.errors import NotPermitted
from core.paging import page_of
from organisations import commands, queries, rules
from organisations.forms import PayeesFilter, RecordedOnForm
from organisations.presenters import payees as shown
from organisations.views.networks import recorded_on
from ui.answers import render
from ui.tables import Address, Order, Pager

ORDERS = {"name": ("name", "code"), "code": ("code",)}


def actor_of(request: HttpRequest) -> Actor:
    by: Actor = request.actor  # type: ignore[attr-defined]
    return by


@require_GET
def payees(request: HttpRequest) -> HttpResponse:
    """The networks that one leads, with today's payees and what awaits confirmation."""
    by, address = actor_of(request), Address.of(request)
    if rules.ORGANISATION_ADMINISTRATOR not in by.roles():
        raise NotPermitted(f"You need the role {rules.ORGANISATION_ADMINISTRATOR} in the organisation you act for.")
    form, pager = PayeesFilter(request.GET), Pager.sized(address)
    given = form.cleaned_data if form.is_valid() else {}
    order = Order.parse(address.get("sort"), tuple(ORDERS), "name")
    rows = queries.networks_with_payees(by, given.get("text", ""), pending=bool(given.get("pending")))
    columns = [f"-{name}" if order.descending else name for name in ORDERS[order.key]]
    found = page_of(rows, columns, after=address.get("after"), size=pager.size)
    page = shown.PayeesPage(
        title="Payees",
        breadcrumb=shown.breadcrumb(),
        filters=form,
        table=shown.payees_table(found.rows, rows.count(), address, order, filtered=any(given.values())),
        pager=pager.followed_by(found.next_cursor),
    )
    return render(request, "organisations/payees.jinja", {"page": page})


@require_GET
def payees_of_network(request: HttpRequest, code: str) -> HttpResponse:
    """Who was, is and will be payee of a network, and as that was recorded on an earlier day."""
    by, address = actor_of(request), Address.of(request)
    network, recorded = queries.visible_network(by, code), RecordedOnForm(request.GET)
    known_on = recorded.cleaned_data["recorded_on"] if recorded.is_valid() else None
    refused = [str(each) for each in recorded.errors.get("recorded_on", ())]
    lead = queries.lead_of(network)
    may_propose = rules.PROPOSE_PAYEE.has(network, by)
    page = shown.NetworkPayeesPage(
        title="Nominated Payees",
        subject=network.name,
        caption=network.name,
        in_error=bool(refused),
        breadcrumb=shown.breadcrumb(network),
        nominations=shown.nominations_table(queries.nominations_of(network, known_on)),
        proposals=shown.proposals_table(queries.proposals_of(network)),
        recorded=recorded_on(known_on, address),
        refused=refused,
        propose_href=reverse("organisations:propose_payee", args=[network.code]) if may_propose else "",
        cannot=[] if may_propose else shown.cannot("Propose a payee", rules.PROPOSE_PAYEE.why_not(network, by), lead),
        note=shown.note_of(network) if queries.payee_change_to_note(by, network) else None,
    )
    return render(request, "organisations/payees_of_network.jinja", {"page": page})


@require_POST
def note_payee_change(request: HttpRequest, code: str) -> HttpResponse:
    """A party has taken note of a change."""
    by = actor_of(request)
    network = queries.visible_network(by, code)
    commands.note_payee_change(network, by=by)
    messages.success(request, shown.noted_sentence(network))
    return redirect(shown.network_href(network.code))
