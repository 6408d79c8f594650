"""Whom a correction is about: locked first, networks before practices, each in id order (design 3)."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import Conflict, Invalid
from core.locking import lock_ids
from organisations.models import Kind, Membership, Organisation


def lock_networks(networks: Iterable[int]) -> None:
    lock_ids(Organisation, networks)


def lock_practices(practices: Iterable[int], networks: Iterable[int] = ()) -> None:
    """Lock the networks named and all that these practices are members of, then the practices.

    Raises Conflict when a practice joined another network while its row was waited for.
    """
    practices = set(practices)
    locked = set(networks) | _networks_of(practices)
    lock_ids(Organisation, locked)
    lock_ids(Organisation, practices)
    if not _networks_of(practices) <= locked:
        raise Conflict("A practice's membership has changed meanwhile. Nothing was saved: try again.")


def must_be(organisation: Organisation, kind: Kind, field: str) -> None:
    """Raises Invalid, naming the field, when an organisation is not of a kind."""
    if organisation.kind != kind:
        is_a = Kind(organisation.kind).label
        raise Invalid(f"{field} must be a {kind.label}: {organisation} is a {is_a}.")


def _networks_of(practices: set[int]) -> set[int]:
    known = Membership.objects.known().filter(practice__in=practices)
    return set(known.values_list("network_id", flat=True))
