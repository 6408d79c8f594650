"""Where people are signed in: seen again, and ended."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from core import clock
from core.actors import Actor
from core.commands import command
from core.errors import NotVisible


@command
def note_session_seen(session_key: str, *, by: Actor) -> None:
    """Remember that a person was at work in a session; asked for each minute at most."""
    UserSession.objects.filter(session_key=session_key, user=by.user_id).update(last_seen_at=clock.machine_moment())


@command
def end_session(session_id: int, *, by: Actor) -> None:
    """Sign a person out of one of their sessions. Raises NotVisible for another's, and for one that has ended."""
    found = UserSession.objects.filter(pk=session_id, user=by.user_id).first()
    if found is None:
        raise NotVisible("This session is not yours, or it has ended.")
    _end([found])


@command
def end_other_sessions(session_key: str, *, by: Actor) -> int:
    """Sign a person out everywhere but in this session; answers of how many."""
    others = list(UserSession.objects.filter(user=by.user_id).exclude(session_key=session_key))
    _end(others)
    return len(others)


def end_every_session(user_id: int) -> None:
    """Sign somebody out everywhere. For commands, in theirs."""
    _end(list(UserSession.objects.filter(user=user_id)))


def _end(sessions: list[UserSession]) -> None:
    Session.objects.filter(session_key__in=[each.session_key for each in sessions]).delete()
    UserSession.objects.filter(pk__in=[each.pk for each in sessions]).delete()
