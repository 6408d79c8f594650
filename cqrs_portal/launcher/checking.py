"""python3 portal.py check: everything about the code that can be judged without running it."""

from __future__ import annotations

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from cqrs_portal.launcher.bootstrap import ROOT, VENV, python
from cqrs_portal.launcher.progress import say

_NOWHERE = "postgresql://postgres@/nothing?host=/nonexistent"


class Check(NamedTuple):
    """One look at the code: its name and its command, run in the checkout."""

    name: str
    command: tuple[str, ...]


class Verdict(NamedTuple):
    """What a check said."""

    check: Check
    passed: bool
    told: str
    seconds: float


def checks() -> tuple[Check, ...]:
    """All checks, the slowest first so that two at a time end soonest."""
    programs = VENV / "bin"
    compose = ("--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    manage = (str(python()), "-W", "ignore::RuntimeWarning", "manage.py")
    return (
        Check("types", (str(programs / "mypy"), ".")),
        Check("templates", (str(programs / "djlint"), "templates", "--lint", "--quiet")),
        Check("import contracts", (str(programs / "lint-imports"), "--no-cache")),
        Check("missing migrations", (*manage, "makemigrations", "--check", "--dry-run")),
        Check("compose file", (str(programs / "check-jsonschema"), *compose)),
        Check("format", (str(programs / "ruff"), "format", "--check", ".")),
        Check("lint", (str(programs / "ruff"), "check", ".")),
    )


def check(arguments: list[str], state: Path | None = None) -> int:
    """Run the checks, or those whose names begin with one of `arguments`; 1 if any fails."""
    chosen = [one for one in checks() if not arguments or one.name.startswith(tuple(arguments))]
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(_run, chosen))
    for verdict in verdicts:
        if not verdict.passed:
            say(f"--- {verdict.check.name}: {' '.join(_shown(verdict.check))}\n{verdict.told.strip()}\n")
    say("\n".join(f"{v.check.name:<20} {'passed' if v.passed else 'FAILED'} {v.seconds:6.1f} s" for v in verdicts))
    return 0 if all(verdict.passed for verdict in verdicts) else 1


def _run(one: Check) -> Verdict:
    begun = time.monotonic()
    environment = {"DATABASE_URL": _NOWHERE} | os.environ | {"DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.test"}
    done = subprocess.run(one.command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return Verdict(one, done.returncode == 0, done.stdout + done.stderr, time.monotonic() - begun)


def _shown(one: Check) -> list[str]:
    """Its command as one would type it."""
    return [Path(part).name if part.startswith(str(VENV)) else part for part in one.command]
