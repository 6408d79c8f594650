"""Load every service definition that comes with the portal, as drafts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalogue.commands import Loaded, load_definition
from core.actors import SYSTEM
from core.errors import Invalid

DEFINITIONS = Path(__file__).parents[2] / "definitions"


class Command(BaseCommand):
    help = "Load the service definitions that come with the portal as drafts; the same content again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        refused = [path.name for path in sorted(DEFINITIONS.glob("*.yaml")) if not self.load(path)]
        if refused:
            raise CommandError(f"Refused: {', '.join(refused)}.")

    def load(self, path: Path) -> bool:
        """Load one file and say what came of it; answer whether it was taken."""
        try:
            self.stdout.write(_said(path, load_definition(path, by=SYSTEM)))
        except Invalid as refused:
            self.stderr.write("\n".join([f"{path.name} is refused:", *refused.sentences]))
            return False
        return True


def _said(path: Path, loaded: Loaded) -> str:
    what = f"loaded as version {loaded.number}, a draft" if loaded.is_new else f"unchanged, version {loaded.number}"
    unknown = f"; unknown: {', '.join(loaded.unknown_figures)}" if loaded.unknown_figures else ""
    return f"{path.name}: {what}{unknown}."
