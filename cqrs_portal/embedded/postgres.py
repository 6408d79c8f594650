"""A private PostgreSQL; runs as root (dropping to another account) or as a normal user, on a unix socket only."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.folders import account, as_account, check_enterable, is_root, make_folder, socket_folder
from cqrs_portal.embedded.installation import find_installation
from cqrs_portal.embedded.processes import working_in
from cqrs_portal.embedded.tuning import DURABLE

DATABASE = "cqrs_portal"


class EmbeddedPostgres:
    """One cluster: `name` below the folder `state`, with its server `settings` (see `tuning`).

    `start` and `stop` may be called by several processes at once and any number of times. Every way in which the
    machine can be in the way is raised as `CannotStart`.
    """

    def __init__(self, state: Path, name: str = "training", settings: Mapping[str, str] = DURABLE) -> None:
        self.state = make_folder(state)
        self.data = state / f"postgresql-{name}"
        self.log = state / f"postgresql-{name}.log"
        self.settings = dict(settings)
        self.programs = find_installation().programs
        self.account = account(self.data.stat().st_uid if self.data.exists() else None) if is_root() else None
        if self.account:
            state.chmod(0o755)
            check_enterable(state, self.account)
        self.sockets = socket_folder(state, f"pg-{name}", self.account)

    def url(self, database: str = DATABASE) -> str:
        """The address of `database`, as DATABASE_URL takes it."""
        return f"postgresql://postgres@/{database}?host={self.sockets}"

    def running(self) -> bool:
        """True if it answers; `pg_ctl status` would trust the number of a killed, unreaped server."""
        asked = self._run("pg_isready", "-q", "-h", str(self.sockets))
        return asked.returncode == 0

    def start(self) -> Self:
        """Make the cluster if there is none, run it if it does not run, and see that our database is there."""
        with self._alone():
            if not (self.data / "global" / "pg_control").exists():
                self._make_cluster()
            if not self.running():
                self._clear_remains()
                self._write_settings()
                self._start_server()
            self._make_database()
        return self

    def stop(self) -> None:
        """Stop it, if it runs or is about to, after its sessions are ended (PostgreSQL's `fast`)."""
        with self._alone():
            if (self.data / "postmaster.pid").exists() and (self.running() or working_in(self.data)):
                self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "30", "-m", "fast", "stop")

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Run one statement; its rows as unaligned text."""
        answer = self._run("psql", "-h", str(self.sockets), "-U", "postgres", "-d", database, "-XAtqc", sql)
        if answer.returncode:
            raise CannotStart(f"PostgreSQL refused '{sql}': {answer.stdout.strip()}")
        return answer.stdout.strip()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.state / f".{self.data.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.state), "LC_ALL": "C.UTF-8"}
        # No pipe for pg_ctl: the server that it starts would inherit it and keep it open for ever.
        server = program == "pg_ctl"
        return subprocess.run(
            [str(self.programs / program), *arguments],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if server else subprocess.PIPE,
            stderr=subprocess.DEVNULL if server else subprocess.STDOUT,
            text=True,
            check=False,
            **as_account(self.account),
        )

    def _own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _make_cluster(self) -> None:
        """`initdb`; a folder that an interrupted one left half made is replaced."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self._own(self.data)
        choices = ["-E", "UTF8", "--locale-provider=libc", "--locale=C.UTF-8", "--data-checksums", "--no-sync"]
        made = self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", *choices)
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise CannotStart(f"PostgreSQL could not make its data folder {self.data}: {_last_line(made.stdout)}")

    def _clear_remains(self, wait: float = 15.0) -> None:
        """Let a killed server's processes end, then take away its pid file and its socket's.

        The files must stay while any of them lives: they keep two servers from one data folder. Afterwards they only
        mislead, where their number is a zombie's or was given to another process.
        """
        pid_file, end = self.data / "postmaster.pid", time.monotonic() + wait
        while pid_file.exists() and working_in(self.data):
            if self.running():
                return
            if time.monotonic() > end:
                raise CannotStart(f"PostgreSQL of {self.data} runs but does not answer; its log is {self.log}.")
            time.sleep(0.1)
        if Path("/proc/self").exists():
            pid_file.unlink(missing_ok=True)
            (self.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _write_settings(self) -> None:
        chosen = self.settings | {"listen_addresses": "", "unix_socket_directories": str(self.sockets)}
        own = self.data / "embedded.conf"
        own.write_text("".join(f"{key} = '{value}'\n" for key, value in chosen.items()))
        own.chmod(0o644)
        main = self.data / "postgresql.conf"
        if "include 'embedded.conf'" not in main.read_text():
            with main.open("a") as file:
                file.write("include 'embedded.conf'\n")

    def _start_server(self) -> None:
        if self.running():
            return
        self.log.touch(mode=0o640)
        self._own(self.log)
        before = self.log.stat().st_size
        started = self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "120", "-l", str(self.log), "start")
        if started.returncode:
            with self.log.open() as log:
                log.seek(before)
                raise CannotStart(_reason(log.read(), self.log))

    def _make_database(self) -> None:
        if not self.psql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):
            self.psql(f"CREATE DATABASE {DATABASE}")


def _last_line(text: str) -> str:
    """What a failed program said last, preferring its own word for the error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if "error:" in line or "FATAL:" in line or "PANIC:" in line]
    return (told or lines or ["it gave no reason"])[-1]


def _reason(log: str, where: Path) -> str:
    if "No space left on device" in log:
        return f"PostgreSQL did not start because the disk with {where.parent} is full; make room and start again."
    return f"PostgreSQL did not start: {_last_line(log)} (log: {where})"
