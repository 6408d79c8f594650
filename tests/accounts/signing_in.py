"""People who sign in with a code from their phone."""

from __future__ import annotations

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

from cqrs_portal.training.sign_in import codes_of
from tests.factories.accounts import PASSWORD

SET_UP = "accounts:set_up_second_factor"


def sign_in(client, user):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def with_app(user):
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def sign_in_with_app(client, user, secret):
    sign_in(client, user)
    return client.post(reverse("mfa_authenticate"), {"code": next(codes_of(secret))})
