"""People and what they may do."""

from __future__ import annotations

from typing import Any

import factory
from django.contrib.auth.hashers import make_password

from accounts.models import Grant, User
from accounts.queries import acting_for
from accounts.rules import Acting
from accounts.states import Role, UserState
from organisations.models import Organisation

PASSWORD = "a password for tests"


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person.{n}@tests.example")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))
    state = UserState.ACTIVE


class GrantFactory(factory.django.DjangoModelFactory[Grant]):
    """A grant in force: made by the portal itself, which needs no second administrator."""

    class Meta:
        model = Grant

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory("tests.factories.organisations.OrganisationFactory")
    role = Role.VIEW


def acting_as(*roles: Role, organisation: Organisation, user: User | None = None, **grant: Any) -> Acting:
    """Somebody holding these roles in the organisation, acting for it. `grant` limits them: `limit=`, `cluster=`."""
    user = user or UserFactory.create()
    for role in roles:
        GrantFactory.create(user=user, organisation=organisation, role=role, **grant)
    acting = acting_for(user, organisation.pk)
    return acting if acting.organisation == organisation else Acting(user, organisation)
