"""Who acts, and the refusals that every app's permissions are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.models import Grant, User
from accounts.states import ADMINISTRATORS, NEEDS_A_SECOND_FACTOR, Role
from core import clock
from core.actors import Actor
from core.permissions import ALL, NONE, Permission, Refusal
from organisations.models import Kind, Lead, Organisation, Parent


@dataclass(frozen=True)
class Acting:
    """A person acting for one organisation: the `by` of every command a person gives.

    `can_change` says that they hold roles in others too; `needs_second_factor`, that a role of theirs, in whichever
    organisation, asks for one; `second_factor`, that they gave it in this session. `in_force` are all their
    grants, in whichever organisation, where they have been read already.
    """

    user: User
    organisation: Organisation | None
    can_change: bool = field(default=False, compare=False)
    needs_second_factor: bool = field(default=False, compare=False)
    second_factor: bool = field(default=False, compare=False)
    is_system: bool = field(default=False, init=False)
    in_force: tuple[Grant, ...] | None = field(default=None, compare=False, repr=False)

    @property
    def user_id(self) -> int:
        return self.user.pk

    @property
    def organisation_id(self) -> int | None:
        return self.organisation.pk if self.organisation else None

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def lacks_second_factor(self) -> bool:
        return self.needs_second_factor and not self.second_factor

    @cached_property
    def grants(self) -> tuple[Grant, ...]:
        """The grants in force in the organisation acted for."""
        if self.organisation is None or not self.user.is_active:
            return ()
        if self.in_force is not None:
            return tuple(grant for grant in self.in_force if grant.organisation_id == self.organisation.pk)
        return tuple(Grant.objects.in_force().filter(user=self.user, organisation=self.organisation))

    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    def holds(self, *roles: Role) -> bool:
        return not self.roles().isdisjoint(roles)

    @property
    def supervises(self) -> bool:
        """Whether every open task of the organisation is shown: the role Supervisor, of a practice (domain 2)."""
        here = self.organisation
        return here is not None and here.kind == Kind.PRACTICE and self.holds(Role.SUPERVISOR)

    def is_shown_tasks_of(self, role: Role) -> bool:
        """Whoever holds the role, and a Supervisor."""
        return self.holds(role) or self.supervises

    def reach(self, role: str, organisation: str) -> Q:
        """Rows of no payment type, such as a network's payee: a grant limited to one does not reach them."""
        grants = [grant for grant in self.grants if grant.role == role and not grant.payment_type]
        return _any(_reached_by(grant, "", organisation) for grant in grants) if grants else NONE


class PortalRequest(HttpRequest):
    """A request of a signed-in person: what views take. The middleware sets `actor`."""

    actor: Acting
    user: User


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
        reaches = (_reached_by(grant, self.payment_type_of, self.provider_of) for grant in grants)
        return Q(**{self.at: by.organisation_id}) & _any(reaches)


class WithinLimit(Refusal):
    """Refuses amounts above the limits of the grants that reach the row; what none reaches, NeedsRole refuses.

    `payment_type_of` and `provider_of` are those of the NeedsRole beside it.
    """

    def __init__(
        self, role: Role, *, amount: str = "amount", payment_type_of: str = "service__payment_type",
        provider_of: str = "provider",
    ) -> None:  # fmt: skip
        super().__init__("It is above your delegated limit; a second, higher approver is needed.")
        self.role, self.amount = role, amount
        self.payment_type_of, self.provider_of = payment_type_of, provider_of

    def allowed(self, by: Actor) -> Q:
        reaches = [
            (grant, _reached_by(grant, self.payment_type_of, self.provider_of)) for grant in grants_of(by, self.role)
        ]
        enough = _any(reach & self._up_to(grant.limit) for grant, reach in reaches)
        return enough | ~_any(reach for _grant, reach in reaches) if enough else ALL

    def _up_to(self, limit: Decimal | None) -> Q:
        return ALL if limit is None else Q(**{f"{self.amount}__lte": limit})

    def says(self, by: Actor) -> str:
        highest = max(
            (grant.limit for grant in grants_of(by, self.role) if grant.limit is not None), default=Decimal(0)
        )
        return f"It is above your limit of £{highest:,.2f}; a second, higher approver is needed."


def _reached_by(grant: Grant, payment_type_of: str, provider_of: str) -> Q:
    """The rows within a grant's payment type and cluster; all of them where it names neither."""
    within = ALL
    if grant.payment_type:
        within &= Q(**{payment_type_of: grant.payment_type})
    if grant.cluster_id:
        within &= Q(**{f"{provider_of}__in": grant.cluster.members.values("pk")})  # type: ignore[union-attr]
    return within


def _any(conditions: Iterable[Q]) -> Q:
    """Rows that one of these lets through. An empty condition lets all through, but Django's `|` would drop it."""
    found = list(conditions)
    return reduce(or_, found) if found and all(found) else ALL


def administers(by: Actor) -> bool:
    """Whether somebody administers anybody's users: the list of people is theirs."""
    return bool(grants_of(by, *ADMINISTRATORS))


def administered_by(by: Actor) -> QuerySet[Organisation]:
    """The organisations whose people this actor administers: their own and, for an Advanced User Administrator of a
    commissioning organisation, the practices under it and the networks it leads (domain 2)."""
    if not grants_of(by, *ADMINISTRATORS):
        return Organisation.objects.none()
    administered = Q(pk=by.organisation_id)
    if grants_of(by, Role.ADVANCED_USER_ADMINISTRATOR):
        day, above = clock.today(), by.organisation_id
        administered |= Q(pk__in=Parent.objects.as_of(day).filter(parent=above).values("organisation"))
        administered |= Q(pk__in=Lead.objects.as_of(day).filter(commissioner=above).values("network"))
    return Organisation.objects.filter(administered)


GRANT_ROLES = Permission(
    "accounts.grant_roles",
    Refusal(
        "You do not administer the users of this organisation.",
        lambda by: Q(pk__in=administered_by(by).values("pk")),
    ),
)
"""On organisations: in which of them somebody may grant roles."""

CONFIRM_GRANT = Permission(
    "accounts.confirm_grant",
    Refusal(
        "You do not administer the users of this organisation.",
        lambda by: Q(organisation__in=administered_by(by).values("pk")),
    ),
    Refusal("You granted it; another administrator must confirm it.", lambda by: ~Q(granted_by=by.user_id)),
    Refusal("It is your own role.", lambda by: ~Q(user=by.user_id)),
)
"""On grants: who may be the second administrator."""

END_GRANT = Permission(
    "accounts.end_grant",
    Refusal(
        "You do not administer the users of this organisation.",
        lambda by: Q(organisation__in=administered_by(by).values("pk")),
    ),
)

_THEIRS = (
    Refusal(
        "You do not administer the users of any organisation this person holds a role in.",
        lambda by: Q(pk__in=Grant.objects.open().filter(organisation__in=administered_by(by)).values("user")),
    ),
    Refusal("It is your own account; another administrator must do it.", lambda by: ~Q(pk=by.user_id)),
)

ADMINISTER_PEOPLE = Permission("accounts.administer_people", *_THEIRS)
"""On people: who may disable, lock and retire them."""

RESET_SECOND_FACTOR = Permission(
    "accounts.reset_second_factor",
    *_THEIRS,
    Refusal(
        "A role of theirs in an organisation whose users you do not administer asks for a second factor; whoever runs "
        "the portal resets it.",
        lambda by: (
            ~Q(
                pk__in=Grant.objects.open()
                .filter(role__in=sorted(NEEDS_A_SECOND_FACTOR))
                .exclude(organisation__in=administered_by(by))
                .values("user")
            )
        ),
    ),
)
"""On people: who may take their second factor away. One organisation's administrator opens no door to another's."""
