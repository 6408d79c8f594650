from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Event:
    """Something done on a day. Events of one day happen in the order they are named."""

    day: date
    act: Callable[[], object]
