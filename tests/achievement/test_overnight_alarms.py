"""Operations are told on Home and by e-mail when a run failed or did not start, once, until it is put right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.commands.overnight import shards
from achievement.models import OvernightRun, RunState, Shard
from core.actors import SYSTEM
from operations.commands import deliver
from operations.models import OutboxMessage, Task
from operations.tasks_for_people import needs_of
from tests.achievement.test_overnight import NIGHT, tick, work_the_messages
from tests.factories.accounts import acting_as
from tests.factories.achievement import World, utsire
from tests.factories.organisations import NationalOperatorFactory, OdsLoadFactory
from tests.plugins.smtp import MailServer, mail_server

__all__ = ["mail_server"]

pytestmark = pytest.mark.django_db(transaction=True)
LATE = NIGHT.replace(hour=1, minute=30)
"""Half an hour after the time it starts at, in London."""


@pytest.fixture
def world(transactional_db: None, set_clock) -> World:
    set_clock(NIGHT)
    return utsire()


@pytest.fixture
def quentin(world: World) -> Acting:
    return acting_as(Role.OPERATIONS, organisation=NationalOperatorFactory.create())


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing can be calculated; `undo()` puts it right."""
    monkeypatch.setattr(shards, "calculate_achievements", lambda **given: 1 / 0)
    return monkeypatch


def ran_before(day: date = date(2021, 10, 31)) -> OvernightRun:
    return OvernightRun.objects.create(business_date=day, started_at=NIGHT, finished_at=NIGHT, state=RunState.DONE)


def emails() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(task="operations.send_email").order_by("pk"))


def notice() -> bool:
    return commands.notice_overnight_runs(by=SYSTEM)


def test_a_run_that_failed_is_a_task_on_home_and_an_email_to_each_who_operates(
    world, quentin, broken, mail_server: MailServer
):
    other = acting_as(Role.OPERATIONS, organisation=quentin.organisation)
    tick()
    work_the_messages()

    run = OvernightRun.objects.get()
    sentence = "The overnight run of 1 November 2021 failed for 1 commissioning organisation"
    assert run.state == RunState.FAILED
    assert [(need.sentence, need.href) for need in needs_of(quentin)] == [
        (sentence, f"/achievement/overnight/{run.pk}/")
    ]
    assert {arrived["To"] for arrived in mail_server.received} == {quentin.user.email, other.user.email}
    assert len(mail_server.received) == 2
    text = mail_server.received[0].get_content()
    assert "ZeroDivisionError" in text
    assert world.commissioner.name in text


def test_home_shows_the_task_as_a_link(world, quentin, broken):
    tick()
    work_the_messages()
    client = Client()
    client.force_login(quentin.user)

    page = client.get("/").content.decode()

    assert "The overnight run of 1 November 2021 failed for 1 commissioning organisation" in page
    assert f'href="/achievement/overnight/{OvernightRun.objects.get().pk}/"' in page


def test_a_run_that_fails_again_after_it_was_resumed_is_told_again(world, quentin, broken, set_clock):
    tick()
    work_the_messages()
    set_clock(NIGHT + timedelta(hours=7))
    commands.resume_overnight_run(OvernightRun.objects.get().pk, by=quentin)

    work_the_messages()

    assert OvernightRun.objects.get().state == RunState.FAILED
    assert len(emails()) == 2


def test_a_run_that_is_resumed_and_done_settles_its_task(world, quentin, broken, set_clock):
    tick()
    work_the_messages()
    broken.undo()
    set_clock(NIGHT + timedelta(hours=7))
    sent = commands.resume_overnight_run(OvernightRun.objects.get().pk, by=quentin)

    work_the_messages()

    run = OvernightRun.objects.get()
    assert (sent, run.state, run.resumed_by, run.resumed_at) == (
        1,
        RunState.DONE,
        quentin.user,
        NIGHT + timedelta(hours=7),
    )
    assert (Shard.objects.get().attempts, Shard.objects.get().error) == (0, "")
    assert needs_of(quentin) == []
    assert len(emails()) == 1


def test_a_later_run_that_is_done_settles_what_was_told_of_those_before_it(world, quentin, broken, set_clock):
    tick()
    work_the_messages()
    broken.undo()
    set_clock(NIGHT + timedelta(days=1))

    tick()
    work_the_messages()

    assert needs_of(quentin) == []


@pytest.mark.parametrize(("after", "told"), [(-1, False), (0, True), (60, True)])
def test_a_run_that_did_not_start_by_its_set_time_is_told(world, quentin, set_clock, after, told):
    ran_before()
    set_clock(LATE + timedelta(seconds=after))

    assert notice() is told
    assert len(emails()) == told


def test_what_starts_late_was_told_and_starts(world, quentin, set_clock):
    ran_before()
    set_clock(LATE + timedelta(hours=5))

    notice()
    tick()
    told = [need.sentence for need in needs_of(quentin)]
    work_the_messages()

    assert told == ["The overnight run of 1 November 2021 had not started by 1 November 2021, 01:30"]
    assert OvernightRun.objects.first().state == RunState.DONE
    assert needs_of(quentin) == []


def test_the_set_time_is_londons_in_summer_too(world, quentin, set_clock):
    ran_before(date(2021, 6, 30))

    set_clock(datetime(2021, 7, 1, 0, 29, tzinfo=UTC))
    early = notice()
    set_clock(datetime(2021, 7, 1, 0, 30, tzinfo=UTC))

    assert (early, notice()) == (False, True)


def test_an_hour_and_a_grace_of_the_settings_count(world, quentin, set_clock, settings):
    ran_before()
    settings.OVERNIGHT_STARTS_AT, settings.OVERNIGHT_GRACE_MINUTES = "03:00", 5

    set_clock(NIGHT.replace(hour=3, minute=4))
    early = notice()
    set_clock(NIGHT.replace(hour=3, minute=5))

    assert (early, notice()) == (False, True)


def test_it_is_told_once_however_many_ticks_find_it(world, quentin, set_clock):
    ran_before()
    set_clock(LATE)

    answers = [notice() for _ in range(3)]

    assert answers == [True, False, False]
    assert (Task.objects.count(), len(emails())) == (1, 1)


def test_a_run_that_is_still_under_way_is_why_the_next_did_not_start(world, quentin, set_clock):
    OvernightRun.objects.create(business_date=date(2021, 10, 31), started_at=NIGHT, state=RunState.RUNNING)
    Shard.objects.create(run=OvernightRun.objects.get(), commissioner=world.commissioner)
    set_clock(LATE)

    notice()
    tick()

    assert OvernightRun.objects.count() == 1
    assert "The overnight run of 31 October 2021 is still under way." in emails()[0].keys["text"]


@pytest.mark.parametrize(("before", "told"), [(timedelta(seconds=1), True), (timedelta(0), False)])
def test_the_first_night_ever_is_told_if_there_was_something_to_run_for(world, quentin, set_clock, before, told):
    OdsLoadFactory.create(loaded_at=NIGHT.replace(hour=1, minute=0) - before)
    set_clock(LATE)

    assert notice() is told
    assert [need.sentence for need in needs_of(quentin)] == (
        ["The overnight run of 1 November 2021 had not started by 1 November 2021, 01:30"] if told else []
    )
    assert len(emails()) == told


def test_the_first_night_that_starts_late_settles_what_was_told_of_it(world, quentin, set_clock):
    OdsLoadFactory.create()
    set_clock(LATE)

    told = notice()
    tick()
    work_the_messages()

    assert told
    assert needs_of(quentin) == []


def test_a_portal_that_is_set_up_since_is_not_late(world, quentin, set_clock):
    OdsLoadFactory.create(loaded_at=LATE + timedelta(hours=8))
    set_clock(LATE + timedelta(hours=9))

    assert notice() is False


def test_nobody_operates_and_the_task_waits_for_whoever_will(world, broken):
    operator = NationalOperatorFactory.create()
    tick()
    work_the_messages()

    later = acting_as(Role.OPERATIONS, organisation=operator)

    assert len(needs_of(later)) == 1
    assert emails() == []


def test_an_email_goes_out_through_the_outbox(world, quentin, set_clock, mail_server: MailServer):
    ran_before()
    set_clock(LATE)
    notice()

    deliver(emails()[0].pk)

    assert "If it is not under way when you look" in mail_server.received[0].get_content() or "runbook" in (
        mail_server.received[0].get_content()
    )
