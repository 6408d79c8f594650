"""Tokens of the API: whose they are, what became of them."""

from __future__ import annotations

from datetime import timedelta
from hmac import compare_digest

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from knox.crypto import hash_token
from knox.settings import CONSTANTS

from accounts.models import ApiToken, User
from accounts.rules import Acting, administered_by
from accounts.states import TokenEnd
from core import clock
from core.errors import NotVisible
from core.needs import Need

TOLD_FOR = timedelta(days=14)
"""How long Home says that a token has ended."""


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A person's tokens of the API, newest first: live ones, and those that ended."""
    return ApiToken.objects.filter(user=user).select_related("organisation")


def own_token(user: User, token_id: int) -> ApiToken:
    """One of a person's tokens. Raises NotVisible."""
    token = tokens_of(user).filter(pk=token_id).first()
    if token is None:
        raise NotVisible("This token is not yours, or it does not exist.")
    return token


def needs_of(by: Acting) -> list[Need]:
    """Tokens of this person, for the organisation they act for, that ended within a fortnight and not by their own
    hand: until they make another of the name."""
    since = clock.now() - TOLD_FOR
    again = ApiToken.objects.filter(
        user=OuterRef("user"), organisation=OuterRef("organisation"), name=OuterRef("name"),
        pk__gt=OuterRef("pk"),
    )  # fmt: skip
    ended = ApiToken.objects.filter(
        ~Exists(again), user=by.user_id, organisation=by.organisation_id, ended_at__gt=since
    )
    return [
        Need(
            f"Your API token {token.name} ended: {token.get_ended_because_display()}", None, reverse("accounts:tokens")
        )
        for token in ended.exclude(ended_because=TokenEnd.REVOKED)
    ]


def token_with(secret: str) -> ApiToken | None:
    """The token that a secret belongs to, whatever has become of it; None where there is none."""
    if not secret.isascii() or not secret.isalnum():
        return None
    digest, key = hash_token(secret), secret[: CONSTANTS.TOKEN_KEY_LENGTH]
    known = ApiToken.objects.filter(token_key=key).select_related("user", "organisation")
    return next((token for token in known if compare_digest(token.digest, digest)), None)


def tokens_of_late(by: Acting) -> QuerySet[ApiToken]:
    since = clock.now() - timedelta(days=settings.API_TOKEN_DAYS)
    lately = Q(ended_at=None, expiry__gt=since) | Q(ended_at__gt=since)
    return ApiToken.objects.filter(lately, organisation__in=administered_by(by)).select_related("organisation")
