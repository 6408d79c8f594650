"""Where embedded servers may live: accounts that root drops to, folders they can enter, sockets short enough."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from cqrs_portal.embedded.errors import CannotStart

SHARED = Path("/var/lib/cqrs-portal")
"""As root everything lives below this: the account we drop to cannot enter root's own folders."""

_SOCKET_LIMIT = 107
_LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")


def is_root() -> bool:
    """True where PostgreSQL would refuse to run as we are."""
    return os.geteuid() == 0


def account(owner: int | None = None) -> pwd.struct_passwd:
    """The account that PostgreSQL runs under when we are root: the data's owner, else `postgres`, else `nobody`."""
    if owner:
        with contextlib.suppress(KeyError):
            return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)  # initdb needs a passwd entry
    raise CannotStart("PostgreSQL does not run as root, and this machine has no 'postgres' or 'nobody' account for it.")


def as_account(who: pwd.struct_passwd | None) -> dict[str, Any]:
    """Keyword arguments for `subprocess` that run a program as `who`; none for ourselves."""
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if who else {}


def make_folder(folder: Path, mode: int = 0o755) -> Path:
    """Make `folder` with its parents; refuse, in a sentence, where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
    except (FileExistsError, NotADirectoryError):
        raise CannotStart(f"{folder} cannot be a folder: a file of that name stands in the way.") from None
    except OSError as error:
        raise CannotStart(f"The folder {folder} cannot be made: {error.strerror}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(f"The folder {folder} cannot be used: you may not write in it.")
    return folder


def check_enterable(folder: Path, who: pwd.struct_passwd) -> None:
    """Refuse a folder that `who` cannot enter, by trying it."""
    enter = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    tried = subprocess.run(enter, stderr=subprocess.DEVNULL, cwd="/", check=False, **as_account(who))
    if tried.returncode:
        raise CannotStart(
            f"The folder {folder} cannot be used: PostgreSQL runs as '{who.pw_name}', not as root, and '{who.pw_name}' "
            f"may not enter it; choose one below {SHARED} or another that everybody may enter."
        )


def socket_folder(state: Path, name: str, who: pwd.struct_passwd | None) -> Path:
    """A folder only its owner may enter, for a server's socket, with a path that fits the limit of 107 bytes."""
    run = state / "run"
    if len(os.fsencode(run / name)) + _LONGEST_SOCKET_NAME > _SOCKET_LIMIT:
        run = _short_folder(run)
    folder = make_folder(make_folder(run) / name, 0o700)
    if who:
        run.chmod(0o755)
        os.chown(folder, who.pw_uid, who.pw_gid)
    folder.chmod(0o700)  # this is what makes "trust" safe
    return folder


def _short_folder(long: Path) -> Path:
    """A folder of our own below the system's temporary one, standing in for `long`."""
    short = Path(tempfile.gettempdir()) / f"cqrs-portal-{hashlib.sha256(os.fsencode(long)).hexdigest()[:10]}"
    make_folder(short, 0o755)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise CannotStart(f"{short}, needed for sockets, belongs to somebody else.")
    return short
