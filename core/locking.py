"""One lock order: whoever may cascade locks all networks concerned, in id order, first, in a statement of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Model, QuerySet

from core.errors import Conflict

LOCK_NOT_AVAILABLE = "55P03"


class Occupied(Conflict):
    """Somebody works on the same rows for longer than one waits."""

    def __init__(self) -> None:
        super().__init__("Somebody is working on this at this moment. Try again in a little while.")


def lock(rows: QuerySet[Any], *, skip_locked: bool = False) -> list[int]:
    """Lock rows in id order against writers (FOR NO KEY UPDATE); answer the ids locked."""
    locked = rows.order_by("pk").select_for_update(no_key=True, skip_locked=skip_locked, of=("self",))
    return list(locked.values_list("pk", flat=True))


def lock_ids(model: type[Model], ids: Iterable[int], *, skip_locked: bool = False) -> list[int]:
    """The same, for rows named by id."""
    return lock(model._default_manager.filter(pk__any=set(ids)), skip_locked=skip_locked)


def wait_for_locks_at_most(milliseconds: int) -> None:
    """For this transaction: give up on a lock after this long (OperationalError), rather than wait behind it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{int(milliseconds)}ms"])


@contextmanager
def impatient(milliseconds: int) -> Iterator[None]:
    """Within this transaction, wait for a lock at most so long. Raises Occupied, which rolls it back."""
    wait_for_locks_at_most(milliseconds)
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        raise Occupied from error
