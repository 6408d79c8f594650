"""Whom to speak to at an organisation: added, changed, removed; what was known before is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from core.actors import Actor
from core.commands import command, instant
from core.errors import Conflict, Invalid
from core.locking import lock_ids
from organisations.models import Contact, Organisation
from organisations.rules import MAINTAIN_CONTACTS, who_maintains_contacts


@dataclass(frozen=True)
class Details:
    """What is known of a contact."""

    name: str
    role: str
    email: str = ""
    phone: str = ""


@command
def add_contact(organisation: Organisation, details: Details, *, by: Actor) -> Contact:
    """Somebody is to be spoken to at an organisation. Raises NotPermitted; Invalid for nobody, or nobody to reach."""
    _must_be_reachable(details)
    _lock(organisation, by)
    return _added(organisation, details, by)


@command
def change_contact(contact: Contact, details: Details, *, by: Actor) -> Contact:
    """What is known of a contact has changed. Raises as `add_contact` does; Conflict where it was changed meanwhile."""
    _must_be_reachable(details)
    _end(contact, by)
    return _added(contact.organisation, details, by)


@command
def remove_contact(contact: Contact, *, by: Actor) -> None:
    """A contact is not to be spoken to any more. Raises as `change_contact` does."""
    _end(contact, by)


def _must_be_reachable(details: Details) -> None:
    if not details.name.strip():
        raise Invalid("Name: enter whom to speak to.", field="name")
    if not details.role.strip():
        raise Invalid("Role: enter what they do there.", field="role")
    if not (details.email or details.phone):
        raise Invalid("E-mail or phone: enter at least one of them.", field="email")


def _lock(organisation: Organisation, by: Actor) -> None:
    lock_ids(Organisation, [organisation.pk])
    MAINTAIN_CONTACTS.require(organisation, by, who_can=who_maintains_contacts(organisation))


def _end(contact: Contact, by: Actor) -> None:
    _lock(contact.organisation, by)
    ended = Contact.objects.current().filter(pk=contact.pk).update(ended_at=instant(), ended_by_id=by.user_id)
    if not ended:
        raise Conflict("Somebody has changed or removed this contact meanwhile. Nothing was changed.")


def _added(organisation: Organisation, details: Details, by: Actor) -> Contact:
    plain = {name: value.strip() for name, value in asdict(details).items()}
    return Contact.objects.create(organisation=organisation, added_at=instant(), added_by_id=by.user_id, **plain)
