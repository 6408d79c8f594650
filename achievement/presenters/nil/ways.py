"""The ways out of a form that cannot be used: where one came from, and the network that the line is of."""

from __future__ import annotations

from collections.abc import Iterator

from achievement.presenters.nil.page import network_href_of
from achievement.queries.nil import NilLine
from ui.frame import Link
from ui.wording import long_date


def ways_back(line: NilLine | None, back: str) -> list[Link]:
    """`line` None: of what somebody may not see, nothing is named."""
    return list(_ways(line, back))


def _ways(line: NilLine | None, back: str) -> Iterator[Link]:
    if back:
        yield Link("Go back to where you came from", back)
    if line:
        yield Link(f"{line.network.name}, {line.service.short_name}, {long_date(line.achievement_date)}",
                   network_href_of(line))  # fmt: skip
    yield Link("Go to Home", "/")
