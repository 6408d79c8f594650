from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import clock
from cqrs_portal.training import history
from ui.wording import long_date


class Command(BaseCommand):
    help = "Load the invented people and places of the training portal, once, and set its clock."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TRAINING:
            raise CommandError("Only a training portal loads invented people and places.")
        loads = not history.is_loaded()
        if loads:
            history.load()
        self.stdout.write("Loaded the training data." if loads else "The training data is loaded already.")
        if settings.BUSINESS_CLOCK_FILE and (loads or not Path(settings.BUSINESS_CLOCK_FILE).exists()):
            clock.set_training_clock(history.TODAY)
            self.stdout.write(f"Training stands on {long_date(history.TODAY)}.")
