"""The portal that ran on this state folder before: still running, or killed and leaving programs behind."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Sequence
from typing import Any

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.processes import Process, stop_group
from cqrs_portal.launcher.children import Child
from cqrs_portal.launcher.progress import say
from cqrs_portal.launcher.state import StateFolder

_PORTAL = "portal"


def claim(state: StateFolder) -> None:
    """Become the one portal on this state folder; refuse, with its address, where another runs."""
    if state.hold(_PORTAL):
        return
    found = state.read(_PORTAL)
    where = f", at {found['address']} (process {found['launcher']})" if found else ""
    raise CannotStart(
        f"A portal is already running on this state folder{where}; stop it there with Ctrl-C, or give this one its own "
        "with --state DIR and --port N."
    )


def announce(state: StateFolder, address: str, children: Sequence[Child]) -> None:
    """Record what runs, for whoever comes after us if we are killed."""
    running = [{"name": child.name, "pid": child.process.pid, "started": child.process.started} for child in children]
    state.record(_PORTAL, {"launcher": os.getpid(), "address": address, "children": running})


def withdraw(state: StateFolder) -> None:
    """Take the record back: nothing runs any more."""
    state.forget(_PORTAL)


def end_orphans(state: StateFolder) -> None:
    """End the programs that a killed portal left: those it recorded, by number and start time, and no others."""
    orphans = [(child["name"], _process(child)) for child in state.read(_PORTAL).get("children", [])]
    alive = [(name, process) for name, process in orphans if process.alive]
    if alive:
        say(f"  The portal before was killed; ending what it left: {', '.join(name for name, _ in alive)}")
    for _, process in alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
    until = time.monotonic() + 8
    for _, process in alive:
        stop_group(process, term=max(0.0, until - time.monotonic()))
    withdraw(state)


def _process(child: dict[str, Any]) -> Process:
    return Process(int(child["pid"]), str(child["started"]))
