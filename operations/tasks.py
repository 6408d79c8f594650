from __future__ import annotations

import logging
from typing import Any

from celery import shared_task

from operations import commands, digests, notifications
from operations.later import each_minute, later_work, minutely

log = logging.getLogger(__name__)


@shared_task(name="operations.deliver")
def deliver(message_id: int) -> None:
    commands.deliver(message_id)


@later_work(notifications.SEND)
def send_email(keys: dict[str, Any]) -> None:
    notifications.deliver_email(keys)


@each_minute
def send_digests() -> None:
    digests.send_digests()


@shared_task(name="operations.tick")
def tick() -> None:
    """Each minute: what was not sent is sent, and every app does what is due. One failure does not stop the rest."""
    for work in (commands.send_what_is_due, *minutely()):
        try:
            work()
        except Exception:
            log.exception("The tick could not do %s", work)
