"""The overnight run: begun once, worked in shards, resumed, and finished whatever fails."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.commands.overnight import runs, shards
from achievement.models import Achievement, AchievementChange, NetworkAchievement, OvernightRun, RunState, Shard
from achievement.states import State
from core.actors import SYSTEM
from core.errors import Conflict
from core.locking import lock_ids
from operations.commands import deliver, send_what_is_due
from operations.models import OutboxMessage
from organisations.models import Organisation
from tests.achievement.racing import at_once, meanwhile
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER, OCTOBER, UTSIRE_TOTAL, World, utsire
from tests.factories.organisations import NationalOperatorFactory

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = datetime(2021, 11, 1, 1, 30, tzinfo=UTC)


@pytest.fixture
def world(transactional_db: None, set_clock) -> World:
    """On the night to 1 November 2021."""
    set_clock(NIGHT)
    return utsire()


def operator() -> Acting:
    return acting_as(Role.OPERATIONS, organisation=NationalOperatorFactory.create())


def tick() -> None:
    commands.resume_overnight_runs(by=SYSTEM)


def work_the_messages() -> None:
    """What a worker does: every message that is there, oldest first, and those that come of them."""
    while message := OutboxMessage.objects.filter(done_at=None, attempts=0).order_by("pk").first():
        deliver(message.pk)


def the_run() -> OvernightRun:
    return OvernightRun.objects.get()


def the_shard() -> Shard:
    return Shard.objects.get()


def test_a_run_calculates_and_then_aggregates_and_counts_what_it_did(world):
    tick()
    work_the_messages()
    calculated = the_shard()
    world.approve_all()
    OutboxMessage.objects.all().delete()
    run = commands.start_overnight_run(by=operator())
    work_the_messages()

    second = Shard.objects.get(run=run)
    assert (calculated.lines_calculated, calculated.networks_aggregated) == (21, 0), (
        "April to October, three lines each"
    )
    assert (second.networks_aggregated, second.lines_moved, second.amount) == (1, 3, UTSIRE_TOTAL)
    assert (second.error, second.finished_at) == ("", NIGHT)
    assert set(OvernightRun.objects.values_list("number", "state")) == {(1, RunState.DONE), (2, RunState.DONE)}
    assert world.total().amount == UTSIRE_TOTAL


def test_a_run_starts_after_its_hour_and_once_a_day(world, set_clock, settings):
    settings.OVERNIGHT_STARTS_AT = "01:00"
    started = []
    for moment in ("00:59:59", "01:00:00", "01:01:00", "23:59:59"):
        set_clock(datetime.fromisoformat(f"2021-11-02T{moment}+00:00"))
        tick()
        started.append(OvernightRun.objects.count())
    work_the_messages()
    set_clock(datetime(2021, 11, 3, 1, tzinfo=UTC))
    tick()

    assert started == [0, 1, 1, 1]
    assert list(OvernightRun.objects.values_list("business_date", flat=True)) == [date(2021, 11, 3), date(2021, 11, 2)]


def test_the_hour_is_londons_in_summer_too(world, set_clock):
    set_clock(datetime(2021, 7, 1, 0, 0, tzinfo=UTC))

    tick()

    assert the_run().business_date == date(2021, 7, 1)


def test_four_ticks_at_once_start_one_run_with_one_shard_for_each_lead(world):
    other = utsire(service=world.service)

    answers = at_once(*[tick] * 4)

    assert answers == [None] * 4
    assert OvernightRun.objects.count() == 1
    assert set(Shard.objects.values_list("commissioner", flat=True)) == {world.commissioner.pk, other.commissioner.pk}
    assert OutboxMessage.objects.filter(task="achievement.work_shard").count() == 2


def test_a_shard_worked_four_times_at_once_is_worked_once(world):
    world.calculate()
    world.approve_all()
    commands.start_overnight_run(by=SYSTEM)
    shard = the_shard().pk

    answers = at_once(*[lambda: commands.work_shard(shard)] * 4)

    assert sorted(answers) == [False, False, False, True]
    assert (NetworkAchievement.objects.count(), the_shard().networks_aggregated) == (1, 1)
    assert AchievementChange.objects.filter(transition="aggregate line").count() == 3


def test_a_shard_that_is_done_is_not_worked_again(world):
    tick()
    work_the_messages()
    before = list(Shard.objects.values())

    again = commands.work_shard(the_shard().pk)

    assert again is False
    assert list(Shard.objects.values()) == before


def test_a_run_is_done_when_all_its_shards_are(world):
    utsire(service=world.service)
    tick()
    first, second = Shard.objects.order_by("pk").values_list("pk", flat=True)

    commands.work_shard(first)
    early = commands.finish_run(the_run().pk)
    commands.work_shard(second)
    done = commands.finish_run(the_run().pk)
    again = commands.finish_run(the_run().pk)

    assert (early, done, again) == (False, True, False)
    assert (the_run().state, the_run().finished_at) == (RunState.DONE, NIGHT)


def test_a_run_that_nobody_finished_is_finished_by_the_next_tick(world):
    tick()
    commands.work_shard(the_shard().pk)
    OutboxMessage.objects.filter(task="achievement.finish_run").delete()

    tick()

    assert the_run().state == RunState.DONE


def test_a_shard_whose_worker_died_is_sent_again_and_worked(world, set_clock):
    tick()
    set_clock(NIGHT + timedelta(minutes=1))

    sent, asked = send_what_is_due(), OutboxMessage.objects.count()
    work_the_messages()

    assert sent == asked
    assert (the_shard().state, the_run().state) == (RunState.DONE, RunState.DONE)


def test_a_shard_that_fails_thrice_fails_the_run_and_stops_no_other(world, monkeypatch):
    other = utsire(service=world.service)
    calculate = shards.calculate_achievements

    def fails_for_one(**given):
        if other.network.pk in given["networks"]:
            Achievement.objects.update(amount=1)
            raise ValueError("The list is not to be read.")
        return calculate(**given)

    monkeypatch.setattr(shards, "calculate_achievements", fails_for_one)
    tick()
    work_the_messages()

    failed = Shard.objects.get(commissioner=other.commissioner)
    done = Shard.objects.get(commissioner=world.commissioner)
    assert (failed.state, failed.attempts, failed.error) == (
        RunState.FAILED,
        3,
        "ValueError: The list is not to be read.",
    )
    assert (done.state, done.attempts, done.lines_calculated) == (RunState.DONE, 0, 21)
    assert the_run().state == RunState.FAILED
    assert not Achievement.objects.filter(amount=1).exists()


def test_a_shard_that_fails_once_is_done_the_second_time_and_forgets_its_error(world, monkeypatch):
    calculate, tries = shards.calculate_achievements, iter([True, False])

    def fails_once(**given):
        if next(tries):
            raise ValueError("Not yet.")
        return calculate(**given)

    monkeypatch.setattr(shards, "calculate_achievements", fails_once)
    tick()
    commands.work_shard(the_shard().pk)
    after_one = (the_shard().state, the_shard().attempts, the_shard().error)
    work_the_messages()

    assert after_one == (RunState.RUNNING, 1, "ValueError: Not yet.")
    assert (the_shard().state, the_shard().error, the_shard().lines_calculated) == (RunState.DONE, "", 21)


def test_a_locked_network_is_left_to_a_second_sweep_that_waits_for_it(world):
    world.calculate()
    world.approve_all()
    nothing_new = Shard.objects.create(
        run=OvernightRun.objects.create(business_date=date(2021, 10, 31), started_at=NIGHT, state=RunState.DONE),
        commissioner=world.commissioner, state=RunState.DONE,
    )  # fmt: skip
    commands.start_overnight_run(by=SYSTEM)
    shard = Shard.objects.exclude(pk=nothing_new.pk).get()

    with transaction.atomic():
        lock_ids(Organisation, [world.network.pk])
        with meanwhile(lambda: commands.work_shard(shard.pk)) as working:
            worked = working.result(10)
    shard.refresh_from_db()
    after_first = (worked, shard.state, shard.sweep, world.total())
    commands.work_shard(shard.pk)

    shard.refresh_from_db()
    again = OutboxMessage.objects.filter(task="achievement.work_shard", due_at=NIGHT + shards.BETWEEN_SWEEPS)
    assert after_first == (True, RunState.RUNNING, 2, None)
    assert again.count() == 1
    assert (shard.state, shard.networks_aggregated, world.total().amount) == (RunState.DONE, 1, UTSIRE_TOTAL)


def test_a_second_sweep_gives_up_on_a_lock_that_is_never_released_and_fails_that_attempt_alone(world, monkeypatch):
    monkeypatch.setattr(shards, "LOCK_TIMEOUT_MS", 100)
    world.calculate()
    world.approve_all()
    commands.start_overnight_run(by=SYSTEM)
    Shard.objects.update(sweep=shards.SECOND_SWEEP)

    with transaction.atomic():
        lock_ids(Organisation, [world.network.pk])
        with meanwhile(lambda: commands.work_shard(the_shard().pk)) as working:
            working.result(10)

    assert (the_shard().state, the_shard().attempts) == (RunState.RUNNING, 1)
    assert "lock timeout" in the_shard().error


def test_only_dates_that_have_come_since_the_last_run_are_calculated(world, set_clock, monkeypatch):
    asked = []
    calculate = shards.calculate_achievements
    monkeypatch.setattr(
        shards, "calculate_achievements", lambda **given: asked.append(given["dates"]) or calculate(**given)
    )
    for day in (date(2021, 11, 1), date(2021, 11, 2), NOVEMBER, date(2021, 12, 1)):
        set_clock(datetime(day.year, day.month, day.day, 1, 30, tzinfo=UTC))
        tick()
        work_the_messages()

    first, *others = asked
    assert max(first) == OCTOBER
    assert others == [{NOVEMBER}]
    assert {line.state for line in world.lines(NOVEMBER)} == {State.AWAITING_COMMISSIONER}


def test_a_night_that_failed_leaves_its_dates_to_the_next(world, set_clock, monkeypatch):
    calculate = shards.calculate_achievements
    monkeypatch.setattr(shards, "ATTEMPTS", 1)
    monkeypatch.setattr(shards, "calculate_achievements", lambda **given: 1 / 0)
    tick()
    work_the_messages()
    monkeypatch.setattr(shards, "calculate_achievements", calculate)
    set_clock(NIGHT + timedelta(days=1))

    tick()
    work_the_messages()

    assert len(world.lines(OCTOBER)) == 3
    assert list(OvernightRun.objects.values_list("state", flat=True)) == [RunState.DONE, RunState.FAILED]


def test_a_run_asked_for_by_hand_three_times_at_once_is_one_run(world):
    answers = at_once(*[lambda: commands.start_overnight_run(by=SYSTEM)] * 3)

    assert [type(answer) for answer in answers if answer != the_run()] == [Conflict, Conflict]
    assert (the_run().number, Shard.objects.count()) == (1, 1)


def test_what_waits_is_counted_at_the_end_for_every_shard(world):
    world.calculate()
    commands.start_overnight_run(by=SYSTEM)
    commands.work_shard(the_shard().pk)
    before = the_shard().waiting_by_reason

    commands.finish_run(the_run().pk)

    assert before == {}
    assert the_shard().waiting == sum(the_shard().waiting_by_reason.values()) > 0


def test_a_run_whose_waiting_cannot_be_counted_is_done_and_says_so(world, monkeypatch, caplog):
    monkeypatch.setattr(runs, "waiting_by_reason", lambda: 1 / 0)
    commands.start_overnight_run(by=SYSTEM)
    commands.work_shard(the_shard().pk)

    done = commands.finish_run(the_run().pk)

    assert (done, the_run().state) == (True, RunState.DONE)
    assert the_shard().error == "What waits was not counted: division by zero"
    assert "was not counted" in caplog.text
