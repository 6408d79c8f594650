"""Tries of later work that were begun and have not ended: with nobody at the work, whoever began them was killed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection

from core import clock
from operations.models import Attempt, OutboxMessage

log = logging.getLogger(__name__)

AT_MOST = 3
"""So often is work begun that kills its workers, before it is given up or put off."""


class WorkerKilled(Exception):
    """Work was begun and never ended: its worker, or the database under it, was killed."""

    def __init__(self, times: int) -> None:
        super().__init__(f"Its worker was killed {'once' if times == 1 else f'{times} times'} in the middle of it.")


_kept = threading.local()


@contextmanager
def beside() -> Iterator[Any]:
    """A cursor on a connection of its own: what it writes is there at once, whatever becomes of the transaction.

    The connection is kept for the next time where connections are (CONN_MAX_AGE).
    """
    other = _other_connection()
    try:
        with other.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
            yield cursor
    except BaseException:
        other.close()
        raise
    if connection.settings_dict["CONN_MAX_AGE"]:
        _kept.connection = other
    else:
        other.close()


def _other_connection() -> Any:
    """The one that this thread kept, if it leads to the same database and still holds; or a new one."""
    other, _kept.connection = getattr(_kept, "connection", None), None
    if other is None:
        return connection.copy()
    if other.settings_dict["NAME"] != connection.settings_dict["NAME"]:
        other.close()
        return connection.copy()
    other.close_if_unusable_or_obsolete()
    return other


def killed_at(message: OutboxMessage) -> int:
    """How many tries of a message ended with a kill. The caller holds its row, so nobody is at it."""
    return Attempt.objects.filter(message=message).count()


@contextmanager
def begun(message: OutboxMessage) -> Iterator[None]:
    """One try: written down, for good, before the work begins; gone when it has ended, well or badly.

    It is written beside the transaction that works, which a kill rolls back. Ends in that transaction if all is well.
    Work within somebody else's transaction is not written down: a kill takes the message with it.
    """
    if connection.savepoint_ids:
        yield
        return
    mine = _write_down(message)
    try:
        yield
    except BaseException:
        _take_back(mine)
        raise
    Attempt.objects.filter(message=message).delete()


def _write_down(message: OutboxMessage) -> int | None:
    """The try's id; None where it cannot be written down, which is no reason not to work."""
    try:
        with beside() as cursor:
            sql = "INSERT INTO operations_attempt (message_id, begun_at) VALUES (%s, %s) RETURNING id"
            cursor.execute(sql, [message.pk, clock.now()])
            return int(cursor.fetchone()[0])
    except DatabaseError as error:
        log.warning("That message %s was begun could not be written down: %s", message.pk, error)
        return None


def _take_back(attempt_id: int | None) -> None:
    """Where the database is away, the try stays, and counts as a kill: it was one of the database."""
    if attempt_id is None:
        return
    try:
        with beside() as cursor:
            cursor.execute("DELETE FROM operations_attempt WHERE id = %s", [attempt_id])
    except DatabaseError as error:
        log.warning("That attempt %s ended could not be written down: %s", attempt_id, error)
