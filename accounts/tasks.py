"""What is done for accounts each minute."""

from __future__ import annotations

from accounts import commands
from core.actors import SYSTEM
from operations.later import each_minute


@each_minute
def end_tokens_that_ran_out() -> None:
    commands.end_tokens_that_ran_out(by=SYSTEM)
