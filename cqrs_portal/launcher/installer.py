"""uv: the one on PATH, else a pinned one in the private folder `.tools`."""

from __future__ import annotations

import contextlib
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.launcher.progress import step

_NETWORK = (
    "dns error", "error sending request", "failed to lookup address", "Name or service not known", "Connection refused",
    "NewConnectionError", "ConnectTimeoutError", "Failed to fetch", "Network connectivity is disabled", "ENOTFOUND",
    "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT",
)  # fmt: skip
_INDEXES = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_FIND_LINKS", "UV_EXTRA")


def without_indexes(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without anybody's own package indexes, so that a lock made in it is everybody's."""
    return {key: value for key, value in environment.items() if not key.startswith(_INDEXES)}


def without_venv(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without the virtual environment that somebody has active."""
    return {key: value for key, value in environment.items() if key not in {"VIRTUAL_ENV", "PYTHONHOME"}}


class Installer:
    """Runs uv; `tools` is the folder to keep a private one in, `pinned` the lock that names it."""

    def __init__(self, tools: Path, pinned: Path) -> None:
        self.tools, self.pinned = tools, pinned

    def run(self, *arguments: str, cause: str) -> str:
        """Run uv, quietly; where it fails, say that we could not `cause`, and why. Answers what it printed.

        A mirror set in the environment is used: the locks' hashes say what may come from it.
        """
        done = trusting_the_machine([str(self.uv()), "--quiet", *arguments], without_venv(os.environ))
        if done.returncode:
            raise CannotStart(why(cause, done.stderr))
        return done.stdout

    def uv(self) -> Path:
        """A uv that runs, installed now if there is none."""
        private = self.tools / "bin" / "uv"
        for candidate in (shutil.which("uv"), private):
            if candidate and _runs(candidate):
                return Path(candidate)
        with step("Installing uv"):
            self._install()
        return private

    def _install(self) -> None:
        """By pip into a folder of its own: Debian's pip refuses any other way."""
        target = ["--target", str(self.tools), "--upgrade", "--require-hashes", "--only-binary", ":all:"]
        command = [*self._pip(), "install", "--quiet", "--disable-pip-version-check", *target, "-r", str(self.pinned)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotStart(why("install uv", done.stderr))

    def _pip(self) -> list[str]:
        """A pip: this Python's, else that of a throw-away environment."""
        if _runs(sys.executable, "-m", "pip"):
            return [sys.executable, "-m", "pip"]
        spare = self.tools / "pip"
        with contextlib.suppress(OSError):
            subprocess.run([sys.executable, "-m", "venv", str(spare)], capture_output=True, check=False)
        if _runs(spare / "bin" / "python", "-m", "pip"):
            return [str(spare / "bin" / "python"), "-m", "pip"]
        raise CannotStart(
            "Neither uv nor pip was found for this Python; install one of them (on Debian: apt install python3-pip) "
            "and start again."
        )


def trusting_the_machine(
    command: list[str], environment: Mapping[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run uv or npm; once more with the machine's own certificates where theirs are not enough.

    Not at once with those: a bare machine has none. A network that looks into what passes has others than theirs.
    """
    done = _run(command, environment, folder)
    if done.returncode and "certificate" in done.stderr.lower():
        machine = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
        known = ssl.get_default_verify_paths().openssl_cafile
        bundles = [path for path in ("/etc/ssl/certs/ca-certificates.crt", known) if Path(path).exists()]
        machine |= {"npm_config_cafile": bundles[0]} if bundles else {}
        done = _run(command, {**environment, **machine}, folder)
    return done


def _run(command: list[str], environment: Mapping[str, str], folder: Path | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def _runs(program: str | Path, *arguments: str) -> bool:
    try:
        return subprocess.run([str(program), *arguments, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def why(cause: str, told: str) -> str:
    """One sentence out of a tool's error output."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    if "No space left on device" in told:
        return f"Could not {cause}: the disk is full; make room and start again."
    if "certificate" in told.lower():
        return (
            f"Could not {cause}: this machine does not trust the package index's certificate; ask who runs its network."
        )
    if any(sign in told for sign in _NETWORK):
        return f"Could not {cause}: the package index cannot be reached; connect to the network and start again."
    return f"Could not {cause}: {lines[-1] if lines else 'no reason was given'}"
