"""The people one administers, and what can be done for them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import commands, queries
from accounts.forms import PeopleForm, ResetForm
from accounts.presenters import people as presenters
from accounts.rules import PortalRequest, administers
from core.errors import NotPermitted
from core.paging import page_of
from ui.answers import render
from ui.tables import Address, Order, Pager


@require_safe
def users(request: PortalRequest) -> HttpResponse:
    """Who holds a role in the organisations one administers, and whether they have a second factor."""
    by = request.actor
    if not administers(by):
        raise NotPermitted("You do not administer the users of any organisation.", who_can=queries.who_can_help(by))
    address = Address.of(request)
    form = PeopleForm(request.GET)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    pager = Pager.sized(address)
    people = queries.people_administered(by, text)
    order = Order.parse(address.get("sort"), list(queries.PEOPLE_ORDERS), "name")
    columns = [f"-{each}" if order.descending else each for each in queries.PEOPLE_ORDERS[order.key]]
    found = page_of(people, columns, after=address.get("after"), size=pager.size)
    shown = presenters.Shown(found.rows, people.count(), order, narrowed=bool(text))
    page = presenters.users_page(form, shown, pager.followed_by(found.next_cursor), by)
    return render(request, "accounts/users.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def reset_second_factor(request: PortalRequest, user_id: int) -> HttpResponse:
    """Asks why first: the person is signed out everywhere, and sets up another authenticator app."""
    by = request.actor
    person = queries.person_administered(by, user_id)
    form = ResetForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        commands.reset_second_factor(person, form.cleaned_data["reason"], by=by)
        messages.success(
            request, f"{person.name}'s second factor was reset. They were signed out everywhere, and told by e-mail."
        )
        return redirect("accounts:users")
    page = presenters.reset_page(person, form)
    return render(request, "accounts/reset_second_factor.jinja", {"page": page})
