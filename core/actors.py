"""Who acts: a person acting for one organisation, or the portal itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from django.db.models import Q


@runtime_checkable
class Actor(Protocol):
    """Whoever is named in `by`. `user_id` is None for the portal itself; `organisation_id` is acted for."""

    @property
    def user_id(self) -> int | None: ...

    @property
    def organisation_id(self) -> int | None: ...

    @property
    def name(self) -> str: ...

    @property
    def is_system(self) -> bool: ...

    def roles(self) -> frozenset[str]:
        """The roles held now, in the organisation acted for."""
        ...

    def reach(self, role: str, organisation: str) -> Q:
        """The condition of the rows that a role of theirs reaches, by the organisation in a column: within the clusters
        it is limited to; none where it is not held, or is limited to a payment type."""
        ...


@dataclass(frozen=True)
class SystemActor:
    """The portal acting by itself: overnight, in handlers, on load. Exempt from segregation."""

    name: str = "CQRS Portal"
    user_id: None = None
    organisation_id: None = None
    is_system: bool = True

    def roles(self) -> frozenset[str]:
        return frozenset()

    def reach(self, role: str, organisation: str) -> Q:
        return Q()


SYSTEM = SystemActor()
