"""The first half of every command, before anything is installed: standard library alone, any Python from 3.11.

Finds or installs uv, makes `.venv`, installs the locked packages, and hands over to that Python.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.launcher.installer import Installer, without_venv
from cqrs_portal.launcher.progress import step
from cqrs_portal.launcher.refusals import guarded, needs_room

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
LEVELS = ("embedded", "test")
"""The locks in `requirements/` that may be installed; each contains the one before."""

_TESTED = {"test", "check", "bench", "lock"}
_ROOM = {"embedded": 700, "test": 1200}  # megabytes, measured: 460 and 830


def main(argv: list[str]) -> int:
    """Install what `argv` needs and run it; the exit code."""
    return guarded(lambda: _main(argv))


def _main(argv: list[str]) -> int:
    ensure_installed("test" if _TESTED.intersection(argv) else "embedded")
    if Path(sys.prefix).resolve() == VENV.resolve():
        from cqrs_portal.launcher.cli import run

        return run(argv)
    sys.stdout.flush()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode every start takes seconds longer
    os.execv(python(), [str(python()), str(ROOT / "portal.py"), *argv])


def python() -> Path:
    """The interpreter that has the packages."""
    return VENV / "bin" / "python"


def ensure_installed(level: str) -> None:
    """See that `.venv` holds exactly the lock `level`, or a greater one; at once when nothing changed."""
    if _is_current(level):
        return
    with _lock():
        if _is_current(level):
            return
        needs_room(ROOT, _ROOM[level])
        level = max(level, _installed()[0], key=lambda name: LEVELS.index(name) if name in LEVELS else -1)
        installer = Installer(TOOLS, ROOT / "requirements" / "tools.txt")
        installer.uv()
        if not _interpreter_is_right():
            with step("Making .venv"):
                installer.run("venv", "--python", sys.executable, "--clear", str(VENV), cause="make .venv")
        with step(f"Installing the packages of requirements/{level}.txt"):
            lock = ROOT / "requirements" / f"{level}.txt"
            options = ("--python", str(python()), "--require-hashes", "--compile-bytecode")
            installer.run("pip", "sync", *options, str(lock), cause="install the packages")
        _stamp().write_text(f"{level} {_digest(level)}")


def _lock() -> IO[str]:
    """Held while one command installs; another waits for it."""
    try:
        TOOLS.mkdir(exist_ok=True)
        file = (TOOLS / ".lock").open("w")
    except PermissionError:
        raise CannotStart(f"The folder {ROOT} cannot be used: you may not write in it; start as its owner.") from None
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _stamp() -> Path:
    return VENV / "cqrs-portal-lock"


def _digest(level: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{level}.txt").read_bytes()).hexdigest()


def _installed() -> tuple[str, str]:
    """The lock that `.venv` was made from, and its digest; empty strings where there is none."""
    try:
        level, _, digest = _stamp().read_text().partition(" ")
    except OSError:
        return "", ""
    return level, digest


def _is_current(level: str) -> bool:
    installed, digest = _installed()
    if installed not in LEVELS or LEVELS.index(installed) < LEVELS.index(level):
        return False
    return digest == _digest(installed) and python().exists()


def _interpreter_is_right() -> bool:
    """True if `.venv` has a Python that runs and is new enough."""
    if not python().exists():
        return False
    question = [str(python()), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(question, check=False, capture_output=True, env=without_venv(os.environ)).returncode == 0
