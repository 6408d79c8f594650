"""manage rehearse_england: a whole year of England on a training portal, and a proof of every network's total."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from achievement.models import Achievement, OvernightRun, RunState
from achievement.queries import overnight
from catalogue.models import QualityService
from core import clock
from core.errors import PortalError
from cqrs_portal.rehearsal import steps
from cqrs_portal.rehearsal.proof import RATE, Proof, prove
from cqrs_portal.rehearsal.steps import England
from cqrs_portal.rehearsal.workers import WorkFailed

Answer = TypeVar("Answer")
SHOWN = 20


def _how_many(text: str) -> int:
    """A number of lines, nought or more."""
    if not text.isdecimal() or len(text) > 9:
        raise ArgumentTypeError(f"it must be a whole number, 0 or more: it is {text}")
    return int(text)


class Command(BaseCommand):
    help = (
        "Rehearse a year of England on a training portal: load the files, offer the Clinical Director service to every "
        "network, calculate twelve months, approve all but a few lines, run the night with two workers, and prove "
        "every network's total against the files. Ends with an error on a penny's difference, or with every network "
        "that still waits, and why."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--practices", type=Path, required=True, metavar="FILE", help="epraccur, CSV")
        parser.add_argument("--networks", type=Path, required=True, metavar="FILE", help="ePCN, XLSX")
        parser.add_argument("--lists", type=Path, required=True, metavar="FILE", help="payments to practices, CSV")
        parser.add_argument("--year", type=int, required=True, choices=sorted(RATE), help="2021 is 2021/22")
        parser.add_argument("--seed", type=int, default=1, help="which lines are not approved")
        parser.add_argument("--hold-back", type=_how_many, default=300, metavar="N", help="how many are not")
        parser.add_argument("--force", action="store_true", help="although there are achievements already")

    def handle(self, *args: Any, **options: Any) -> None:
        self.took: dict[str, float] = {}
        _refuse(force=options["force"])
        england = England(options["practices"], options["networks"], options["lists"], options["year"])
        try:
            with clock.held_at(england.moment):
                self.rehearse(england, options["hold_back"], options["seed"])
        except (PortalError, WorkFailed) as refused:
            raise CommandError(str(refused)) from refused

    def rehearse(self, england: England, hold_back: int, seed: int) -> None:
        self.step("load", lambda: steps.load(england))
        service = self.step("release", steps.release)
        networks = self.step("offer", lambda: steps.offer(england, service))
        lines = self.step("calculate", lambda: steps.calculate(england))
        unapproved = self.step("approve", lambda: steps.approve(england, hold_back, seed))
        run = self.step("night", lambda: steps.night(england))
        self.must_be_done(run)
        proof = self.step("prove", lambda: _proof(england, unapproved, service))
        self.tell([("networks offered the service", f"{networks:,}"), ("lines calculated", f"{lines:,}")])
        why = self.step("why networks wait", steps.why_networks_wait)
        self.tell([("lines not approved", f"{len(unapproved):,}"), *_night(run), *self.seconds()])
        self.judge(proof)
        for line in why:
            self.stdout.write(line)

    def step(self, name: str, do: Callable[[], Answer]) -> Answer:
        with self.timed(name):
            return do()

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        self.stdout.write(f"{name} ...", ending="")
        self.stdout.flush()
        began = monotonic()
        yield
        self.took[name] = monotonic() - began
        self.stdout.write(f" {self.took[name]:.1f} s")

    def tell(self, rows: list[tuple[str, str]]) -> None:
        for what, value in rows:
            self.stdout.write(f"{what:<48}{value:>18}")

    def seconds(self) -> list[tuple[str, str]]:
        each = [(f"  {name}", f"{seconds:.1f} s") for name, seconds in self.took.items()]
        return [("seconds in all", f"{sum(self.took.values()):.1f} s"), *each]

    def must_be_done(self, run: OvernightRun) -> None:
        if run.state != RunState.DONE:
            errors = set(run.shards.exclude(error="").values_list("error", flat=True))
            raise CommandError(f"The night is {run.get_state_display()}: {'; '.join(sorted(errors))}")

    def judge(self, proof: Proof) -> None:
        """Exit code 1 on any difference, with the first of them."""
        if proof.differences:
            first = "\n".join(proof.differences[:SHOWN])
            raise CommandError(f"{len(proof.differences):,} network totals differ from the files:\n{first}")
        totals = f"{proof.totals:,} network totals, £{proof.pounds:,.2f} in all"
        self.stdout.write(f"Each of {totals}, is what the files say, to the penny.")


def _refuse(*, force: bool) -> None:
    if not settings.TRAINING:
        raise CommandError("Only a training portal is rehearsed on.")
    if Achievement.objects.exists() and not force:
        raise CommandError("There are achievements in this database already. Choose an empty one, or say --force.")
    if _somebody_works():
        raise CommandError(
            "A worker is at work for this portal, and would do the night's work before the night. Stop it."
        )


def _somebody_works() -> bool:
    try:
        return bool(current_app.control.ping(timeout=1.0))
    except Exception:
        return False  # no broker: nobody can be asked to work


def _proof(england: England, unapproved: set[tuple[str, Any]], service: QualityService) -> Proof:
    return prove(england.networks, england.lists, england.year, england.days, unapproved, service)


def _night(run: OvernightRun) -> list[tuple[str, str]]:
    done = overnight.runs().get(pk=run.pk)
    waiting = overnight.waiting_of([run.pk])[run.pk]
    return [
        ("network totals made", f"{done.networks:,}"),
        ("lines moved", f"{done.lines:,}"),
        ("money", f"£{done.pounds:,.2f}"),
        ("network totals that wait", f"{done.waiting:,}"),
        *steps.waiting_lines(waiting),
    ]
