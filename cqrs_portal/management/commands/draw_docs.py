from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cqrs_portal.documents import documents


class Command(BaseCommand):
    help = "Draw docs/states.md and docs/changes.md from the code."

    def handle(self, *args: Any, **options: Any) -> None:
        for path, text in documents().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            self.stdout.write(f"Drew {path.parent.name}/{path.name}.")
