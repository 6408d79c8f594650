"""Each network total that waits is counted once, under the first thing that has to be put right."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from achievement import commands
from achievement.queries.waiting import (
    AWAITING_APPROVAL,
    HELD,
    NO_LIST_SIZE,
    NOT_PARTICIPATING,
    OTHER,
    REASONS,
    waiting_by_reason,
)
from achievement.states import State
from organisations.models import ListSize
from participation.models import Participation, Term
from tests.achievement.rows import line_in
from tests.factories.achievement import NOVEMBER, OCTOBER, World, seen, utsire
from tests.factories.organisations import MembershipFactory, PracticeFactory

pytestmark = pytest.mark.django_db


def waiting(world: World) -> dict[str, int]:
    return waiting_by_reason(world.commissioner.pk)


def without_earlier_dates(world: World) -> None:
    """The participations begin in October, so that no month before it waits for lines that were never worked out."""
    Term.objects.update(valid="[2021-10-01,2021-11-01)")


@pytest.fixture
def october(world: World) -> World:
    without_earlier_dates(world)
    world.calculate()
    return world


def test_lines_that_nobody_approved_await_approval(october):
    commands.approve_achievements(seen(*october.lines()[:2]), by=october.approver)

    assert waiting(october) == {AWAITING_APPROVAL: 1}


def test_a_network_without_any_approval_waits_too(october):
    assert waiting(october) == {AWAITING_APPROVAL: 1}


def test_a_held_line_comes_before_one_that_awaits_approval(october):
    commands.reject_achievements(seen(october.lines()[0]), by=october.approver, note="The list is disputed.")

    assert waiting(october) == {HELD: 1}


def test_a_member_that_was_never_offered_the_service_comes_first(october):
    commands.reject_achievements(seen(october.lines()[0]), by=october.approver, note="The list is disputed.")
    MembershipFactory.create(practice=PracticeFactory.create(), network=october.network)

    assert waiting(october) == {NOT_PARTICIPATING: 1}


def test_a_participating_practice_without_a_list_has_no_line(world):
    without_earlier_dates(world)
    ListSize.objects.filter(organisation=world.practices[0]).delete()
    world.calculate()
    world.approve_all()

    assert waiting(world) == {NO_LIST_SIZE: 1}


def test_a_network_none_of_whose_practices_has_a_list_waits_although_it_has_no_line(world):
    without_earlier_dates(world)
    ListSize.objects.all().delete()
    world.calculate()

    assert world.lines() == []
    assert waiting(world) == {NO_LIST_SIZE: 1}


def test_a_complete_network_that_is_not_aggregated_yet_waits_for_something_else(october):
    october.approve_all()

    assert waiting(october) == {OTHER: 1}


def test_an_aggregated_network_waits_for_nothing(october):
    october.approve_all()
    october.aggregate()

    assert waiting(october) == {}


def test_a_network_without_members_on_the_date_does_not_wait(world):
    without_earlier_dates(world)
    world.network.member_practices.all().delete()

    assert waiting(world) == {}


def test_a_date_that_has_not_come_does_not_wait(world, set_clock):
    Term.objects.update(valid="[2021-12-01,2022-04-01)")

    assert waiting(world) == {}


def test_each_date_of_each_service_counts_and_another_commissioner_does_not(world):
    Term.objects.update(valid="[2021-10-01,2021-12-01)")
    world.calculate(OCTOBER, NOVEMBER)
    other = utsire(service=world.service)
    other.calculate(OCTOBER)

    assert waiting(world) == {AWAITING_APPROVAL: 2}


def test_a_line_of_a_practice_that_is_no_member_is_something_else(october):
    october.approve_all()
    october.network.member_practices.all().delete()

    assert waiting(october) == {OTHER: 1}


def test_a_service_that_expects_participating_members_does_not_wait_for_the_others(october):
    october.service.expected = "participating members"
    october.service.save()
    Participation.objects.filter(provider=october.practices[0]).update(state=1)
    lines = [line for line in october.lines() if line.provider != october.practices[0]]
    commands.approve_achievements(seen(*lines), by=october.acting(Role.APPROVAL_MANAGEMENT))

    assert NOT_PARTICIPATING not in waiting(october)


def test_the_reasons_are_told_in_their_order(october):
    line_in(october, State.HELD, day=date(2021, 9, 30))

    assert list(waiting(october)) == [reason for reason in REASONS if reason in waiting(october)]
