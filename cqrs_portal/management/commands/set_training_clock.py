from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import clock
from ui.wording import long_date


class Command(BaseCommand):
    help = "Set the day on which a training portal stands, for every one of its processes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("day", type=date.fromisoformat, help="such as 2021-12-11")

    def handle(self, *args: Any, day: date, **options: Any) -> None:
        if not settings.TRAINING:
            raise CommandError("Only a training portal has a clock that can be set.")
        clock.set_training_clock(day)
        self.stdout.write(f"It is now {long_date(clock.today())}.")
