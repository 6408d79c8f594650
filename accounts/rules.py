"""Who acts, and the refusals that every app's permissions are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_

from django.db.models import Q

from accounts.models import Grant, User
from accounts.states import Role
from core.actors import Actor
from core.permissions import ALL, NONE, Refusal
from organisations.models import Organisation


@dataclass(frozen=True)
class Acting:
    """A person acting for one organisation: the `by` of every command a person gives."""

    user: User
    organisation: Organisation | None
    is_system: bool = field(default=False, init=False)

    @property
    def user_id(self) -> int:
        return self.user.pk

    @property
    def organisation_id(self) -> int | None:
        return self.organisation.pk if self.organisation else None

    @property
    def name(self) -> str:
        return self.user.name

    @cached_property
    def grants(self) -> tuple[Grant, ...]:
        """The grants in force in the organisation acted for."""
        if self.organisation is None or not self.user.is_active:
            return ()
        return tuple(Grant.objects.in_force().filter(user=self.user, organisation=self.organisation))

    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    def holds(self, *roles: Role) -> bool:
        return not self.roles().isdisjoint(roles)


def grants_of(by: Actor, *roles: Role) -> tuple[Grant, ...]:
    return tuple(grant for grant in by.grants if grant.role in roles) if isinstance(by, Acting) else ()


class NeedsRole(Refusal):
    """Refuses whoever does not hold the role in the organisation that the column `at` names.

    Grants limited by payment type or cluster count only for rows within them: `payment_type_of` and `provider_of`
    name the columns to compare.
    """

    def __init__(
        self, role: Role, *, at: str, payment_type_of: str = "service__payment_type", provider_of: str = "provider"
    ) -> None:
        super().__init__(f"You need the role {role.label} in the organisation that acts on it.")
        self.role, self.at = role, at
        self.payment_type_of, self.provider_of = payment_type_of, provider_of

    def allowed(self, by: Actor) -> Q:
        grants = grants_of(by, self.role)
        if not grants:
            return NONE
        return Q(**{self.at: by.organisation_id}) & _any(self._within(grant) for grant in grants)

    def _within(self, grant: Grant) -> Q:
        within = ALL
        if grant.payment_type:
            within &= Q(**{self.payment_type_of: grant.payment_type})
        if grant.cluster_id:
            within &= Q(**{f"{self.provider_of}__in": grant.cluster.members.values("pk")})  # type: ignore[union-attr]
        return within


class WithinLimit(Refusal):
    """Refuses amounts above the delegated limit of the grant that would be used."""

    def __init__(self, role: Role, *, amount: str = "amount") -> None:
        super().__init__("It is above your delegated limit; a second, higher approver is needed.")
        self.role, self.amount = role, amount

    def limit(self, by: Actor) -> Decimal | None:
        """The highest limit held, in pounds; None where a grant has none."""
        limits = [grant.limit for grant in grants_of(by, self.role)]
        return None if not limits or None in limits else max(limit for limit in limits if limit is not None)

    def allowed(self, by: Actor) -> Q:
        limit = self.limit(by)
        return ALL if limit is None else Q(**{f"{self.amount}__lte": limit})

    def says(self, by: Actor) -> str:
        return f"It is above your limit of £{self.limit(by):,.2f}; a second, higher approver is needed."


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions)
