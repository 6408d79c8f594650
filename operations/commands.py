"""Later work, exactly once in effect: a row in the outbox with the transaction, a message if the broker is there."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import Error, transaction
from django.db.models import Q

from core import clock
from operations.attempts import AT_MOST, WorkerKilled, begun, killed_at
from operations.later import PutOff, when_killed, work_named
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
        transaction.on_commit(partial(_send, message.pk, _queue_of(keys)), robust=True)


def each_after_commit(task: str, keys: Iterable[dict[str, Any]]) -> None:
    """The same for each of several pieces of work, written in one statement."""
    due_at = clock.now() + GIVE_THE_BROKER
    messages = OutboxMessage.objects.bulk_create(OutboxMessage(task=task, keys=each, due_at=due_at) for each in keys)
    for message in messages:
        transaction.on_commit(partial(_send, message.pk, _queue_of(message.keys)), robust=True)


def deliver(message_id: int) -> bool:
    """Do a message's work and mark it done, in one transaction; False where it is done, being done, or put off."""
    try:
        with transaction.atomic():
            message = _claim(message_id)
            if message is None or _is_put_off(message, killed := killed_at(message)):
                return False
            why = _why_given_up(message, killed)
            if not why:
                with begun(message):
                    work_named(message.task)(message.keys)
            OutboxMessage.objects.filter(pk=message_id).update(done_at=clock.now(), error=why)
    except PutOff as put_off:
        OutboxMessage.objects.filter(pk=message_id, done_at=None).update(due_at=clock.now() + put_off.pause)
        return False
    except Exception as error:
        with suppress(Error):  # the database is away: the next tick sends it, uncounted
            _note_failure(message_id, error)
        raise
    return True


def _claim(message_id: int) -> OutboxMessage | None:
    """The message, held until the transaction ends; `no_key` lets its tries be written down meanwhile."""
    rows = OutboxMessage.objects.select_for_update(skip_locked=True, no_key=True)
    return rows.filter(pk=message_id, done_at=None).first()


def _why_given_up(message: OutboxMessage, killed: int) -> str:
    """Why the work is not begun again, where its app has given it up because it kills its workers; else nothing."""
    decide = when_killed(message.task)
    if not killed or decide is None or not decide(message.keys, killed):
        return ""
    log.error("%s %s is given up: %s", message.task, message.keys, WorkerKilled(killed))
    message.tries.all().delete()
    return f"WorkerKilled: {WorkerKilled(killed)}"


def _is_put_off(message: OutboxMessage, killed: int) -> bool:
    """Work that is never given up: so many killed workers are so many failures, and it waits as after those."""
    if killed < AT_MOST or when_killed(message.task) is not None:
        return False
    log.error("%s %s is put off: %s", message.task, message.keys, WorkerKilled(killed))
    _note_failure(message.pk, WorkerKilled(killed), times=killed)
    message.tries.all().delete()
    return True


def send_what_is_due() -> int:
    """Send again what nobody has done and is due; the tick's first act. Answers how many.

    Due is also what is due later than any pause could make it: the clock has been set back since.
    """
    is_due = Q(due_at__lte=clock.now()) | Q(due_at__gt=clock.now() + LONGEST_PAUSE)
    due = dict(OutboxMessage.objects.filter(is_due, done_at=None).order_by("pk").values_list("pk", "keys")[:500])
    OutboxMessage.objects.filter(pk__in=due, done_at=None).update(due_at=clock.now() + GIVE_THE_BROKER)
    for message_id, keys in due.items():
        _send(message_id, _queue_of(keys))
    return len(due)


def _queue_of(keys: dict[str, Any]) -> str:
    """Jobs have a queue of their own, of which workers take in turn: whoever waits for one does not wait for all that
    a night has asked for before."""
    return settings.JOB_QUEUE if "job" in keys else settings.CELERY_TASK_DEFAULT_QUEUE


def _send(message_id: int, queue: str) -> None:
    try:
        current_app.send_task("operations.deliver", args=[message_id], queue=queue, retry=False)
    except Exception as error:
        log.warning("The broker did not take message %s (%s); the next tick sends it.", message_id, error)


def _note_failure(message_id: int, error: Exception, *, times: int = 1) -> None:
    message = OutboxMessage.objects.filter(pk=message_id, done_at=None).first()
    if message is None:
        return
    attempts = message.attempts + times
    pause = min(GIVE_THE_BROKER * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    OutboxMessage.objects.filter(pk=message_id, done_at=None).update(
        attempts=attempts, due_at=clock.now() + pause, error=f"{type(error).__name__}: {error}"[:2000]
    )
