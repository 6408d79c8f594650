"""Who may act for whom, and who can do what."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Grant, User
from accounts.rules import Acting
from accounts.states import Role
from organisations.models import Organisation


def organisations_of(user: User) -> QuerySet[Organisation]:
    """The organisations a person holds a role in, by name."""
    return Organisation.objects.filter(pk__in=Grant.objects.in_force().filter(user=user).values("organisation")).order_by("name")


def acting_for(user: User, organisation_id: int | None) -> Acting:
    """The person acting for the organisation chosen, or for their first where none is chosen or it is no longer theirs."""
    theirs = list(organisations_of(user))
    chosen = next((organisation for organisation in theirs if organisation.pk == organisation_id), None)
    return Acting(user, chosen or (theirs[0] if theirs else None))


def holders_of(role: Role, organisation: Organisation) -> QuerySet[User]:
    """Active people who hold a role in an organisation: who can."""
    grants = Grant.objects.in_force().of(role).filter(organisation=organisation)
    return User.objects.filter(pk__in=grants.values("user")).order_by("name")
