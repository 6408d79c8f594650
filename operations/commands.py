"""Later work, exactly once in effect: a row in the outbox with the transaction, a message if the broker is there."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.db import Error, transaction
from django.db.models import Q

from core import clock
from operations.later import work_named
from operations.models import OutboxMessage

log = logging.getLogger(__name__)

GIVE_THE_BROKER = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=30)


def after_commit(task: str, keys: dict[str, Any], *, not_before: timedelta | None = None) -> None:
    """Have work done once this transaction has committed, broker or no broker. `keys` is plain JSON.

    With `not_before`, at most LONGEST_PAUSE, the first tick after that time has passed sends it.
    """
    due_at = clock.now() + (GIVE_THE_BROKER if not_before is None else not_before)
    message = OutboxMessage.objects.create(task=task, keys=keys, due_at=due_at)
    if not_before is None:
        transaction.on_commit(partial(_send, message.pk), robust=True)


def deliver(message_id: int) -> bool:
    """Do a message's work and mark it done, in one transaction; False where it is done or being done already."""
    try:
        with transaction.atomic():
            message = (
                OutboxMessage.objects.select_for_update(skip_locked=True).filter(pk=message_id, done_at=None).first()
            )
            if message is None:
                return False
            work_named(message.task)(message.keys)
            OutboxMessage.objects.filter(pk=message_id).update(done_at=clock.now(), error="")
    except Exception as error:
        with suppress(Error):  # the database is away: the next tick sends it, uncounted
            _note_failure(message_id, error)
        raise
    return True


def send_what_is_due() -> int:
    """Send again what nobody has done and is due; the tick's first act. Answers how many.

    Due is also what is due later than any pause could make it: the clock has been set back since.
    """
    is_due = Q(due_at__lte=clock.now()) | Q(due_at__gt=clock.now() + LONGEST_PAUSE)
    due = list(OutboxMessage.objects.filter(is_due, done_at=None).order_by("pk").values_list("pk", flat=True)[:500])
    OutboxMessage.objects.filter(pk__in=due, done_at=None).update(due_at=clock.now() + GIVE_THE_BROKER)
    for message_id in due:
        _send(message_id)
    return len(due)


def _send(message_id: int) -> None:
    try:
        current_app.send_task("operations.deliver", args=[message_id], retry=False)
    except Exception as error:
        log.warning("The broker did not take message %s (%s); the next tick sends it.", message_id, error)


def _note_failure(message_id: int, error: Exception) -> None:
    message = OutboxMessage.objects.filter(pk=message_id, done_at=None).first()
    if message is None:
        return
    pause = min(GIVE_THE_BROKER * 2 ** min(message.attempts, 10), LONGEST_PAUSE)
    OutboxMessage.objects.filter(pk=message_id, done_at=None).update(
        attempts=message.attempts + 1, due_at=clock.now() + pause, error=f"{type(error).__name__}: {error}"[:2000]
    )
