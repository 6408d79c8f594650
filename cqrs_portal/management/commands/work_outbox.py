from __future__ import annotations

import time
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from core import clock
from operations.commands import deliver
from operations.models import OutboxMessage

PAUSE = 0.05
MANY = 20


class Command(BaseCommand):
    help = "Do what waits in the outbox, in this process and without the broker, until nothing waits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--task", action="append", default=[], metavar="NAME", help="only work of this name")
        parser.add_argument(
            "--at", type=datetime.fromisoformat, metavar="MOMENT", help="hold the clock there (training only)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["at"] and not settings.TRAINING:
            raise CommandError("Only a training portal has a clock that can be held.")
        with clock.held_at(options["at"]) if options["at"] else nullcontext():
            done = self.work(options["task"])
        if options["verbosity"] > 1:
            self.stdout.write(f"{done:,} messages done.")

    def work(self, tasks: list[str]) -> int:
        """Oldest first, beside others that do the same; what fails is left to the tick, and ends this with an error."""
        done, failed = 0, set[int]()
        while ids := list(_waiting(tasks).exclude(pk__in=failed).values_list("pk", flat=True)[:MANY]):
            worked = [self.deliver(id, failed) for id in ids]
            done += sum(worked)
            if not any(worked):
                time.sleep(PAUSE)
        if failed:
            raise CommandError(f"{len(failed)} messages could not be done.")
        return done

    def deliver(self, id: int, failed: set[int]) -> bool:
        try:
            return deliver(id)
        except Exception as error:
            self.stderr.write(f"Message {id}: {type(error).__name__}: {error}")
            failed.add(id)
            return False


def _waiting(tasks: list[str]) -> QuerySet[OutboxMessage]:
    messages = OutboxMessage.objects.filter(done_at=None).order_by("pk")
    return messages.filter(task__in=tasks) if tasks else messages
