"""The state folder: everything a portal keeps on this machine, and who uses it now."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.embedded.folders import SHARED, account, check_enterable, is_root, make_folder

_MARKER = "cqrs-portal-state.json"


def default_state(root: Path) -> Path:
    """`.state` in the checkout `root`; as root below /var/lib, under a name that only this checkout has."""
    if not is_root():
        return root / ".state"
    return SHARED / hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:10]


def runs_folder(root: Path) -> Path:
    """Where the throw-away states of test and benchmark runs live, beside the state folders."""
    return SHARED / "runs" if is_root() else root / ".runs"


class StateFolder:
    """A folder that holds the data of one portal; made, marked as ours and checked on opening.

    Refuses (`CannotStart`) a folder that cannot be made or entered, and one with anybody else's files in it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self._locks: dict[str, IO[str]] = {}
        fresh = not self.path.exists()
        make_folder(self.path)
        try:
            self._check(fresh)
        except CannotStart:
            if fresh:
                self.path.rmdir()
            raise

    def _check(self, fresh: bool) -> None:
        if is_root():
            if fresh:
                self.path.chmod(0o755)
            check_enterable(self.path, account())
        if not self._marker.exists():
            if any(self.path.iterdir()):
                raise CannotStart(f"{self.path} holds files that are not this portal's; choose an empty folder.")
            self._marker.write_text(json.dumps({"what": "state of a CQRS Portal", "layout": 1}))

    @property
    def _marker(self) -> Path:
        return self.path / _MARKER

    def hold(self, name: str, *, shared: bool = False, wait: bool = False) -> bool:
        """Take the lock `name` until `release` or the end of this process, however it ends; False if it is taken."""
        file = self._locks.get(name) or (self.path / f".{name}.lock").open("a+")
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            self._locks.pop(name, None)
            file.close()
            return False
        self._locks[name] = file
        return True

    def release(self, name: str) -> None:
        """Give the lock `name` back."""
        with contextlib.suppress(KeyError):
            self._locks.pop(name).close()

    def read(self, name: str) -> dict[str, Any]:
        """What was recorded under `name`; empty if nothing was, or a crash cut it short."""
        try:
            found = json.loads((self.path / f"{name}.json").read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def record(self, name: str, facts: dict[str, Any]) -> None:
        """Record `facts` under `name`, all or nothing."""
        unfinished = self.path / f"{name}.json.unfinished"
        unfinished.write_text(json.dumps(facts, indent=2))
        unfinished.replace(self.path / f"{name}.json")

    def forget(self, name: str) -> None:
        """Drop what was recorded under `name`."""
        (self.path / f"{name}.json").unlink(missing_ok=True)

    def secret_key(self) -> str:
        """This folder's own secret key, made once, readable by its owner only."""
        file = self.path / "secret_key"
        if not file.exists():
            unfinished = file.with_suffix(f".{os.getpid()}")
            unfinished.touch(mode=0o600)
            unfinished.write_text(secrets.token_urlsafe(50))
            unfinished.replace(file)
        return file.read_text()

    def logs(self) -> Path:
        """The folder of the programs' logs."""
        return make_folder(self.path / "logs")

    def empty(self) -> None:
        """Remove everything in it but the marker and the locks that are held."""
        for entry in self.path.iterdir():
            if entry.name == _MARKER or (entry.name.startswith(".") and entry.name.endswith(".lock")):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def remove(self) -> None:
        """Remove the folder itself, of a run that is over, and give back every lock on it."""
        shutil.rmtree(self.path, ignore_errors=True)
        for name in list(self._locks):
            self.release(name)


def throwaway_state(runs: Path, purpose: str) -> StateFolder:
    """A new state folder for one run, below `runs`; held until the run ends."""
    with _alone(runs):
        folder = Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=runs))
        folder.chmod(0o755 if is_root() else 0o700)
        state = StateFolder(folder)
        state.hold("run")
    return state


def abandoned_runs(runs: Path) -> list[StateFolder]:
    """The folders of runs that were killed before they could tidy up; each is held by us now."""
    with _alone(runs):
        found = [StateFolder(marker.parent) for marker in runs.glob(f"*/{_MARKER}")]
        return [state for state in found if state.hold("run")]


@contextlib.contextmanager
def _alone(runs: Path) -> Iterator[None]:
    """Keeps a run that is being made from being taken for one that was killed."""
    with (make_folder(runs) / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
