"""A Supervisor sees every open task of the practice, without the pounds that their roles do not show (domain 2)."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement import commands
from achievement.models import Achievement
from achievement.queries.declarations import ToDeclare
from home.queries import needs_of
from operations.tasks_for_people import ask
from participation.models import Participation
from participation.states import State
from submission.commands import Figures, save_work_in_progress
from tests.factories.accounts import acting_as
from tests.factories.achievement import seen
from tests.factories.participation import ParticipationFactory
from tests.factories.submission import REFERRALS, world
from tests.participation.pages import sign_in, text

OCTOBER = date(2021, 10, 31)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def portland():
    """Portland Surgery: November's £345.00 to declare, October's figures begun, a task for whoever answers offers, and
    an offer to answer."""
    made = world()
    made.submit()
    save_work_in_progress(made.key(OCTOBER), Figures({REFERRALS: 12}), by=made.kezia)
    ParticipationFactory.create(
        service=made.service, provider=made.practice, network=None, commissioner=made.commissioner, state=State.OFFERED
    )
    ask("offer", made.practice.pk, Role.SERVICE_MANAGEMENT, "Answer Weight Management: £345.00 at stake", "/answer/")
    return made


@pytest.fixture
def supervisor(portland):
    return acting_as(Role.SUPERVISOR, organisation=portland.practice)


def told(by):
    return [need.sentence for need in needs_of(by)]


def test_a_supervisor_sees_the_tasks_of_every_role_of_the_practice(supervisor):
    assert told(supervisor) == [
        "Answer Weight Management: an amount at stake",
        "1 achievement awaits declaration",
        "1 offer awaits an answer",
        "Weight Management, October 2021: entered and not submitted",
    ]


def test_without_a_role_that_shows_them_a_supervisor_sees_no_pounds(client, supervisor):
    home = text(sign_in(client, supervisor).get(reverse("home:home")))

    assert "1 achievement awaits declaration" in home
    assert "£" not in home
    assert {need.pounds for need in needs_of(supervisor)} == {None}


def test_with_a_role_that_shows_them_a_supervisor_sees_the_pounds(portland):
    earned = Achievement.objects.get()
    manager = acting_as(Role.SUPERVISOR, Role.FINANCE_VIEW, organisation=portland.practice)

    assert "Answer Weight Management: £345.00 at stake" in told(manager)
    assert [need.pounds for need in needs_of(manager) if "declaration" in need.sentence] == [earned.amount]


def test_what_a_supervisor_is_led_to_is_theirs_to_look_at(client, supervisor):
    browser = sign_in(client, supervisor)
    ahead = [need.href for need in needs_of(supervisor) if need.href != "/answer/"]

    answers = {href: browser.get(href) for href in ahead}

    assert ahead
    assert {answer.status_code for answer in answers.values()} == {200}
    assert [href for href, answer in answers.items() if "There is a problem" in answer.content.decode()] == []


def test_whoever_declares_is_told_so_and_led_to_declare(portland):
    both = acting_as(Role.SUPERVISOR, Role.DECLARATION_MANAGEMENT, organisation=portland.practice)

    need = next(need for need in needs_of(both) if "declaration" in need.sentence)

    assert (need.sentence, need.href) == ("1 achievement awaits your declaration", reverse("achievement:declare"))


def test_what_came_back_is_before_a_supervisor_without_the_pounds_that_its_reason_names(portland, supervisor):
    declarer = acting_as(Role.DECLARATION_MANAGEMENT, organisation=portland.practice)
    approver = acting_as(Role.APPROVAL_MANAGEMENT, organisation=portland.commissioner)
    commands.declare_achievements([ToDeclare(row, 1) for row in seen(Achievement.objects.get())], by=declarer)
    commands.reject_achievements(seen(Achievement.objects.get()), by=approver, note="£345.00 is too much.")

    back = [sentence for sentence in told(supervisor) if "rejected" in sentence]

    assert len(back) == 1
    assert "The note names pounds" in back[0]
    assert "£" not in back[0]


def test_one_thing_put_before_several_roles_is_one_task(portland, supervisor):
    for role in (Role.FINANCE_VIEW, Role.DECLARATION_MANAGEMENT):
        ask("payee", portland.practice.pk, role, "The payee has changed", "/payee/")

    assert told(supervisor).count("The payee has changed") == 1


def test_elsewhere_than_in_a_practice_the_role_shows_no_task(portland):
    ask("approve", portland.commissioner.pk, Role.COMMISSIONING_MANAGEMENT, "Approve an answer", "/approve/")
    Participation.objects.filter(state=State.OFFERED).update(state=State.ACCEPTED)

    assert told(acting_as(Role.SUPERVISOR, organisation=portland.commissioner)) == []


def test_whoever_holds_no_role_of_a_task_is_shown_none(portland):
    assert told(acting_as(Role.VIEW, organisation=portland.practice)) == []
