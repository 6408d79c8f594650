"""One person acts in one stage of a payment chain: by the rule, and by the database behind it (domain 2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, AchievementChange, NetworkAchievement, NetworkAchievementChange
from achievement.states import APPROVE, APPROVE_LINE, COMPLETE_TOTAL, DECLARE, State
from core.actors import SYSTEM
from core.permissions import Permission
from submission.models import Hand
from submission.states import Stage
from tests.achievement.rows import hand, practice_paid
from tests.factories.accounts import GrantFactory, acting_as
from tests.factories.achievement import NOVEMBER, OCTOBER, World, seen

WALL = "hand_in_one_stage_of_a_chain"
ANYBODY = Permission("tests.anybody")


@pytest.fixture
def calculated(world: World) -> World:
    world.calculate()
    return world


def refused_for(stage: str) -> tuple[str, ...]:
    return (f"You acted on this payment before, in another stage; the {stage} stage is another person's.",)


def in_every_role(world: World) -> Acting:
    """One person with all the roles a chain asks for, at the commissioner."""
    return acting_as(Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, organisation=world.commissioner)


def hands() -> set[tuple[int, int]]:
    return set(Hand.objects.values_list("actor", "stage"))


def test_who_entered_the_figures_may_not_approve_them_and_is_told_so(calculated):
    by = calculated.approver
    hand(calculated, by.user_id, Stage.PROVIDER)

    outcome = commands.approve_achievements(seen(*calculated.lines()), by=by)

    assert {row.reasons for row in outcome.refused} == {refused_for("commissioner")}
    assert (outcome.moved, hands()) == (0, {(by.user_id, Stage.PROVIDER)})


def test_who_entered_one_practices_own_figures_may_approve_another_practices(world):
    own, another = (practice_paid(world, practice) for practice in world.practices[:2])
    hand(world, world.approver.user_id, Stage.PROVIDER, subject=world.practices[0])

    outcome = commands.approve_achievements(seen(own, another), by=world.approver)

    assert outcome.ids == (another.pk,)


def test_a_chain_is_of_one_date(calculated):
    calculated.calculate(NOVEMBER)
    hand(calculated, calculated.approver.user_id, Stage.PROVIDER, day=OCTOBER)

    outcome = commands.approve_achievements(seen(*calculated.lines(NOVEMBER)), by=calculated.approver)

    assert outcome.moved == 3


def test_a_hand_in_one_line_is_a_hand_in_its_networks_chain(calculated):
    by = in_every_role(calculated)
    commands.approve_achievements(seen(calculated.lines()[0]), by=by)
    commands.approve_achievements(seen(*calculated.lines()[1:]), by=calculated.approver)
    calculated.aggregate()

    outcome = commands.give_finance_approval(seen(calculated.total()), by=by)

    assert {row.reasons for row in outcome.refused} == {refused_for("finance")}
    assert calculated.total().state == State.AGGREGATED


def test_who_returned_a_total_may_not_approve_its_lines_but_may_give_it_finance_approval(calculated):
    by = in_every_role(calculated)
    commands.return_network_achievements(seen(calculated.aggregated()), by=by, note="The payee is in dispute.")

    refused = commands.approve_achievements(seen(*calculated.lines()), by=by)
    calculated.approve_all()
    calculated.aggregate()
    given = commands.give_finance_approval(seen(calculated.total()), by=by)

    assert {row.reasons for row in refused.refused} == {refused_for("commissioner")}
    assert given.moved == 1


def test_an_approver_approves_line_after_line_of_one_network_and_undoes_them(calculated):
    for line in calculated.lines():
        commands.approve_achievements(seen(line), by=calculated.approver)
    undone = commands.undo_approval(seen(*calculated.lines()), by=calculated.approver, note="Looked again.")
    again = calculated.approve_all()

    assert (undone.moved, again.moved) == (3, 3)
    assert hands() == {(calculated.approver.user_id, Stage.COMMISSIONER)}


def test_one_person_may_enter_and_declare(world):
    manager = world.acting(Role.DECLARATION_MANAGEMENT, world.practices[0])
    row = practice_paid(world, world.practices[0], state=State.AWAITING_PROVIDER)
    hand(world, manager.user_id, Stage.PROVIDER, subject=world.practices[0])

    moved = DECLARE.apply(Achievement.objects.filter(pk=row.pk), by=manager)

    assert moved.ids == (row.pk,)


def test_who_declared_may_not_approve_in_another_role_elsewhere(world):
    manager = world.acting(Role.DECLARATION_MANAGEMENT, world.practices[0])
    row = practice_paid(world, world.practices[0], state=State.AWAITING_PROVIDER)
    DECLARE.apply(Achievement.objects.filter(pk=row.pk), by=manager)
    row.refresh_from_db()
    GrantFactory.create(user=manager.user, organisation=world.commissioner, role=Role.APPROVAL_MANAGEMENT)

    outcome = commands.approve_achievements(seen(row), by=Acting(manager.user, world.commissioner))

    assert [each.reasons for each in outcome.refused] == [refused_for("commissioner")]


def test_the_portal_itself_leaves_no_hand_and_is_stopped_by_none(calculated):
    hand(calculated, calculated.approver.user_id, Stage.PROVIDER)

    outcome = commands.approve_achievements(seen(*calculated.lines()), by=SYSTEM)

    assert outcome.moved == 3
    assert hands() == {(calculated.approver.user_id, Stage.PROVIDER)}


@pytest.mark.parametrize("stage", [Stage.PROVIDER, Stage.FINANCE, Stage.RELEASE])
def test_past_a_rule_that_forgot_it_the_database_refuses_an_approval_and_all_is_rolled_back(calculated, stage):
    by = calculated.approver
    hand(calculated, by.user_id, stage)
    forgetful = replace(APPROVE_LINE, permission=ANYBODY.name)

    with pytest.raises(IntegrityError, match=WALL), transaction.atomic():
        forgetful.apply(Achievement.objects.all(), by=by)

    assert {line.state for line in calculated.lines()} == {State.AWAITING_COMMISSIONER}
    assert not AchievementChange.objects.filter(transition="approve line").exists()
    assert hands() == {(by.user_id, stage)}


def test_past_a_rule_that_forgot_it_the_database_refuses_the_approver_finance_approval(calculated):
    calculated.aggregated()
    forgetful = replace(COMPLETE_TOTAL, permission=ANYBODY.name)

    with pytest.raises(IntegrityError, match=WALL), transaction.atomic():
        forgetful.apply(NetworkAchievement.objects.all(), by=calculated.approver)

    assert calculated.total().state == State.AGGREGATED
    assert NetworkAchievementChange.objects.count() == 1


def test_the_wall_stands_for_payments_to_practices_too(world):
    row = practice_paid(world, world.practices[0])
    hand(world, world.approver.user_id, Stage.PROVIDER, subject=world.practices[0])
    forgetful = replace(APPROVE, permission=ANYBODY.name)

    with pytest.raises(IntegrityError, match=WALL), transaction.atomic():
        forgetful.apply(Achievement.objects.filter(pk=row.pk), by=world.approver)

    row.refresh_from_db()
    assert (row.state, row.version) == (State.AWAITING_COMMISSIONER, 1)


def test_one_forbidden_row_among_many_permitted_rolls_all_of_them_back_at_the_wall(calculated):
    calculated.calculate(NOVEMBER)
    hand(calculated, calculated.approver.user_id, Stage.PROVIDER, day=NOVEMBER)
    forgetful = replace(APPROVE_LINE, permission=ANYBODY.name)

    with pytest.raises(IntegrityError, match=WALL), transaction.atomic():
        forgetful.apply(Achievement.objects.all(), by=calculated.approver)

    assert set(Achievement.objects.values_list("state", "version")) == {(State.AWAITING_COMMISSIONER, 1)}


def test_a_hand_is_never_changed_or_taken_away(world):
    world.calculate()
    world.approve_all()

    for write in (lambda: Hand.objects.update(stage=Stage.PROVIDER), lambda: Hand.objects.all()._raw_delete("default")):
        with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
            write()
