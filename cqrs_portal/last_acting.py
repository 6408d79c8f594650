"""Who was signed in with a browser: remembered until it closes, so that the end of a session loses nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NAME, SALT = "last-acting", "cqrs_portal.last_acting"


@dataclass(frozen=True)
class LastActing:
    """Who was signed in with a browser, and the organisation they acted for."""

    user_id: int
    organisation_id: int | None

    def __str__(self) -> str:
        return f"{self.user_id}:{self.organisation_id or ''}"


def read(request: HttpRequest) -> LastActing | None:
    """What the browser remembers; None where it remembers nothing, or something that was altered."""
    text = request.get_signed_cookie(NAME, default="", salt=SALT) or ""
    user, colon, organisation = text.partition(":")
    return LastActing(int(user), int(organisation) if organisation else None) if colon else None


def write(response: HttpResponse, who: LastActing) -> None:
    response.set_signed_cookie(
        NAME, str(who), salt=SALT, httponly=True, samesite="Lax", secure=bool(settings.SESSION_COOKIE_SECURE)
    )
