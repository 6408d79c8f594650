"""Processes known by number *and* start time, so that a reused number is never mistaken for ours."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Process(NamedTuple):
    """One process: its number, and when it started as the operating system tells it (opaque text)."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        """True while this very process runs; an unreaped one (a zombie) counts as dead."""
        return start_of(self.pid) == self.started != ""


def start_of(pid: int) -> str:
    """When process `pid` started, with the boot it belongs to; empty where there is none or it is a zombie."""
    if not _PROC.is_dir() or not (_PROC / "self" / "stat").exists():
        return _start_by_ps(pid)
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def _start_by_ps(pid: int) -> str:
    """`start_of` where there is no /proc (macOS)."""
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = answer.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else started.strip()


def process(pid: int) -> Process:
    """The process that has number `pid` now."""
    return Process(pid, start_of(pid))


def working_in(folder: Path) -> list[int]:
    """Numbers of the live processes whose working directory is `folder` (every PostgreSQL process of a cluster)."""
    found = []
    for entry in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == str(folder):
                found.append(int(entry.name))
    return found


def wait_until_gone(watched: Process, seconds: float) -> bool:
    """Wait at most `seconds` for a process to end; True if it did."""
    end = time.monotonic() + seconds
    while watched.alive:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def stop_group(leader: Process, *, term: float = 5.0) -> None:
    """End the group that `leader` leads: SIGTERM to the leader, SIGKILL to what is left after `term` seconds."""
    if not leader.alive:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(leader.pid, signal.SIGTERM)
    if not wait_until_gone(leader, term):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader.pid, signal.SIGKILL)
        wait_until_gone(leader, 2)
