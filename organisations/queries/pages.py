"""What the page of a practice or network shows: all that is believed of it through time, and whom to speak to."""

from __future__ import annotations

from django.db.models import QuerySet

from core.actors import Actor
from core.errors import NotVisible
from organisations.models import Contact, Kind, Lead, ListSize, Membership, Organisation, Parent
from organisations.queries.belonging import KnownAt, visible_to

UNSEEN = "You may not be able to see this, or it does not exist."


def practice_seen_by(by: Actor, code: str) -> Organisation:
    """The practice of an Org ID. Raises NotVisible."""
    return _seen_by(by, code, Kind.PRACTICE)


def provider_seen_by(by: Actor, code: str) -> Organisation:
    """The practice or network of an Org ID. Raises NotVisible."""
    return _seen_by(by, code, Kind.PRACTICE, Kind.NETWORK)


def _seen_by(by: Actor, code: str, *kinds: Kind) -> Organisation:
    found = visible_to(by).filter(code=code.upper(), kind__in=kinds).first()
    if found is None:
        raise NotVisible(UNSEEN)
    return found


def memberships_of_practice(practice: Organisation, known_at: KnownAt = None) -> QuerySet[Membership]:
    """Every network a practice was or will be a member of, by name and start."""
    known = Membership.objects.known(known_at).filter(practice=practice).select_related("network")
    return known.order_by("network__name", "network__code", "valid__startswith", "zero_length_date")


def parents_through_time(organisation: Organisation, known_at: KnownAt = None) -> QuerySet[Parent]:
    """Every Parent Organisation, latest first."""
    known = Parent.objects.known(known_at).filter(organisation=organisation).select_related("parent")
    return known.order_by("-valid__startswith")


def leads_through_time(network: Organisation, known_at: KnownAt = None) -> QuerySet[Lead]:
    """Every lead of a network, latest first."""
    known = Lead.objects.known(known_at).filter(network=network).select_related("commissioner")
    return known.order_by("-valid__startswith")


def list_sizes_of(organisation: Organisation, known_at: KnownAt = None) -> QuerySet[ListSize]:
    """Every list size, kind by kind, latest first."""
    known = ListSize.objects.known(known_at).filter(organisation=organisation)
    return known.order_by("kind", "-valid__startswith")


def contacts_of(organisation: Organisation) -> QuerySet[Contact]:
    """Whom to speak to there, by name."""
    return Contact.objects.current().filter(organisation=organisation).order_by("name", "pk")


def contacts_seen_by(by: Actor) -> QuerySet[Contact]:
    """The present contacts of the organisations that somebody sees."""
    return Contact.objects.current().filter(organisation__in=visible_to(by)).select_related("organisation")


def contact_seen_by(by: Actor, contact_id: int) -> Contact:
    """One of them. Raises NotVisible."""
    found = contacts_seen_by(by).filter(pk=contact_id).first()
    if found is None:
        raise NotVisible(UNSEEN)
    return found


def organisations_found(by: Actor, text: str) -> QuerySet[Organisation]:
    """The practices and networks, of those one sees, whose Org ID starts with the text or whose name has it in it."""
    seen = visible_to(by).filter(kind__in=[Kind.PRACTICE, Kind.NETWORK])
    return seen.matching(text)
