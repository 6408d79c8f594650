"""Later work is done once, whatever becomes of the broker, the work and the transaction that asked for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from achievement import commands as achievement
from achievement.models import AchievementChange, NetworkAchievement
from operations import tasks
from operations.attempts import beside
from operations.commands import (
    GIVE_THE_BROKER,
    LONGEST_PAUSE,
    after_commit,
    deliver,
    each_after_commit,
    send_what_is_due,
)
from operations.models import Attempt, OutboxMessage
from organisations.models import Organisation
from tests.achievement.racing import at_once
from tests.factories.achievement import UTSIRE_TOTAL, World, seen, utsire
from tests.factories.organisations import OrganisationFactory

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2021, 12, 11, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def noon(set_clock):
    set_clock(NOON)


@pytest.fixture
def world(transactional_db: None) -> World:
    return utsire()


def the_message() -> OutboxMessage:
    return OutboxMessage.objects.get()


def test_work_is_written_with_its_transaction_and_sent_when_that_commits(broker, db):
    with transaction.atomic():
        after_commit("tests.work", {"a": 1})
        before = broker.received()

    assert before == []
    assert broker.received() == [[the_message().pk]]
    assert (the_message().task, the_message().keys, the_message().done_at) == ("tests.work", {"a": 1}, None)


def test_nothing_is_written_or_sent_when_the_transaction_is_rolled_back(broker, db):
    with transaction.atomic():
        after_commit("tests.work", {})
        transaction.set_rollback(True)

    assert broker.received() == []
    assert not OutboxMessage.objects.exists()


def test_a_message_that_arrives_is_not_sent_again_by_the_next_tick_nor_when_it_is_done(broker, work, set_clock):
    work("tests.work", lambda keys: None)
    after_commit("tests.work", {})
    broker.received()

    soon = send_what_is_due()
    deliver(the_message().pk)
    set_clock(NOON + LONGEST_PAUSE)
    later = send_what_is_due()

    assert (soon, later, broker.received()) == (0, 0, [])
    assert the_message().done_at == NOON


def test_approving_while_the_broker_is_away_succeeds_and_the_network_aggregates_when_it_is_back(
    broker, world, set_clock, caplog
):
    world.calculate()
    broker.goes_away()

    outcome = achievement.approve_achievements(seen(*world.lines()), by=world.approver)
    set_clock(NOON + GIVE_THE_BROKER + SECOND)
    sent_in_vain, still_to_do = send_what_is_due(), the_message().done_at is None
    broker.comes_back()
    set_clock(NOON + 2 * GIVE_THE_BROKER + 2 * SECOND)
    sent = send_what_is_due()
    ((message_id,),) = broker.received()
    tasks.deliver(message_id)

    assert (outcome.moved, sent_in_vain, still_to_do, sent) == (3, 1, True, 1)
    assert "the next tick sends it" in caplog.text
    assert world.total().amount == UTSIRE_TOTAL
    assert the_message().done_at is not None


def test_whoever_asks_for_later_work_does_not_wait_for_a_broker_that_is_away(broker, db):
    broker.goes_away()
    started = time.monotonic()

    for _message in range(5):
        after_commit("tests.work", {})

    assert time.monotonic() - started < 1.0


def test_a_message_delivered_four_times_at_once_has_one_effect(broker, world):
    world.calculate()
    world.approve_all()
    message = the_message().pk

    answers = at_once(*[lambda: deliver(message)] * 4)

    assert sorted(answers) == [False, False, False, True]
    assert NetworkAchievement.objects.count() == 1
    assert AchievementChange.objects.filter(transition="aggregate line").count() == 3


def test_a_message_delivered_again_later_has_no_effect(broker, work):
    made = []
    work("tests.work", lambda keys: made.append(keys))
    after_commit("tests.work", {"a": 1})

    answers = [deliver(the_message().pk), deliver(the_message().pk)]

    assert (answers, made) == ([True, False], [{"a": 1}])


def test_a_message_that_does_not_exist_is_nothing_to_do(db):
    assert deliver(987_654_321) is False


def test_work_that_fails_is_rolled_back_noted_and_tried_again_after_a_growing_pause(broker, work, set_clock):
    def fails(keys):
        OrganisationFactory.create(code="X99999")
        raise ValueError("The file is not there.")

    work("tests.work", fails)
    after_commit("tests.work", {})

    pauses = []
    for _attempt in range(9):
        with pytest.raises(ValueError):
            tasks.deliver(the_message().pk)
        pauses.append((the_message().due_at - NOON).total_seconds())

    assert pauses == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    assert (the_message().attempts, the_message().error) == (9, "ValueError: The file is not there.")
    assert not Organisation.objects.filter(code="X99999").exists()


def test_work_that_failed_and_then_succeeds_is_done_and_its_error_is_gone(broker, work, set_clock):
    tries = iter([ValueError("Not yet."), None])

    def fails_once(keys):
        if error := next(tries):
            raise error

    work("tests.work", fails_once)
    after_commit("tests.work", {})
    with pytest.raises(ValueError):
        deliver(the_message().pk)
    too_soon = send_what_is_due()
    set_clock(NOON + GIVE_THE_BROKER)

    sent = send_what_is_due()
    done = deliver(the_message().pk)

    assert (too_soon, sent, done) == (0, 1, True)
    assert (the_message().done_at, the_message().error) == (NOON + GIVE_THE_BROKER, "")


def test_work_of_a_name_that_nobody_knows_is_noted_too(broker, db):
    after_commit("tests.nobody", {})

    with pytest.raises(KeyError):
        deliver(the_message().pk)

    assert the_message().error == "KeyError: 'tests.nobody'"


def kill(times: int) -> None:
    """What is left of a message that was begun and whose worker was killed."""
    for _kill in range(times):
        Attempt.objects.create(message=the_message(), begun_at=NOON)


def test_a_try_is_written_down_before_the_work_for_all_to_see_and_is_gone_when_it_has_ended(broker, work):
    seen_by_others = []

    def look(keys):
        with beside() as cursor:
            cursor.execute("SELECT message_id FROM operations_attempt")
            seen_by_others.extend(cursor.fetchall())

    work("tests.work", look)
    after_commit("tests.work", {})

    deliver(the_message().pk)

    assert seen_by_others == [(the_message().pk,)]
    assert not Attempt.objects.exists()


def test_a_try_that_ends_with_an_error_was_not_killed(broker, work):
    work("tests.work", lambda keys: 1 / 0)
    after_commit("tests.work", {})

    with pytest.raises(ZeroDivisionError):
        deliver(the_message().pk)

    assert (the_message().attempts, Attempt.objects.count()) == (1, 0)


def test_work_that_was_killed_is_begun_again_until_it_is_given_up(broker, work):
    asked, done = [], []

    def decide(keys, times):
        asked.append((keys, times))
        return times == 3

    work("tests.work", done.append, when_killed=decide)
    for times in (2, 3):
        OutboxMessage.objects.all().delete()
        after_commit("tests.work", {"killed": times})
        kill(times)
        deliver(the_message().pk)

    assert asked == [({"killed": 2}, 2), ({"killed": 3}, 3)]
    assert done == [{"killed": 2}]
    assert (the_message().done_at, the_message().error) == (
        NOON,
        "WorkerKilled: Its worker was killed 3 times in the middle of it.",
    )
    assert not Attempt.objects.exists()


def test_work_that_is_never_given_up_waits_longer_and_longer_when_it_kills_its_workers(broker, work, set_clock):
    done = []
    work("tests.work", done.append)
    after_commit("tests.work", {})
    kill(3)

    first = deliver(the_message().pk)
    put_off = (the_message().attempts, the_message().due_at - NOON, the_message().done_at)
    kill(3)
    second = deliver(the_message().pk)
    longer = the_message().due_at - NOON
    third = deliver(the_message().pk)

    assert (first, second, third) == (False, False, True)
    assert put_off == (3, timedelta(minutes=2), None)
    assert longer == timedelta(minutes=16)
    assert done == [{}]


def test_a_try_that_cannot_be_written_down_is_made_all_the_same(broker, work, monkeypatch, caplog):
    done = []
    work("tests.work", done.append)
    after_commit("tests.work", {})
    monkeypatch.setattr("operations.attempts.connection.copy", lambda: raise_(OperationalError("too many clients")))

    deliver(the_message().pk)

    assert done == [{}]
    assert "too many clients" in caplog.text


def raise_(error: Exception) -> None:
    raise error


def test_work_for_later_is_sent_by_the_first_tick_after_its_time(broker, set_clock):
    after_commit("tests.work", {}, not_before=timedelta(seconds=20))

    at_once_, early = broker.received(), send_what_is_due()
    set_clock(NOON + timedelta(seconds=20))
    due = send_what_is_due()

    assert (at_once_, early, due) == ([], 0, 1)
    assert broker.received() == [[the_message().pk]]


def test_a_tick_sends_what_is_due_once_and_not_again_at_the_next(broker, set_clock):
    after_commit("tests.work", {}, not_before=SECOND)
    set_clock(NOON + SECOND)

    sent = [send_what_is_due(), send_what_is_due()]

    assert sent == [1, 0]
    assert len(broker.received()) == 1


def test_work_is_not_lost_when_the_training_clock_is_set_back(broker, set_clock):
    after_commit("tests.work", {}, not_before=SECOND)
    set_clock(NOON - timedelta(days=90))

    sent = send_what_is_due()

    assert sent == 1


def test_a_tick_does_the_rest_when_one_thing_fails(broker, monkeypatch, caplog):
    done = []

    def fails():
        raise ValueError("The file is not there.")

    monkeypatch.setattr(tasks, "minutely", lambda: (fails, lambda: done.append("the rest")))

    tasks.tick()

    assert done == ["the rest"]
    assert "The file is not there." in caplog.text


def test_the_connection_beside_is_kept_where_connections_are(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)

    with beside() as cursor:
        first = pid_of(cursor)
    with beside() as cursor:
        second = pid_of(cursor)
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    with beside() as cursor:
        third = pid_of(cursor)
    with beside() as cursor:
        fourth = pid_of(cursor)

    assert first == second == third != fourth


def pid_of(cursor: Any) -> int:
    cursor.execute("SELECT pg_backend_pid()")
    return int(cursor.fetchone()[0])


def test_work_for_several_is_written_in_one_statement_and_each_sent(broker, work, django_assert_num_queries):
    done = []
    work("tests.work", done.append)

    with transaction.atomic(), django_assert_num_queries(1):
        each_after_commit("tests.work", [{"n": 1}, {"n": 2}])
    sent = broker.received()
    for message in OutboxMessage.objects.order_by("pk"):
        deliver(message.pk)

    assert done == [{"n": 1}, {"n": 2}]
    assert len(sent) == 2
