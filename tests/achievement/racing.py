"""Two people at once: threads with database connections of their own, and the moment when one waits for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction

PATIENCE = 10.0


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of them at one moment, each on a connection of its own; their answers, or what they raised."""
    barrier = threading.Barrier(len(acts))

    def start(act: Callable[[], Any]) -> Any:
        barrier.wait(PATIENCE)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        futures = [pool.submit(on_own_connection, start, act) for act in acts]
        return [future.exception() or future.result() for future in futures]


@contextmanager
def meanwhile(act: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Begin something elsewhere; it has ended when the block has."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(on_own_connection, act)


def on_own_connection(act: Callable[..., Any], *args: Any) -> Any:
    try:
        return act(*args)
    finally:
        connections.close_all()


def overtaken(act: Callable[[], Any], by: Callable[[], Any]) -> Any:
    """Begin `act` while `by` is done and not yet committed; commit once `act` waits for it. The answer of `act`."""
    with transaction.atomic():
        by()
        pool = ThreadPoolExecutor(1)
        future = pool.submit(on_own_connection, act)
        untilsomebody_waits(future)
    pool.shutdown()
    return future.result(PATIENCE)


def untilsomebody_waits(future: Future[Any]) -> None:
    """Until another session of this database waits for a lock; fails where it does not come to that."""
    end = time.monotonic() + PATIENCE
    while not somebody_waits():
        assert not future.done(), f"It did not wait: {future.exception() or future.result()}"
        assert time.monotonic() < end, "Nobody waits for a lock."
        time.sleep(0.01)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the view would stand still
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"""
        )
        return bool(cursor.fetchone()[0])
