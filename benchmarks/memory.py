"""The most memory that the processes of an act held: asked of the operating system while it goes on."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from django.db import connection

from benchmarks.measuring import rows_of
from benchmarks.registry import Figure

EVERY = 0.1
KIBIBYTES = re.compile(r"^(VmHWM|RssAnon):\s+(\d+) kB", re.MULTILINE)


class Watch:
    """While the block lasts: the peak of the processes given and those they made, and of PostgreSQL's backends of this
    database. Of a backend only its own memory counts, not what all of them share.

    Where the system has no /proc, nothing is known.
    """

    def __init__(self, **processes: int) -> None:
        """Named: `worker=1234`. Without any, this process."""
        self.processes = processes
        self.peaks: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def figures(self) -> Sequence[Figure]:
        """One line for the table: no bar."""
        if not self.peaks:
            return []
        said = ", ".join(f"{name} {peak / 1024:,.0f} MiB" for name, peak in self.peaks.items())
        return [Figure("peak memory", max(self.peaks.values()) / 1024, "", True, unit=" MiB", measured=said)]

    def _look_on(self) -> None:
        try:
            while not self._ended.wait(EVERY):
                for name, pid in (self.processes or {"this process": os.getpid()}).items():
                    self._note(name, "VmHWM", [pid, *descendants(pid)])
                self._note("PostgreSQL backend", "RssAnon", [pid for (pid,) in rows_of(_BACKENDS)])
        finally:
            connection.close()  # this thread's own

    def _note(self, name: str, what: str, pids: Collection[int]) -> None:
        held = [held for pid in pids if (held := _held(pid, what))]
        self.peaks[name] = max([self.peaks.get(name, 0), *held])


_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = current_database()"


def _held(pid: int, what: str) -> int:
    with suppress(OSError):
        return int(dict(KIBIBYTES.findall(Path(f"/proc/{pid}/status").read_text())).get(what, 0))
    return 0


def descendants(pid: int) -> list[int]:
    with suppress(OSError):
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return children + [below for child in children for below in descendants(child)]
    return []
