"""Turns what the machine puts in the way into one sentence and exit code 1, without a traceback."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.launcher.progress import complain

STOPPED = 130
"""Exit code after Ctrl-C, as shells expect it."""


def guarded(act: Callable[[], int]) -> int:
    """What `act` answers; 1 after a sentence where the machine is in the way, 130 after Ctrl-C."""
    try:
        return act()
    except CannotStart as refusal:
        complain(f"\n{refusal}")
    except KeyboardInterrupt:
        complain("\nStopped.")
        return STOPPED
    except OSError as error:
        sentence = sentence_for(error)
        if sentence is None:
            raise
        complain(f"\n{sentence}")
    return 1


def sentence_for(error: OSError) -> str | None:
    """The sentence for an error that a full or forbidden disk causes; None for any other."""
    where = f" ({error.filename})" if error.filename else ""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"The disk is full{where}; nothing was lost: make room and start again."
        case errno.EROFS:
            return f"The disk may only be read{where}; start from a folder that you may write in."
        case errno.EACCES | errno.EPERM:
            return f"You may not use {error.filename or 'a file that is needed'}; start as its owner."
    return None


@contextlib.contextmanager
def naming_a_full_disk(folder: Path) -> Iterator[None]:
    """Say that the disk of `folder` is full where that is why something else failed."""
    try:
        yield
    except CannotStart as refusal:
        if _free_megabytes(folder) > 2:
            raise
        raise CannotStart(
            f"The disk that holds {folder} is full; what was saved is safe: make room and start again.\n({refusal})"
        ) from None


def needs_room(folder: Path, megabytes: int) -> None:
    """Refuse to begin on a disk with less than `megabytes` free, rather than stop half way."""
    free = _free_megabytes(folder)
    if free < megabytes:
        raise CannotStart(
            f"The disk that holds {folder} is nearly full: {free} MB are free and {megabytes} MB are needed; "
            "make room and start again."
        )


def _free_megabytes(folder: Path) -> int:
    """What is free on the disk that holds `folder`, or will when it is made."""
    place = folder
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free // 1_000_000
