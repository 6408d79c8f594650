"""The portal's own programs, as the launcher starts them, on the database that this process's connection leads to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from celery import current_app

from cqrs_portal.launcher.children import Child, Program, programs, refuse_if_ended, stop_all
from cqrs_portal.launcher.web import take_port, wait_until_answers
from cqrs_portal.rehearsal.workers import database_url

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 300.0


@contextmanager
def workers(*processes: int) -> Iterator[list[Child]]:
    """Celery workers that are ready, each of so many processes; nothing waits for them that was sent before."""
    current_app.control.purge()
    with TemporaryDirectory(prefix="cqrs-portal-bench-") as logs:
        running: list[Child] = []
        try:
            running += [a_worker(number, many, Path(logs)) for number, many in enumerate(processes)]
            for each in running:
                until(lambda each=each: is_ready(each), running)
            yield running
        finally:
            stop_all(running)


def a_worker(number: int, processes: int, logs: Path) -> Child:
    """One that begins; its log is in the folder."""
    name = f"worker-{number}"
    arguments = (
        "celery", "-A", "cqrs_portal", "worker", "-l", "INFO", "-n", f"{name}@%h", "--concurrency", str(processes),
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    )  # fmt: skip
    return Child(Program(name, arguments, 20), _environment(), logs, ROOT)


def is_ready(worker: Child) -> bool:
    return " ready." in worker.log.read_text(errors="replace")


@contextmanager
def web() -> Iterator[tuple[int, Child]]:
    """The web server as it comes, on a port of its own; which, and its process."""
    with TemporaryDirectory(prefix="cqrs-portal-bench-") as logs, take_port(0) as listening:
        (program,) = (each for each in programs(listening.fileno(), Path(logs)) if each.name == "web")
        child = Child(program, _environment(), Path(logs), ROOT)
        try:
            wait_until_answers(listening.getsockname()[1], [child])
            yield listening.getsockname()[1], child
        finally:
            stop_all([child])


def until(true: Callable[[], bool], running: list[Child] | None = None, *, every: float = 0.02) -> None:
    """Wait until something is true; refuses when one of the programs ends meanwhile, or after PATIENCE seconds."""
    end = time.monotonic() + PATIENCE
    while not true():
        refuse_if_ended(running or [])
        if time.monotonic() > end:
            raise SystemExit(f"It did not come to that in {PATIENCE:.0f} s.")
        time.sleep(every)


def _environment() -> dict[str, str]:
    settings = {"DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.training", "PYTHONUNBUFFERED": "1"}
    inherited = {key: value for key, value in os.environ.items() if key != "LOG_LEVEL"}
    return inherited | settings | {"DATABASE_URL": database_url()}
