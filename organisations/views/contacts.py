"""Whom to speak to at an organisation: listed, added, changed, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from organisations import commands, queries, rules
from organisations.forms import ContactForm
from organisations.presenters import contacts as shown
from organisations.views.payees import actor_of
from ui.answers import render

if TYPE_CHECKING:
    from organisations.models import Contact, Organisation


@require_http_methods(["GET", "POST"])
def contacts(request: HttpRequest, code: str) -> HttpResponse:
    """The contacts of a practice or network, and where another is added."""
    by = actor_of(request)
    organisation = queries.provider_seen_by(by, code)
    _must_maintain(organisation, by)
    form = ContactForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        added = commands.add_contact(organisation, form.details(), by=by)
        messages.success(request, f"{added.name} is a contact of {organisation.name}.")
        return redirect(shown.contacts_href(organisation))
    page = shown.contacts_page(organisation, queries.contacts_of(organisation), form)
    return render(request, "organisations/contacts.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def change_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    by = actor_of(request)
    contact = _contact(by, contact_id)
    initial = {"name": contact.name, "role": contact.role, "email": contact.email, "phone": contact.phone}
    form = ContactForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        changed = commands.change_contact(contact, form.details(), by=by)
        messages.success(request, f"{changed.name} was changed.")
        return redirect(shown.contacts_href(contact.organisation))
    page = shown.contact_page(contact, form)
    return render(request, "organisations/contact.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def remove_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Asked once more, then removed."""
    by = actor_of(request)
    contact = _contact(by, contact_id)
    if request.method == "POST":
        commands.remove_contact(contact, by=by)
        messages.success(request, f"{contact.name} is no contact of {contact.organisation.name} any more.")
        return redirect(shown.contacts_href(contact.organisation))
    return render(request, "organisations/remove_contact.jinja", {"page": shown.remove_page(contact)})


def _contact(by: Actor, contact_id: int) -> Contact:
    contact = queries.contact_seen_by(by, contact_id)
    _must_maintain(contact.organisation, by)
    return contact


def _must_maintain(organisation: Organisation, by: Actor) -> None:
    rules.MAINTAIN_CONTACTS.require(organisation, by, who_can=rules.who_maintains_contacts(organisation))
