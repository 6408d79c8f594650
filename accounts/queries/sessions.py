"""Where people are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session

from accounts.models import User
from core import clock
from core.errors import NotVisible


@dataclass(frozen=True)
class SignedIn:
    """One browser that a person is signed in with, as it said of itself. Times are the machine's own."""

    id: int
    key: str
    user_agent: str
    ip: str
    created_at: datetime
    last_seen_at: datetime


def sessions_of(user: User) -> list[SignedIn]:
    """A person's sessions that still hold, newest first: not run out, and not from before they changed the password."""
    listed = {each.session_key: each for each in UserSession.objects.filter(user=user).order_by("-created_at", "-pk")}
    running = Session.objects.filter(session_key__in=listed, expire_date__gt=clock.machine_moment())
    holding = {
        each.session_key
        for each in running
        if compare_digest(each.get_decoded().get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    }
    return [
        SignedIn(each.pk, key, each.user_agent, each.ip, each.created_at, each.last_seen_at)
        for key, each in listed.items()
        if key in holding
    ]


def own_session(user: User, session_id: int) -> SignedIn:
    """One of them. Raises NotVisible."""
    found = next((each for each in sessions_of(user) if each.id == session_id), None)
    if found is None:
        raise NotVisible("This session is not yours, or it has ended.")
    return found
