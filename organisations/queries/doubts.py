"""What a file of reference data would change so much of that one asks whether it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ui.wording import count

PARENT_BEFORE = "of them, with another one or other days before"
GREAT_CHANGE = 0.1
"""From this share of what the file speaks of."""


def doubts_of(name: str, counts: Mapping[str, int], corrections: Mapping[str, int]) -> Iterator[str]:
    """A question for each; none where little changes, and none about organisations that were not known before."""
    gone = corrections.get("of them, in no row any more", 0)
    if gone and gone > GREAT_CHANGE * counts.get("memberships", 0):
        yield f"{count(gone, 'membership')} would be in no row any more. Is {name} whole?"
    moved = corrections.get(PARENT_BEFORE, 0)
    if moved and moved > GREAT_CHANGE * counts.get("practices", 0):
        yield f"{count(moved, 'organisation')} would have another parent than now, or none. Is {name} whole and right?"
