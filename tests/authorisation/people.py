"""One person for each role in an organisation of each relation, signed in, with a token of the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.test import Client

from accounts import commands
from accounts.models import ApiToken, User
from accounts.rules import Acting
from accounts.states import Role
from organisations.models import Organisation
from tests.authorisation.table import Who
from tests.authorisation.world import organisation_of
from tests.factories.accounts import GrantFactory, UserFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Person:
    """Who somebody is, the key of their session, and the secret of their token; empty for somebody without a role."""

    user: User
    session: str
    secret: str


class People(dict[Who, Person]):
    """Everybody, made when they are first asked for."""

    def __init__(self, things: Mapping[str, Any]) -> None:
        super().__init__()
        self.things = things

    def __missing__(self, who: Who) -> Person:
        self[who] = _person(who, self.things)
        return self[who]


def disabled(things: Mapping[str, Any]) -> Person:
    """Somebody who held every role at the practice until the account was disabled."""
    made = _made(Role, things["practice"])
    commands.disable_users([made.user], by=_administrator(things["practice"]))
    return made


def without_role(things: Mapping[str, Any]) -> Person:
    """Somebody whose roles at the practice have ended since they signed in."""
    made = _made([Role.VIEW], things["practice"])
    commands.end_grant(made.user.grants.get(), by=_administrator(things["practice"]))
    return made


def unconfirmed(things: Mapping[str, Any]) -> Person:
    """Somebody to whom one administrator gave Approval and Finance Management, which no second has confirmed."""
    made = _made([Role.VIEW], things["lead"])
    administrator = _administrator(things["lead"])
    for role in (Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT):
        commands.grant_role(made.user, things["lead"], role, by=administrator)
    return made


def session_of(person: Person) -> UserSession:
    """Where somebody is signed in, as their own list names it."""
    return UserSession.objects.create(user=person.user, session_key=person.session, ip="127.0.0.1", user_agent="tests")


def _administrator(organisation: Organisation) -> Acting:
    user = UserFactory.create()
    GrantFactory.create(user=user, organisation=organisation, role=Role.USER_ADMINISTRATOR)
    return Acting(user, organisation)


def _person(who: Who, things: Mapping[str, Any]) -> Person:
    if not who.roles:
        user = UserFactory.create()
        return Person(user, _session_of(user, None), "")
    return _made(who.roles, organisation_of(who.relation, things))


def _made(roles: Iterable[Role], organisation: Organisation) -> Person:
    user = UserFactory.create()
    for role in roles:
        GrantFactory.create(user=user, organisation=organisation, role=role)
    secret = commands.create_token("Program", organisation.pk, by=Acting(user, organisation)).secret
    return Person(user, _session_of(user, organisation), secret)


def signed_in(user: User, organisation: Organisation) -> Person:
    """Somebody who is there already, in a session of their own; without a token."""
    return Person(user, _session_of(user, organisation), "")


def _session_of(user: User, organisation: Organisation | None) -> str:
    client = Client()
    client.force_login(user, backend=BACKEND)
    session = client.session
    if organisation:
        session["acting_organisation"] = organisation.pk
        session.save()
    return session.session_key or ""


def token_of(person: Person) -> ApiToken:
    return ApiToken.objects.get(user=person.user)
