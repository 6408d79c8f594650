"""What the apps say about an organisation on its page, beneath what its own app says. Imports point down, so each app
registers its part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.actors import Actor
from core.changes import ROOMS
from ui.tables import Table


@dataclass(frozen=True)
class About:
    """Whose page it is: an organisation, who looks at it, the day it is about, and as known on which; None is now."""

    organisation: Any
    by: Actor
    day: date
    known_on: date | None = None


Section = Callable[[About], Table | None]

_sections: list[Section] = []


def section_of_organisations(section: Section) -> Section:
    """Register a part of every practice's and network's page; it answers None where it has nothing to say there."""
    if section not in _sections:
        _sections.append(section)
        _sections.sort(key=lambda each: ROOMS.index(each.__module__.split(".")[0]))
    return section


def sections_about(about: About) -> list[Table]:
    """What every app says, in the order of the rooms."""
    return [table for section in _sections if (table := section(about)) is not None]
