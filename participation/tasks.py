from __future__ import annotations

from typing import Any

from core.actors import SYSTEM
from operations.later import later_work
from participation import commands
from participation.commands.closures import TELL_OF_CLOSURE
from participation.commands.end_requests import TELL_OF_REQUEST
from participation.commands.telling import TELL


@later_work("participation.close_the_day")
def close_the_day(keys: dict[str, Any]) -> None:
    commands.close_the_day(by=SYSTEM)
    commands.plan_reminders(by=SYSTEM)


@later_work(commands.REMIND)
def remind_of_offers(keys: dict[str, Any]) -> None:
    commands.remind_of_offers(keys["ids"], by=SYSTEM)


@later_work(TELL)
def tell_of_participations(keys: dict[str, Any]) -> None:
    commands.tell_of_participations(keys["ids"], keys, by=SYSTEM)


@later_work(TELL_OF_REQUEST)
def tell_of_end_request(keys: dict[str, Any]) -> None:
    commands.tell_of_end_request(keys["request"], by=SYSTEM)


@later_work(TELL_OF_CLOSURE)
def tell_of_closure(keys: dict[str, Any]) -> None:
    commands.tell_of_closure(keys["proposal"], by=SYSTEM)


@later_work(commands.PREVIEW)
def preview_offers(keys: dict[str, Any]) -> None:
    commands.do_preview(keys["job"], by=SYSTEM)


@later_work(commands.LARGE_END)
def do_large_end(keys: dict[str, Any]) -> None:
    commands.do_large_end(keys["job"], keys["asked"], by=SYSTEM)
