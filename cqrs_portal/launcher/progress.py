"""What the launcher says while it works: one line a step, with its seconds."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator


@contextlib.contextmanager
def step(sentence: str) -> Iterator[None]:
    """Say what is being done, and how many seconds it took once it is done."""
    begun = time.monotonic()
    _write(f"  {sentence} ...")
    try:
        yield
    except BaseException:
        _write("\n")
        raise
    _write(f" {time.monotonic() - begun:.1f} s\n")


def say(sentence: str = "") -> None:
    """A line of its own."""
    _write(f"{sentence}\n")


def complain(sentence: str) -> None:
    """A line about something that went wrong."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()


def _write(text: str) -> None:
    with contextlib.suppress(OSError):  # nobody reads any more: a closed terminal, a full disk behind a redirect
        sys.stdout.write(text)
        sys.stdout.flush()
