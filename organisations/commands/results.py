"""What a correction of dated facts answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.changes import Effect
from core.two_clocks import Recorded


@dataclass(frozen=True)
class Corrected:
    """What was recorded, and the effects it had in the apps above. False where all was believed already."""

    recorded: Recorded
    effects: Sequence[Effect] = ()

    def __bool__(self) -> bool:
        return bool(self.recorded)
