"""Two people at once on one line: it is settled once, or approved, and never both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.states import Role
from achievement import commands
from achievement.models import NetworkAchievement, NilSettlement
from achievement.states import NilState, State
from core import clock
from core.errors import Conflict
from tests.achievement.racing import at_once, overtaken
from tests.factories.achievement import World, seen, utsire
from tests.factories.nil import REASON, as_seen, nil_line, proposed, second_person, settled, two_approved

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, training_day: object) -> World:
    made = utsire()
    second_person(made), made.approver, made.finance
    return made


def on_the_day(act: Callable[[], Any]) -> Callable[[], Any]:
    """The clock of a thread of its own is held too."""

    def do() -> Any:
        with clock.held_at(date(2021, 12, 11)):
            return act()

    return do


def test_of_two_who_confirm_at_once_one_does(world):
    two_approved(world)
    row = proposed(world)
    others = [second_person(world), world.acting(Role.APPROVAL_MANAGEMENT)]

    answers = at_once(*(on_the_day(lambda by=by: commands.confirm_nil(as_seen(row), by=by)) for by in others))

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Settled"]
    assert NetworkAchievement.objects.payable().get().amount == Decimal("1732.34")
    assert row.history.filter(transition="confirm nil settlement").count() == 1


def test_of_two_who_propose_at_once_one_does(world):
    two_approved(world)
    both = [world.approver, second_person(world)]

    answers = at_once(*(on_the_day(lambda by=by: commands.propose_nil(nil_line(world), REASON, by=by)) for by in both))

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Proposed"]
    assert NilSettlement.objects.count() == 1


def test_confirming_while_the_line_is_approved_settles_nothing(world):
    waits = two_approved(world)
    row = proposed(world)

    with pytest.raises(Conflict, match="It is Replaced by the line"):
        overtaken(
            on_the_day(lambda: commands.confirm_nil(as_seen(row), by=second_person(world))),
            by=lambda: commands.approve_achievements(seen(waits), by=world.approver),
        )

    world.aggregate()
    assert world.total().amount == Decimal("2250.78")


def test_approving_the_line_while_it_is_settled_takes_the_settlements_place(world):
    waits = two_approved(world)
    row = proposed(world)

    outcome = overtaken(
        on_the_day(lambda: commands.approve_achievements(seen(waits), by=world.approver)),
        by=lambda: commands.confirm_nil(as_seen(row), by=second_person(world)),
    )

    assert outcome.moved == 1
    row.refresh_from_db()
    assert row.state == NilState.REPLACED
    world.aggregate()
    assert world.total().amount == Decimal("2250.78")
    states = NetworkAchievement.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.WITHDRAWN, State.AGGREGATED]


def test_lifting_while_finance_approves_lifts_nothing(world):
    two_approved(world)
    row = settled(world)
    total = world.total()

    with pytest.raises(Conflict, match="It is Settled as nil, complete"):
        overtaken(
            on_the_day(lambda: commands.lift_nil(as_seen(row), "Resolved.", by=world.approver)),
            by=lambda: commands.give_finance_approval(seen(total), by=world.finance),
        )

    total.refresh_from_db()
    assert total.state == State.AGGREGATED_COMPLETE


def test_finance_approval_while_it_is_lifted_approves_nothing(world):
    two_approved(world)
    row = settled(world)
    total = world.total()

    outcome = overtaken(
        on_the_day(lambda: commands.give_finance_approval(seen(total), by=world.finance)),
        by=lambda: commands.lift_nil(as_seen(row), "Resolved.", by=world.approver),
    )

    assert outcome.moved == 0
    assert world.total() is None


def test_a_decline_and_a_confirmation_at_once_leave_one_answer(world):
    two_approved(world)
    row = proposed(world)
    other = world.acting(Role.APPROVAL_MANAGEMENT)

    answers = at_once(
        on_the_day(lambda: commands.confirm_nil(as_seen(row), by=second_person(world))),
        on_the_day(lambda: commands.decline_nil(as_seen(row), "ODS has answered.", by=other)),
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Settled"]
    row.refresh_from_db()
    assert (world.total() is not None) == (row.state == NilState.SETTLED)
