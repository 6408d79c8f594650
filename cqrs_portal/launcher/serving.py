"""python3 portal.py: everything that one running portal is, from nothing to a page, and back to nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from socket import socket
from types import FrameType

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.launcher.assets import ensure_assets
from cqrs_portal.launcher.backing import backing, empty
from cqrs_portal.launcher.bootstrap import ROOT, python
from cqrs_portal.launcher.children import Child, pause, programs, refuse_if_ended, stop_all
from cqrs_portal.launcher.predecessor import announce, claim, end_orphans, withdraw
from cqrs_portal.launcher.progress import say, step
from cqrs_portal.launcher.refusals import naming_a_full_disk, needs_room
from cqrs_portal.launcher.state import StateFolder, default_state
from cqrs_portal.launcher.web import address, take_port, wait_until_answers

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ROOM = {"new": 300, "existing": 30}  # megabytes; a new portal was seen to take 70, and to grow by its log files


class Stopped(KeyboardInterrupt):
    """Somebody asked the portal to stop."""


def serve(*, port: int, state: Path | None = None, fresh: bool = False) -> int:
    """Run the portal on `port` until it is asked to stop (Ctrl-C, SIGTERM, a closed terminal); the exit code."""
    for number in _SIGNALS:
        signal.signal(number, _stop)
    say("CQRS Portal")
    folder = StateFolder(state or default_state(ROOT))
    claim(folder)
    end_orphans(folder)
    if fresh:
        empty(folder)
    needs_room(folder.path, _ROOM["existing" if folder.read("loaded") else "new"])
    with take_port(port) as listening:
        ensure_assets(ROOT)
        with naming_a_full_disk(folder.path), backing(folder) as servers:
            environment = _environment(servers)
            _prepare(folder, environment)
            with _running(folder, environment, listening) as children:
                _welcome(folder, port)
                return _watch(children)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _environment(servers: dict[str, str]) -> dict[str, str]:
    settings = {"DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.training", "PYTHONUNBUFFERED": "1"}
    return os.environ | settings | servers


def _prepare(folder: StateFolder, environment: dict[str, str]) -> None:
    """Run `preparing`; the training data is loaded until it was loaded once into this database."""
    loaded = folder.read("loaded")
    database = hashlib.sha256(environment["DATABASE_URL"].encode()).hexdigest()
    command = [str(python()), "-m", "cqrs_portal.launcher.preparing", str(_sign_ins(folder))]
    command += [] if loaded.get("database") == database else ["--load"]
    log = folder.logs() / "preparing.log"
    with log.open("w") as errors:
        code = subprocess.run(command, env=environment, cwd=ROOT, stderr=errors, check=False).returncode
    if code:
        told = log.read_text(errors="replace").strip().splitlines()
        raise CannotStart(f"The database could not be made ready: {told[-1] if told else code} (log: {log})")
    folder.record("loaded", {"database": database})


def _sign_ins(folder: StateFolder) -> Path:
    return folder.path / "sign-ins.txt"


@contextlib.contextmanager
def _running(folder: StateFolder, environment: dict[str, str], listening: socket) -> Iterator[list[Child]]:
    """Start the programs and wait for the first page; afterwards end them, undisturbed by a second Ctrl-C."""
    children: list[Child] = []
    port = listening.getsockname()[1]
    try:
        with step("Starting the web server, the worker and beat"):
            for program in programs(listening.fileno(), folder.path):
                children.append(Child(program, environment, folder.logs(), ROOT))
                announce(folder, address(port), children)
            wait_until_answers(port, children)
        yield children
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        with step("Stopping"):
            stop_all(children)
            withdraw(folder)


def _welcome(folder: StateFolder, port: int) -> None:
    say()
    say(_sign_ins(folder).read_text().rstrip())
    say()
    say(f"CQRS Portal runs at {address(port)}   Ctrl-C stops it.")


def _watch(children: list[Child]) -> int:
    """Until somebody asks to stop: 0; refuses when a program ends by itself."""
    try:
        while True:
            refuse_if_ended(children)
            pause()
    except Stopped:
        say()
        return 0
