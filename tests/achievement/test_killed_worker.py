"""A worker that is killed in the middle of a shard leaves nothing half done; the tick has the shard worked again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from achievement import commands
from achievement.models import Achievement, NetworkAchievement, OvernightRun, RunState, Shard
from core.actors import SYSTEM
from core.locking import lock_ids
from cqrs_portal.rehearsal.workers import database_url
from operations.commands import send_what_is_due
from operations.models import OutboxMessage
from organisations.models import Organisation
from tests.achievement.racing import somebody_waits
from tests.achievement.test_overnight import NIGHT, work_the_messages
from tests.factories.achievement import UTSIRE_TOTAL, World, utsire

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30


@pytest.fixture
def world(transactional_db: None, set_clock) -> World:
    set_clock(NIGHT)
    return utsire()


def a_worker() -> subprocess.Popen[bytes]:
    """A process of its own that works shards."""
    command = [
        sys.executable,
        "manage.py",
        "work_outbox",
        "--task",
        "achievement.work_shard",
        "--at",
        NIGHT.isoformat(),
    ]
    environment = os.environ | {
        "DATABASE_URL": database_url(), "CELERY_BROKER_URL": "memory://",
        "DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.training",
    }  # fmt: skip
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "It did not come to that."
        time.sleep(0.05)


def shard_is_free() -> bool:
    """Nobody holds the shard: the killed worker's transaction has ended."""
    with transaction.atomic():
        return Shard.objects.select_for_update(skip_locked=True).filter(state=RunState.RUNNING).exists()


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_tick_finds_its_shard(world, set_clock):
    world.calculate()
    world.approve_all()
    OutboxMessage.objects.all().delete()
    commands.start_overnight_run(by=SYSTEM)
    with transaction.atomic():
        lock_ids(Organisation, [world.network.pk])
        worker = a_worker()
        until(somebody_waits)  # it has the shard, and waits for the network in the middle of its work
        held = not shard_is_free()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    until(shard_is_free)
    left = (NetworkAchievement.objects.count(), OutboxMessage.objects.filter(done_at=None).count() > 0)
    set_clock(NIGHT + timedelta(minutes=1))

    sent = send_what_is_due()
    work_the_messages()

    assert (held, left) == (True, (0, True))
    assert sent >= 1
    assert (Shard.objects.get().state, Shard.objects.get().attempts) == (RunState.DONE, 0)
    assert (OvernightRun.objects.get().state, world.total().amount) == (RunState.DONE, UTSIRE_TOTAL)


def test_a_shard_whose_message_is_lost_is_found_by_the_tick(world):
    commands.start_overnight_run(by=SYSTEM)
    OutboxMessage.objects.all().delete()

    commands.resume_overnight_runs(by=SYSTEM)
    commands.resume_overnight_runs(by=SYSTEM)
    asked = OutboxMessage.objects.filter(task="achievement.work_shard").count()
    work_the_messages()

    assert asked == 1
    assert OvernightRun.objects.get().state == RunState.DONE
    assert Achievement.objects.exists()


def test_a_run_that_is_due_waits_for_the_one_before_it(world, set_clock):
    commands.start_overnight_run(by=SYSTEM)
    set_clock(datetime(2021, 11, 2, 1, 0, tzinfo=UTC))

    commands.resume_overnight_runs(by=SYSTEM)
    while_it_runs = OvernightRun.objects.count()
    work_the_messages()
    commands.resume_overnight_runs(by=SYSTEM)

    assert while_it_runs == 1
    assert [run.business_date.day for run in OvernightRun.objects.all()] == [2, 1]
