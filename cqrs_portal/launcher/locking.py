"""python3 portal.py lock: makes the requirement locks again, with hashes and without any address."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.launcher.bootstrap import ROOT, TOOLS
from cqrs_portal.launcher.installer import Installer, why, without_indexes, without_venv
from cqrs_portal.launcher.progress import step

LOCKS = {"tools": (), "npm": (), "production": (), "embedded": ("production",), "test": ("production", "embedded")}
"""Each lock, and those that its versions must agree with."""

_STYLE = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-emit-index-url")


def lock(arguments: list[str], state: Path | None = None) -> int:
    """Compile each `requirements/*.in` into its `.txt`; versions stay unless `arguments` say `--upgrade`. Exit code."""
    folder = ROOT / "requirements"
    uv = Installer(TOOLS, folder / "tools.txt").uv()
    for name, agreeing in LOCKS.items():
        constraints = [part for other in agreeing for part in ("--constraint", f"{other}.txt")]
        with step(f"Locking requirements/{name}.txt"):
            _compile([str(uv), "--no-config", "pip", "compile", *_STYLE, *constraints, *arguments,
                      "--no-emit-find-links", f"{name}.in", "-o", f"{name}.txt"], folder)  # fmt: skip
    return 0


def _compile(command: list[str], folder: Path) -> None:
    environment = without_indexes(without_venv(os.environ))
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStart(why("make the lock", done.stderr))
