"""A whole portal that may be killed: a durable PostgreSQL, Valkey, workers and beat, each its own process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2

from cqrs_portal.embedded.folders import make_folder
from cqrs_portal.embedded.postgres import EmbeddedPostgres
from cqrs_portal.embedded.processes import Process, process, stop_group
from cqrs_portal.embedded.tuning import DURABLE
from cqrs_portal.embedded.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parents[2]
TICK_SECONDS = "2"


class Portal:
    """The servers of one portal on a state folder, its processes, and questions to its database."""

    def __init__(self, folder: Path, postgres: EmbeddedPostgres | None = None) -> None:
        self.folder = folder
        self.logs = make_folder(folder / "logs")
        self.clock_file = folder / "business-clock"
        self.postgres = postgres or EmbeddedPostgres(folder, "fire", DURABLE)
        self.valkey = EmbeddedValkey(folder, "fire")
        self.begun: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Servers that run, and a database with the portal's tables."""
        self.postgres.start()
        self.valkey.start()
        self.run(str(ROOT / "manage.py"), "migrate", "--verbosity", "0")

    def stop(self) -> None:
        """End every process that was started here, then the servers."""
        for leader in self.begun:
            stop_group(process(leader.pid), term=3)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(leader.pid, signal.SIGKILL)  # what a worker that was killed alone left behind
            leader.wait()  # only now may its number, which is its group's, be given to another
        self.valkey.stop()
        self.postgres.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What leads a process to this portal."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV"))}
        return inherited | {
            "DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.training",
            "DATABASE_URL": self.address("people"),
            "REDIS_URL": self.valkey.url(),
            "CELERY_BROKER_URL": self.valkey.celery_url(),
            "CQRS_PORTAL_STATE": str(self.folder),
            "CQRS_PORTAL_CLOCK": str(self.clock_file),
            "TICK_SECONDS": TICK_SECONDS,
        }

    def address(self, name: str) -> str:
        """The database's address for a program that calls itself by a name, which PostgreSQL's lists then show."""
        return f"{self.postgres.url()}&application_name={name}"

    def set_clock(self, moment: datetime) -> None:
        """The clock of every process of this portal stands at a moment, and runs on from it."""
        unfinished = self.clock_file.with_suffix(".new")
        unfinished.write_text(moment.isoformat())
        unfinished.replace(self.clock_file)

    def run(self, *arguments: str, codes: Sequence[int] = (0,)) -> str:
        """Run Python on this portal and wait; what it printed. Fails where its exit code is not one of `codes`."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in codes, f"{arguments} ended with {done.returncode}:\n{done.stdout[-3000:]}"
        return done.stdout

    def begin(self, name: str, *arguments: str) -> Process:
        """Start Python on this portal in a process group of its own, its log beside.

        The name's first word is what its sessions are called.
        """
        environment = self.environment | {"DATABASE_URL": self.address(name.partition("-")[0])}
        with (self.logs / f"{name}.log").open("ab") as log:
            popen = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        self.begun.append(popen)
        return process(popen.pid)

    def log_of(self, name: str, characters: int = 3_000) -> str:
        """The end of what a process that was begun here has said."""
        return (self.logs / f"{name}.log").read_text(errors="replace")[-characters:]

    def errors_of(self, name: str) -> list[str]:
        """What a Celery process that was begun here said when it could not go on, without the time."""
        said = (self.logs / f"{name}.log").read_text(errors="replace").splitlines()
        return [line.partition("CRITICAL/")[2] for line in said if "CRITICAL/" in line]

    def begin_worker(self, number: int) -> Process:
        """A worker of two processes, as in production."""
        return self.begin(
            f"worker-{number}", "celery", "-A", "cqrs_portal", "worker", "-l", "INFO", "-n", f"worker-{number}@%h",
            "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat",
        )  # fmt: skip

    def begin_beat(self) -> Process:
        schedule = str(self.folder / "beat")
        return self.begin("beat", "celery", "-A", "cqrs_portal", "beat", "-l", "INFO", "--pidfile=", "-s", schedule)

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of one statement, on a connection of its own that commits."""
        with contextlib.closing(psycopg2.connect(self.postgres.url())) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, params or None)
                return cursor.fetchall() if cursor.description else []

    def value(self, sql: str, params: Sequence[Any] = ()) -> Any:
        """The one value of the one row of one statement."""
        ((found,),) = self.rows(sql, params)
        return found

    @contextlib.contextmanager
    def in_transaction(self) -> Iterator[Any]:
        """A cursor of a session that stands in an open transaction until the block ends."""
        with contextlib.closing(psycopg2.connect(self.postgres.url())) as connection, connection.cursor() as cursor:
            yield cursor

    def is_up(self) -> bool:
        """True where it takes a session and answers: not while it recovers from a crash."""
        with contextlib.suppress(psycopg2.Error):
            return bool(self.value("SELECT 1"))
        return False


def wait_until(true: Callable[[], bool], seconds: float, what: str, *, every: float = 0.1) -> float:
    """Wait until something is true, and answer after how many seconds; fails after `seconds`."""
    start = time.monotonic()
    while not true():
        waited = time.monotonic() - start
        assert waited < seconds, f"Waited {waited:.0f} s in vain until {what}."
        time.sleep(every)
    return time.monotonic() - start
