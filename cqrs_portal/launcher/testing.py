"""python3 portal.py test: the suite on servers of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

from cqrs_portal.launcher.assets import ensure_assets
from cqrs_portal.launcher.backing import throwaway
from cqrs_portal.launcher.bootstrap import ROOT, python
from cqrs_portal.launcher.browser import ensure_browser
from cqrs_portal.launcher.state import runs_folder

_CHOSEN = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-p", "--co", "--fixtures", "--markers", "--version")


def run_suite(arguments: list[str], state: Path | None = None) -> int:
    """Run pytest with `arguments`; `--full` among them adds the long tests. Its exit code."""
    full = "--full" in arguments
    arguments = [argument for argument in arguments if argument != "--full"]
    ensure_assets(ROOT)
    browser = ensure_browser()
    with throwaway(state or runs_folder(ROOT), "test") as servers:
        environment = os.environ | servers | {"DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.test"}
        environment |= {"CQRS_PORTAL_FULL": "1"} if full else {}
        environment |= {"CHROME_BIN": browser} if browser else {}
        return run_in_front([str(python()), "-m", "pytest", *_parallel(arguments), *arguments], environment, ROOT)


def _parallel(arguments: Iterable[str]) -> list[str]:
    """Two workers, each a file at a time; unless the arguments say how to run, or name a file, which two would not run
    sooner. What a module of tests prepares once is so prepared once; and files go in the order of tests/conftest.py."""
    alone = any(argument.startswith(_CHOSEN) or ".py" in argument for argument in arguments)
    return [] if alone else ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]


def run_in_front(command: list[str], environment: dict[str, str], folder: Path | None = None) -> int:
    """Run `command` in the terminal as if we were not there: Ctrl-C reaches it, and we wait for it to end."""
    child = subprocess.Popen(command, env=environment, cwd=folder)
    previous = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGQUIT)}
    previous[signal.SIGTERM] = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        code = child.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code
