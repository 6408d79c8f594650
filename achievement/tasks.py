from __future__ import annotations

from datetime import date
from typing import Any

from achievement import commands
from core.actors import SYSTEM
from operations.later import each_minute, later_work
from submission.changes import Key


@later_work("achievement.aggregate_networks")
def aggregate_networks(keys: dict[str, Any]) -> None:
    commands.aggregate_networks(by=SYSTEM, keys=[commands.NetworkKey.from_plain(key) for key in keys["keys"]])


@later_work("achievement.calculate_achievements")
def calculate_achievements(keys: dict[str, Any]) -> None:
    networks, services, why = keys["networks"], keys.get("services"), keys.get("why", "")
    commands.calculate_achievements(by=SYSTEM, networks=networks, services=services, why=why)


@later_work("achievement.calculate_practice_payments")
def calculate_practice_payments(keys: dict[str, Any]) -> None:
    plain = [Key(int(service), date.fromisoformat(day), int(provider)) for service, day, provider in keys["keys"]]
    commands.calculate_practice_payments(by=SYSTEM, keys=plain, why=keys.get("why", ""))


def count_killed_workers(keys: dict[str, Any], times: int) -> bool:
    return commands.count_killed_workers(keys["shard"], times, by=SYSTEM)


@later_work("achievement.tell_of_nil_settlement")
def tell_of_nil_settlement(keys: dict[str, Any]) -> None:
    commands.tell_of_nil_settlement(keys, by=SYSTEM)


@later_work("achievement.work_shard", when_killed=count_killed_workers)
def work_shard(keys: dict[str, Any]) -> None:
    commands.work_shard(keys["shard"], by=SYSTEM)


@later_work("achievement.finish_run")
def finish_run(keys: dict[str, Any]) -> None:
    commands.finish_run(keys["run"], by=SYSTEM)


@each_minute
def notice_overnight_runs() -> None:
    """Before the next: what starts late is told, although it starts now."""
    commands.notice_overnight_runs(by=SYSTEM)


@each_minute
def resume_overnight_runs() -> None:
    commands.resume_overnight_runs(by=SYSTEM)
