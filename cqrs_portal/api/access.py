"""Who may come in, and how fast."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework import authentication, exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from accounts.commands import note_use_of_token
from accounts.queries import needs_second_factor, token_with, why_access_has_ended
from accounts.rules import Acting
from accounts.states import TokenEnd
from core.clock import LONDON
from ui.wording import long_date


class TokenAuthentication(KnoxTokenAuthentication):
    """A token of the API: `Authorization: Bearer ...`. It acts for the one organisation it was made for."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        found = token_with(token.decode(errors="replace"))
        if found is None:
            raise exceptions.AuthenticationFailed("There is no such token.")
        by = Acting(found.user, found.organisation)
        sentence = _why_token_is_refused(found, by)
        if sentence:
            raise exceptions.AuthenticationFailed(sentence)
        note_use_of_token(found.pk, by=by)
        return found.user, found

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        signed_in = super().authenticate(request)
        if signed_in:
            user, token = signed_in
            request._request.actor = Acting(user, token.organisation)  # type: ignore[attr-defined]
        return signed_in


def _why_token_is_refused(token: Any, by: Acting) -> str:
    """Empty where nothing refuses it."""
    if token.ended_at and token.ended_because != TokenEnd.EXPIRED:
        day = long_date(token.ended_at.astimezone(LONDON).date())
        if token.ended_because == TokenEnd.REVOKED:
            return f"This token was revoked on {day}."
        return f"This token ended on {day}: {token.get_ended_because_display()}."
    if token.has_expired:
        return f"This token expired on {long_date(token.expiry.astimezone(LONDON).date())}."
    if not by.user.is_active:
        return "This account is not active."
    if needs_second_factor(by.user, by.organisation) and not token.second_factor:
        return "Your roles need a second factor now. Make another token, in a session with it."
    ended = why_access_has_ended(by.organisation)
    if ended:
        return " ".join(ended)
    return "" if by.roles() else f"You hold no role in {by.organisation} any more."


class SessionAuthentication(authentication.SessionAuthentication):
    """Whoever is signed in to the pages, acting for the organisation chosen there; changes need the CSRF token."""


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "cqrs_portal.api.access.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Made under My Account, API tokens."}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "cqrs_portal.api.access.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class PersonThrottle(UserRateThrottle):
    """So many requests of one person, whatever they come with; the setting API_RATE."""

    def get_rate(self) -> str:
        return settings.API_RATE


class AlwaysJson(BaseContentNegotiation):
    """There is one form of answer, so nobody has to ask for it."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        sent = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None) -> Any:
        first = next(iter(renderers))
        return first, first.media_type
