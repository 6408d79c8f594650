"""What is still open of a practice that closed. Imports point down, so each app registers what it knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from core.changes import ROOMS


@dataclass(frozen=True)
class OpenItem:
    """One thing that is not settled: a sentence, and the page where it is."""

    sentence: str
    href: str = ""


OpenItems = Mapping[int, Iterable[OpenItem]]
"""Practice id -> what is open of it; those of which nothing is are left out."""

Asked = Callable[[Collection[int]], OpenItems]

_asked: list[Asked] = []


def knows_open_items(asked: Asked) -> Asked:
    """Register what an app knows: for practices (ids), in a constant number of queries."""
    if asked not in _asked:
        _asked.append(asked)
        _asked.sort(key=lambda each: ROOMS.index(each.__module__.split(".")[0]), reverse=True)
    return asked


def has_open_items(practice_id: int) -> bool:
    """Whether anything is open of one practice; asks no further than the first app that knows something."""
    return any(any(asked([practice_id]).values()) for asked in _asked)


def open_items_of(practice_ids: Collection[int]) -> dict[int, list[OpenItem]]:
    """Practice id -> everything that is open of it, from offers to payments; those of which nothing is are left out."""
    found: dict[int, list[OpenItem]] = {}
    for asked in _asked:
        for practice, items in asked(practice_ids).items():
            found.setdefault(practice, []).extend(items)
    return {practice: items for practice, items in found.items() if items}


_waiting: list[Asked] = []


def knows_who_waits(asked: Asked) -> Asked:
    """Register what an app knows of others that wait for a practice that closed, each with where that is put right. It
    is not the practice's own work, and keeps nobody of it."""
    if asked not in _waiting:
        _waiting.append(asked)
    return asked


def what_waits_for(practice_ids: Collection[int]) -> dict[int, list[OpenItem]]:
    """Practice id -> what waits for it; those that nothing waits for are left out."""
    found: dict[int, list[OpenItem]] = {}
    for asked in _waiting:
        for practice, items in asked(practice_ids).items():
            found.setdefault(practice, []).extend(items)
    return {practice: items for practice, items in found.items() if items}
