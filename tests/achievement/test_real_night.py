"""A real worker, a real beat, and a clock that runs over midnight: they calculate and aggregate October alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from achievement import commands
from achievement.models import AchievementChange, OvernightRun, RunState
from achievement.states import State
from core import clock
from operations.models import OutboxMessage
from tests.factories.achievement import OCTOBER, UTSIRE_TOTAL, World, seen, utsire
from tests.operations.conftest import Broker, broker

__all__ = ["broker"]

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
CELERY = (sys.executable, "-m", "celery", "-A", "cqrs_portal")


@pytest.fixture
def business_clock(tmp_path: Path, settings: Any) -> Path:
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    return tmp_path / "business-clock"


@pytest.fixture
def portal(transactional_db: None, broker: Broker, business_clock: Path, tmp_path: Path) -> Iterator[Path]:
    """A worker, and a beat that ticks each second, on the test's database, broker and clock; the folder of logs."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "CELERY_BROKER_URL": broker.valkey.celery_url(), "REDIS_URL": broker.valkey.url(),
        "CQRS_PORTAL_CLOCK": str(business_clock), "TICK_SECONDS": "1", "OVERNIGHT_STARTS_AT": "00:00",
        "DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.training",
    }  # fmt: skip
    worker = ("worker", "-P", "solo", "-l", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")
    beat = ("beat", "-l", "INFO", "--pidfile=", "-s", str(tmp_path / "beat"))
    running = [started(tmp_path / f"{program[0]}.log", program, environment) for program in (worker, beat)]
    yield tmp_path
    for program in running:
        program.terminate()
    for program in running:
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def started(log: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen([*CELERY, *arguments], env=environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)


def database_url() -> str:
    """Where the test database is, as DATABASE_URL says it."""
    given = urlsplit(os.environ["DATABASE_URL"])
    return given._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def until(true: Callable[[], Any], logs: Path) -> Any:
    end = time.monotonic() + PATIENCE
    while not (found := true()):
        if time.monotonic() > end:
            said = "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(logs.glob("*.log")))
            pytest.fail(f"It did not happen within {PATIENCE:.0f} seconds.\n{said}")
        time.sleep(0.1)
    return found


def night_is_done(day: str) -> bool:
    return OvernightRun.objects.filter(business_date=day, state=RunState.DONE).exists()


def at(moment: str) -> None:
    """London, in summer time until 31 October 2021 at 2 o'clock."""
    clock.set_training_clock(datetime.fromisoformat(moment).replace(tzinfo=clock.LONDON))


def test_beat_and_worker_alone_calculate_october_at_midnight_and_aggregate_it_the_night_after(portal, broker):
    at("2021-10-30T12:00:00")
    world: World = utsire()
    until(lambda: night_is_done("2021-10-30"), portal)
    before = world.lines(OCTOBER)

    at("2021-10-30T23:59:57")
    lines = until(lambda: world.lines(OCTOBER), portal)
    until(lambda: night_is_done("2021-10-31"), portal)
    at("2021-10-31T23:59:50")
    broker.goes_away()  # for this process: nothing but the night's run, or the tick, can find what was approved
    outcome = commands.approve_achievements(seen(*lines), by=world.approver)
    at("2021-10-31T23:59:58")
    total = until(lambda: world.total(OCTOBER), portal)
    until(lambda: night_is_done("2021-11-01"), portal)

    assert before == []
    assert [line.state for line in lines] == [State.AWAITING_COMMISSIONER] * 3
    assert outcome.moved == 3
    assert (total.amount, total.state) == (UTSIRE_TOTAL, State.AGGREGATED)
    assert AchievementChange.objects.filter(transition="aggregate line", by=None).count() == 3
    assert [run.state for run in OvernightRun.objects.order_by("business_date")] == [RunState.DONE] * 3


def test_the_last_approval_is_aggregated_at_once_and_a_worker_outlives_its_broker(portal, broker):
    at("2021-10-31T12:00:00")
    world: World = utsire()
    until(lambda: night_is_done("2021-10-31"), portal)
    lines = world.lines(OCTOBER)
    commands.approve_achievements(seen(*lines[:2]), by=world.approver)
    until(lambda: not OutboxMessage.objects.filter(done_at=None).exists(), portal)
    waiting = world.total(OCTOBER)

    broker.valkey.stop()
    outcome = commands.approve_achievements(seen(lines[2]), by=world.approver)
    broker.valkey.start()
    at("2021-10-31T12:10:00")
    total = until(lambda: world.total(OCTOBER), portal)

    assert waiting is None
    assert outcome.moved == 1
    assert total.amount == UTSIRE_TOTAL
