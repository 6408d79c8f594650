"""The portal's own programs: web server, worker, beat; each in a process group of its own, with a log of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.processes import Process, process

_TAIL = 15


class Program(NamedTuple):
    """What to run: its name for people and logs, its arguments, how long it may take to end, open files it is given."""

    name: str
    arguments: tuple[str, ...]
    patience: float
    descriptors: tuple[int, ...] = ()


def programs(listening: int, state: Path) -> tuple[Program, ...]:
    """What a portal consists of, besides PostgreSQL and Valkey; `listening` is the descriptor of its socket."""
    place = ("--bind", f"fd://{listening}", "--no-control-socket")
    serving = ("--workers", "2", "--threads", "4", "--preload", "--graceful-timeout", "5")
    celery = ("celery", "-A", "cqrs_portal")
    working = ("--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat")
    return (
        Program("web", ("gunicorn", "cqrs_portal.wsgi:application", *place, *serving), 8, (listening,)),
        Program("worker", (*celery, "worker", "-l", "INFO", *working), 20),
        Program("beat", (*celery, "beat", "-l", "INFO", "--pidfile=", "-s", str(state / "beat")), 5),
    )


class Child:
    """One running program."""

    def __init__(self, program: Program, environment: Mapping[str, str], logs: Path, folder: Path) -> None:
        self.name, self.patience = program.name, program.patience
        self.log = logs / f"{program.name}.log"
        with contextlib.suppress(FileNotFoundError):
            self.log.replace(self.log.with_suffix(".previous.log"))
        with self.log.open("w") as log:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", *program.arguments],
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=program.descriptors,
            )

    @property
    def process(self) -> Process:
        """Its identity, for whoever comes after us."""
        return process(self._popen.pid)

    @property
    def ended(self) -> bool:
        """True once it runs no more."""
        return self._popen.poll() is not None

    def ask_to_end(self) -> None:
        """SIGTERM: the web server finishes its requests, the worker its tasks."""
        if not self.ended:
            self._popen.terminate()

    def make_end(self) -> None:
        """Wait as long as it may take; then end it with all its processes."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(self.patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()

    def last_words(self) -> str:
        """The last lines of its log, indented."""
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL:]
        return "\n".join(f"    {line}" for line in lines)

    def obituary(self) -> str:
        """What to say when it ended by itself."""
        code = self._popen.poll()
        return f"The {self.name} ended by itself (exit code {code}). Its log, {self.log}, ends:\n{self.last_words()}"


def stop_all(children: Sequence[Child]) -> None:
    """End them all, side by side."""
    for child in children:
        child.ask_to_end()
    for child in children:
        child.make_end()


def refuse_if_ended(children: Sequence[Child]) -> None:
    """Refuse (`CannotStart`) to go on without one of them.

    It is not started again: whatever ended it would most likely end it again, out of sight. Stopping says so at once,
    and loses nothing, since later work waits in the database.
    """
    for child in children:
        if child.ended:
            raise CannotStart(child.obituary())


def pause(seconds: float = 0.5) -> None:
    """Sleep; a signal cuts it short by raising."""
    time.sleep(seconds)
