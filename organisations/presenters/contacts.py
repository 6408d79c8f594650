"""Whom to speak to at an organisation: shown, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from organisations.models import Contact, Organisation
from organisations.presenters.through_time import page_href
from ui.components import Confirm
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Column, Table

CONTACTS = ("contact", "contacts")
COLUMNS = (
    Column(key="name", label="Name"),
    Column(key="role", label="Role"),
    Column(key="email", label="E-mail", kind="link"),
    Column(key="phone", label="Phone", kind="link"),
)
KEPT_COLUMNS = (
    Column(key="name", label="Name", href="href"),
    *COLUMNS[1:],
    Column(key="remove", label="Remove", kind="link"),
)


@dataclass(frozen=True)
class ContactRow:
    """One contact; the name leads to where it is changed."""

    name: str
    role: str
    email: Link | None
    phone: Link | None
    href: str = ""
    remove: Link | None = None


@dataclass(frozen=True, kw_only=True)
class ContactsPage(Page):
    """The contacts of an organisation, and where another is added."""

    table: Table
    form: PortalForm
    href: str
    back: Link


@dataclass(frozen=True, kw_only=True)
class ContactPage(Page):
    """One contact, to be changed."""

    form: PortalForm
    cancel_href: str


@dataclass(frozen=True, kw_only=True)
class RemoveContactPage(Page):
    """Before a contact is removed."""

    facts: Sequence[tuple[str, str]]
    confirm: Confirm


def contacts_table(contacts: Iterable[Contact]) -> Table:
    return Table(
        id="contacts",
        caption="Contacts",
        columns=COLUMNS,
        rows=[_row(each) for each in contacts],
        empty="No contact has been named.",
        noun=CONTACTS,
    )


def contacts_page(organisation: Organisation, contacts: Iterable[Contact], form: PortalForm) -> ContactsPage:
    return ContactsPage(
        title="Contacts",
        subject=organisation.name,
        caption=organisation.name,
        in_error=bool(form.errors),
        breadcrumb=_breadcrumb(organisation),
        table=Table(
            id="contacts",
            caption="Contacts",
            columns=KEPT_COLUMNS,
            rows=[_row(each, kept=True) for each in contacts],
            empty="No contact has been named yet.",
            noun=CONTACTS,
        ),
        form=form,
        href=contacts_href(organisation),
        back=Link(f"« Back to {organisation.name}", page_href(organisation)),
    )


def contact_page(contact: Contact, form: PortalForm) -> ContactPage:
    organisation = contact.organisation
    return ContactPage(
        title="Change contact",
        subject=organisation.name,
        caption=organisation.name,
        in_error=bool(form.errors) and form.is_bound,
        breadcrumb=_breadcrumb(organisation, contacts=True),
        form=form,
        cancel_href=contacts_href(organisation),
    )


def remove_page(contact: Contact) -> RemoveContactPage:
    organisation = contact.organisation
    return RemoveContactPage(
        title=f"Remove {contact.name}",
        subject=organisation.name,
        caption=organisation.name,
        breadcrumb=_breadcrumb(organisation, contacts=True),
        facts=[("Name", contact.name), ("Role", contact.role), ("E-mail", contact.email), ("Phone", contact.phone)],
        confirm=Confirm(
            href=reverse("organisations:remove_contact", args=[contact.pk]),
            button="Remove this contact",
            cancel_href=contacts_href(organisation),
            style="warning",
        ),
    )


def contacts_href(organisation: Organisation) -> str:
    return reverse("organisations:contacts", args=[organisation.code])


def _row(contact: Contact, *, kept: bool = False) -> ContactRow:
    def href(name: str) -> str:
        return reverse(f"organisations:{name}", args=[contact.pk])

    return ContactRow(
        name=contact.name,
        role=contact.role,
        email=Link(contact.email, f"mailto:{contact.email}") if contact.email else None,
        phone=Link(contact.phone, f"tel:{contact.phone.replace(' ', '')}") if contact.phone else None,
        href=href("change_contact") if kept else "",
        remove=Link(f"Remove {contact.name}", href("remove_contact")) if kept else None,
    )


def _breadcrumb(organisation: Organisation, *, contacts: bool = False) -> list[Link]:
    links = [Link("Home", reverse("home:home")), Link(organisation.name, page_href(organisation))]
    return [*links, Link("Contacts", contacts_href(organisation))] if contacts else links
