"""manage load_ods: reference files taken in, with a summary and every refused row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.actors import SYSTEM
from core.errors import Invalid, PortalError
from organisations.commands import LoadReport, OdsFiles, load_ods
from organisations.queries.doubts import doubts_of


class Command(BaseCommand):
    help = "Load practices, networks, their commissioning organisations and list sizes from the published files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--practices", type=Path, metavar="FILE", help="epraccur, CSV")
        parser.add_argument("--networks", type=Path, metavar="FILE", help="ePCN, XLSX")
        parser.add_argument("--parents", type=Path, metavar="FILE", action="append", help="eccg, or names of ICBs, CSV")
        parser.add_argument(
            "--lists", type=Path, metavar="FILE", action="append", help="payments to practices, or registered patients"
        )
        parser.add_argument(
            "--lists-as-at", type=date.fromisoformat, metavar="YYYY-MM-DD", help="day of the list sizes"
        )
        parser.add_argument(
            "--lists-published", type=date.fromisoformat, metavar="YYYY-MM-DD", help="day they were published"
        )
        parser.add_argument("--as-at", type=date.fromisoformat, metavar="YYYY-MM-DD", help="day of the other files")
        parser.add_argument(
            "--commissioner", default="", metavar="CODE", help="take one commissioning organisation only"
        )
        parser.add_argument(
            "--whole", action="store_true", help="load though much of what is known would go: the files are whole"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = OdsFiles(
            practices=options["practices"],
            networks=options["networks"],
            parents=options["parents"] or (),
            lists=options["lists"] or (),
            as_at=options["as_at"],
            lists_as_at=options["lists_as_at"],
            lists_published=options["lists_published"],
            commissioner=options["commissioner"],
        )
        if not (files.practices or files.networks or files.parents or files.lists):
            raise CommandError("Name a file at least: --practices, --networks, --parents or --lists.")
        started = monotonic()
        try:
            with transaction.atomic():
                report = load_ods(files, by=SYSTEM)
                _must_be_whole(report, said=options["whole"])
        except PortalError as refused:
            raise CommandError("\n".join(refused.sentences)) from refused
        for line in report.lines():
            self.stdout.write(line)
        self.stdout.write(f"Loaded in {monotonic() - started:.1f} s." if report.changed else "Nothing changed.")


def _must_be_whole(report: LoadReport, *, said: bool) -> None:
    """Raises Invalid where a page would ask before it loads, and nobody has said that the files are whole."""
    doubts = [each for file in report.files for each in doubts_of(file.path.name, file.all_counts(), file.corrections)]
    if doubts and not said:
        raise Invalid(*doubts, "Nothing was loaded. If the files are whole, give --whole.")
