from __future__ import annotations

from typing import Any

from core.actors import SYSTEM
from operations.jobs import give_up_job
from operations.later import each_minute, later_work
from organisations import commands


@later_work(commands.CHECK, when_killed=give_up_job)
def check_upload(keys: dict[str, Any]) -> None:
    commands.check_upload(keys["job"], by=SYSTEM)


@later_work(commands.LOAD, when_killed=give_up_job)
def load_upload(keys: dict[str, Any]) -> None:
    commands.load_upload(keys["job"], by=SYSTEM)


@each_minute
def drop_old_uploads() -> None:
    commands.drop_old_uploads(by=SYSTEM)
