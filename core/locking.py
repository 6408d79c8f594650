"""One lock order: whoever may cascade locks all networks concerned, in id order, first, in a statement of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet


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
