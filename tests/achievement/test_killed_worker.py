"""A worker that is killed in the middle of a shard leaves nothing half done; the tick has the shard worked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, NetworkAchievement, OvernightRun, RunState, Shard
from core.actors import SYSTEM
from core.locking import lock_ids
from operations.commands import send_what_is_due
from operations.models import Attempt, OutboxMessage
from operations.tasks_for_people import needs_of
from organisations.models import Organisation
from tests.achievement.test_overnight import NIGHT, work_the_messages
from tests.factories.accounts import acting_as
from tests.factories.achievement import UTSIRE_TOTAL, World, utsire
from tests.factories.organisations import NationalOperatorFactory
from tests.operations.killing import kill_in_the_middle

pytestmark = pytest.mark.django_db(transaction=True)
WORK_SHARD = "achievement.work_shard"


@pytest.fixture
def world(transactional_db: None, set_clock) -> World:
    set_clock(NIGHT)
    return utsire()


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_tick_finds_its_shard(world, set_clock):
    world.calculate()
    world.approve_all()
    OutboxMessage.objects.all().delete()
    commands.start_overnight_run(by=SYSTEM)
    kill_in_the_middle(WORK_SHARD, NIGHT, lambda: lock_ids(Organisation, [world.network.pk]))
    left = (NetworkAchievement.objects.count(), OutboxMessage.objects.filter(done_at=None).count() > 0)
    set_clock(NIGHT + timedelta(minutes=1))

    sent = send_what_is_due()
    work_the_messages()

    assert left == (0, True)
    assert sent >= 1
    assert (Shard.objects.get().state, Shard.objects.get().attempts) == (RunState.DONE, 1)
    assert (Shard.objects.get().error, Attempt.objects.count()) == ("", 0)
    assert (OvernightRun.objects.get().state, world.total().amount) == (RunState.DONE, UTSIRE_TOTAL)


@pytest.fixture
def quentin(world: World) -> Acting:
    return acting_as(Role.OPERATIONS, organisation=NationalOperatorFactory.create())


@pytest.fixture
def killed_thrice(world: World, quentin: Acting) -> World:
    """Two shards are due; whoever works that of `world` is killed in the middle, three times, and sent again."""
    utsire(service=world.service)
    commands.start_overnight_run(by=SYSTEM)
    for _kill in range(3):
        kill_in_the_middle(WORK_SHARD, NIGHT, lambda: lock_ids(Organisation, [world.network.pk]))
    return world


def test_a_shard_that_kills_its_worker_each_time_fails_alone_and_operations_are_told(killed_thrice, quentin):
    before = Shard.objects.get(commissioner=killed_thrice.commissioner)

    work_the_messages()

    poison = Shard.objects.get(pk=before.pk)
    other = Shard.objects.exclude(pk=before.pk).get()
    run = OvernightRun.objects.get()
    assert (before.state, before.attempts) == (RunState.RUNNING, 0), "what a killed worker wrote is gone"
    assert (poison.state, poison.attempts) == (RunState.FAILED, 3)
    assert poison.error == "Its worker was killed 3 times in the middle of it."
    assert (other.state, other.attempts, other.lines_calculated) == (RunState.DONE, 0, 21)
    assert run.state == RunState.FAILED
    assert killed_thrice.lines() == []
    assert [need.sentence for need in needs_of(quentin)] == [
        "The overnight run of 1 November 2021 failed for 1 commissioning organisation"
    ]
    told = OutboxMessage.objects.get(task="operations.send_email")
    assert (told.keys["to"], "Its worker was killed 3 times" in told.keys["text"]) == (quentin.user.email, True)
    assert (OutboxMessage.objects.filter(done_at=None).count(), Attempt.objects.count()) == (0, 0)


def test_a_shard_that_was_given_up_is_worked_when_it_is_resumed(killed_thrice, quentin):
    work_the_messages()

    commands.resume_overnight_run(OvernightRun.objects.get().pk, by=quentin)
    work_the_messages()

    assert set(Shard.objects.values_list("state", "error")) == {(RunState.DONE, "")}
    assert OvernightRun.objects.get().state == RunState.DONE
    assert len(killed_thrice.lines()) == 3
    assert needs_of(quentin) == []


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
