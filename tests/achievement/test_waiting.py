"""Each network total that waits is counted once, under the first thing that has to be put right."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from achievement import commands
from achievement.queries.causes import Cause
from achievement.queries.waiting import REASONS, in_order, waiting_by_reason
from achievement.states import State
from organisations.models import ListSize
from participation.models import Participation, Term
from tests.achievement.rows import line_in
from tests.factories.achievement import NOVEMBER, OCTOBER, World, seen, utsire
from tests.factories.organisations import MembershipFactory, PracticeFactory

pytestmark = pytest.mark.django_db


def waiting(world: World) -> dict[str, int]:
    return waiting_by_reason().get(world.commissioner.pk, {})


def offered_from(world: World, first: str = "2021-10-01", until: str = "2022-04-01") -> None:
    """So that no month before it waits for lines that were never worked out."""
    Term.objects.update(valid=f"[{first},{until})")


@pytest.fixture
def october(world: World, set_clock) -> World:
    """October's lines await approval; November has not come."""
    set_clock(date(2021, 11, 12))
    offered_from(world)
    world.acting(Role.APPROVAL_MANAGEMENT)
    world.calculate()
    return world


def test_lines_that_nobody_approved_await_approval(october):
    commands.approve_achievements(seen(*october.lines()[:2]), by=october.approver)

    assert waiting(october) == {Cause.COMMISSIONER.label: 1}


def test_a_network_without_any_approval_waits_too(october):
    assert waiting(october) == {Cause.COMMISSIONER.label: 1}


def test_a_held_line_comes_before_one_that_awaits_approval(october):
    commands.reject_achievements(seen(october.lines()[0]), by=october.approver, note="The list is disputed.")

    assert waiting(october) == {Cause.HELD.label: 1}


def test_a_member_that_was_never_offered_the_service_comes_first(october):
    commands.reject_achievements(seen(october.lines()[0]), by=october.approver, note="The list is disputed.")
    MembershipFactory.create(practice=PracticeFactory.create(), network=october.network)

    assert waiting(october) == {Cause.NEVER_OFFERED.label: 1}


def test_a_participating_practice_without_a_list_has_no_line(october):
    ListSize.objects.filter(organisation=october.practices[0]).update(valid="[2020-01-01,2020-01-02)")
    october.calculate()

    assert waiting(october) == {Cause.NO_FIGURE.label: 1}


def test_a_network_none_of_whose_practices_has_a_list_waits_although_it_has_no_line(october):
    ListSize.objects.update(valid="[2020-01-01,2020-01-02)")
    october.calculate()

    assert october.lines() == []
    assert waiting(october) == {Cause.NO_FIGURE.label: 1}


def test_a_complete_network_that_is_not_aggregated_yet_waits_for_the_portal(october):
    october.approve_all()

    assert waiting(october) == {Cause.RECALCULATION.label: 1}


def test_an_aggregated_network_waits_for_nothing(october):
    october.approve_all()
    october.aggregate()

    assert waiting(october) == {}


def test_a_network_without_members_on_the_date_does_not_wait(world):
    offered_from(world)
    world.network.member_practices.all().delete()

    assert waiting(world) == {}


def test_a_date_that_has_not_come_does_not_wait(world):
    offered_from(world, "2021-12-01")

    assert waiting(world) == {}


def test_a_date_after_the_offers_ended_and_before_the_service_does_waits(world):
    offered_from(world, "2021-10-01", "2021-11-01")
    world.aggregated()

    assert waiting(world) == {Cause.OFFERS_END.label: 1}


def test_each_date_of_each_service_counts_and_another_commissioner_does_not(world):
    offered_from(world)
    world.acting(Role.APPROVAL_MANAGEMENT)
    world.calculate(OCTOBER, NOVEMBER)
    other = utsire(service=world.service)
    other.calculate(OCTOBER)

    assert waiting(world) == {Cause.COMMISSIONER.label: 2}


def test_a_line_of_a_practice_that_is_no_member_is_an_unknown_state(october):
    october.approve_all()
    october.network.member_practices.all().delete()

    assert waiting(october) == {Cause.UNKNOWN.label: 1}


def test_a_service_that_expects_participating_members_does_not_wait_for_the_others(october):
    october.service.expected = "participating members"
    october.service.save()
    Participation.objects.filter(provider=october.practices[0]).update(state=1)
    lines = [line for line in october.lines() if line.provider != october.practices[0]]
    commands.approve_achievements(seen(*lines), by=october.acting(Role.APPROVAL_MANAGEMENT))

    assert Cause.NOT_TAKEN_UP.label not in waiting(october)


def test_the_reasons_are_told_in_their_order(october):
    other = utsire(service=october.service, commissioner=october.commissioner)
    offered_from(other)
    for practice in other.practices:
        line_in(other, State.HELD, practice=practice)

    assert list(waiting(october)) == [Cause.HELD.label, Cause.COMMISSIONER.label]


def test_what_an_earlier_run_was_told_in_other_words_comes_last():
    told = {"awaiting approval": 3, REASONS[1]: 1, "nothing": 0, REASONS[0]: 2}

    assert list(in_order(told).items()) == [(REASONS[0], 2), (REASONS[1], 1), ("awaiting approval", 3)]
