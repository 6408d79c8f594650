from __future__ import annotations

from typing import Any

from core.actors import SYSTEM
from operations.later import later_work
from participation import commands


@later_work("participation.close_the_day")
def close_the_day(keys: dict[str, Any]) -> None:
    commands.close_the_day(by=SYSTEM)
