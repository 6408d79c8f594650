"""Whoever answers offers is reminded once, before the day to respond by; what is answered or expired is no task."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from core.actors import SYSTEM
from core.transitions import Seen
from operations.commands import deliver
from operations.models import OutboxMessage, Task
from participation.commands import accept_offers, close_the_day, offer_to_practices, plan_reminders
from participation.models import Participation
from participation.states import State
from participation.tasks import close_the_day as close_the_day_overnight
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory
from tests.factories.submission import weight_management
from tests.participation.conftest import ENDS, STARTS
from tests.participation.pages import sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

RESPOND_BY = date(2021, 12, 18)


@pytest.fixture
def manager(somewhere):
    return acting_as(Role.SERVICE_MANAGEMENT, organisation=somewhere.practice)


@pytest.fixture
def offered(somewhere, kezia, manager):
    """Weight Management offered to Portland Surgery, to be answered by 18 December: in seven days."""
    offer_to_practices(somewhere.service.pk, [somewhere.practice.pk], STARTS, ENDS, by=kezia, respond_by=RESPOND_BY)
    OutboxMessage.objects.all().delete()
    return Participation.objects.get()


def night():
    """An overnight run closes the day, and a worker does what it leaves."""
    close_the_day_overnight({})
    for message in OutboxMessage.objects.filter(done_at=None, task="participation.remind_of_offers"):
        deliver(message.pk)


def mails():
    return list(OutboxMessage.objects.filter(task="operations.send_email").values_list("keys", flat=True))


def test_seven_days_before_it_is_a_task_and_an_e_mail(client, offered, manager):
    night()

    said = "Answer Weight Management 2021/22 by 18 December 2021, or the offer expires"
    assert [(mail["to"], mail["subject"]) for mail in mails()] == [(manager.user.email, said)]
    assert "What is not answered by then expires overnight" in mails()[0]["text"]
    assert said in text(sign_in(client, manager).get(reverse("home:home")))


def test_it_is_told_once(offered, set_clock):
    night()
    set_clock(date(2021, 12, 12))
    night()

    assert (len(mails()), Task.objects.count()) == (1, 1)


def test_eight_days_before_nobody_is_reminded(offered, set_clock):
    set_clock(date(2021, 12, 10))

    assert plan_reminders(by=SYSTEM) == 0


def test_several_offers_are_one_e_mail(somewhere, kezia, offered, manager):
    other = weight_management(code="WM-OTHER", name="Another service")
    offer_to_practices(other.pk, [somewhere.practice.pk], STARTS, ENDS, by=kezia, respond_by=date(2021, 12, 15))
    OutboxMessage.objects.all().delete()

    night()

    assert [mail["subject"] for mail in mails()] == ["2 offers await your answer, the first by 15 December 2021"]
    assert Task.objects.open().count() == 2


def test_an_answer_settles_the_task(offered, manager):
    night()

    accept_offers([Seen(offered.pk, offered.version)], by=manager)

    assert not Task.objects.open().exists()


def test_what_was_answered_before_the_worker_came_is_not_reminded_of(offered, manager):
    plan_reminders(by=SYSTEM)
    accept_offers([Seen(offered.pk, offered.version)], by=manager)
    OutboxMessage.objects.exclude(task="participation.remind_of_offers").delete()

    night()

    assert not Task.objects.exists()
    assert mails() == []


def test_what_nobody_answered_expires_the_night_after_and_is_no_task(offered, set_clock):
    night()
    set_clock(date(2021, 12, 19))

    closed = close_the_day(by=SYSTEM)

    assert closed.expired == 1
    assert Participation.objects.get().state == State.EXPIRED
    assert not Task.objects.open().exists()


def test_on_the_last_day_it_may_still_be_answered(offered, set_clock):
    set_clock(RESPOND_BY)

    assert close_the_day(by=SYSTEM).expired == 0


def test_planning_asks_a_constant_number_of_questions(somewhere, kezia, django_assert_max_num_queries):
    ids = [PracticeFactory.create(parent=somewhere.commissioner).pk for _ in range(30)]
    offer_to_practices(somewhere.service.pk, ids, STARTS, ENDS, by=kezia, respond_by=RESPOND_BY)

    with django_assert_max_num_queries(6):
        assert plan_reminders(by=SYSTEM) == 30
