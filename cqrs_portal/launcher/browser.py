"""The browser that system tests drive."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from cqrs_portal.embedded.folders import is_root
from cqrs_portal.launcher.progress import complain, step

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PACKAGES = ("chromium", "fonts-liberation")


def find_browser() -> str | None:
    """The path of a Chromium or Chrome: `CHROME_BIN`, else one on PATH."""
    places = f"{os.environ.get('PATH', '')}:/usr/bin"
    for name in (os.environ.get("CHROME_BIN"), *_NAMES):
        path = shutil.which(name, path=places) if name else None
        if path:
            return path
    return None


def ensure_browser() -> str | None:
    """A browser, installed from Debian's packages where there is none and we may; else None, after saying so."""
    found = find_browser()
    if found is None and is_root() and Path("/usr/bin/apt-get").exists():
        with step("Installing Debian's chromium for the tests"):
            _install()
        found = find_browser()
    if found is None:
        complain("No Chromium or Chrome was found, so no test can run in a browser; install one, or set CHROME_BIN.")
    return found


def _install() -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *_PACKAGES]):
        subprocess.run(
            ["/usr/bin/apt-get", "-qq", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
