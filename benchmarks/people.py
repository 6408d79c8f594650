"""Whoever acts in the benchmarks: an approver and a person of finance for each commissioning organisation."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from accounts.models import Grant, User
from accounts.rules import Acting
from accounts.states import Role
from organisations.models import Organisation


def person(role: Role, commissioner_id: int) -> Acting:
    """Somebody who holds a role there, made at first need."""
    email = f"{role.name.lower().replace('_', '.')}.{commissioner_id}@benchmarks.example"
    user, _made = User.objects.get_or_create(email=email, defaults={"name": f"{role.label} {commissioner_id}"})
    organisation = Organisation.objects.get(pk=commissioner_id)
    Grant.objects.get_or_create(user=user, organisation=organisation, role=role)
    return Acting(user, organisation)


def approver(commissioner_id: int) -> Acting:
    return person(Role.APPROVAL_MANAGEMENT, commissioner_id)


def signed_in(by: Acting) -> Client:
    """A client in whose session the password and the second factor were given."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(by.user)
    request = HttpRequest()
    request.user, request.session = by.user, client.session
    record_authentication(request, by.user, method="mfa", type="totp")
    request.session.save()
    return client
