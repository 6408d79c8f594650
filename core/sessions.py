"""Sessions in the database that know when they end if nothing is done."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from core import clock


class SessionStore(DatabaseStore):
    """Django's own, which remembers until when the row it read holds."""

    expires_at: datetime | None = None

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]
        self.expires_at = row.expire_date if row else None
        return row


def seconds_left(session: Any) -> int:
    """Until a session ends if nothing is done, 0 only once it has; of one that this request writes, its whole time."""
    whole = int(session.get_expiry_age())
    expires_at = getattr(session, "expires_at", None)
    if expires_at is None or session.modified:
        return whole
    return max(0, ceil((expires_at - clock.machine_moment()).total_seconds()))


def is_stale(session: Any) -> bool:
    """Whether a session's end was put off too long ago: each minute is soon enough, and a page writes no row."""
    whole = int(session.get_expiry_age())
    return whole - seconds_left(session) >= min(60, whole // 10)
