"""Home and Help."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.rules import PortalRequest
from home import presenters, queries
from organisations.presenters.through_time import page_href
from ui.answers import render
from ui.tables import Address, Pager


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """What needs this person, and what happened, in the organisation they act for."""
    actor = request.actor
    page = presenters.home_page(
        queries.needs_of(actor), queries.happenings_of(actor), acts=actor.organisation is not None
    )
    return render(request, "home/home.jinja", {"page": page})


@require_safe
def search(request: PortalRequest) -> HttpResponse:
    """Practices and PCNs by Org ID or name, of those this person sees; one that is named whole is opened at once, and
    so is what a reference names."""
    address = Address.of(request)
    text, pager = " ".join(address.get("q").replace("\0", "").split())[:100], Pager.sized(address)
    exact = queries.named(request.actor, text)
    if exact:
        return redirect(page_href(exact))
    payment = queries.referred_to(request.actor, text)
    if payment:
        return redirect(presenters.payment_href(payment))
    found, how_many = queries.found(request.actor, text, after=address.get("after"), size=pager.size)
    page = presenters.search_page(text, found, how_many, pager)
    return render(request, "home/search.jinja", {"page": page})


@require_safe
def help_page(request: PortalRequest) -> HttpResponse:
    """The statuses and words, how a payment goes, and who to ask."""
    page = presenters.help_page(queries.whom_to_ask(request.actor), settings.HELP_DESK)
    return render(request, "home/help.jinja", {"page": page})
