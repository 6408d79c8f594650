"""What becomes of a line settled as nil: replaced, complete, or lifted, each with its network's total."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import InternalError, transaction

from achievement import commands
from achievement.models import Achievement, AdjustmentDue, NilSettlement
from achievement.states import NilState, State
from core.errors import Conflict, Invalid
from organisations.models import ListSize, Membership
from participation.models import Participation
from tests.factories.achievement import OCTOBER, add_member, seen
from tests.factories.nil import as_seen, second_person, settled, two_approved, without_line

pytestmark = pytest.mark.django_db


def test_it_is_replaced_when_its_line_is_approved_while_aggregated(world):
    waits = two_approved(world)
    row = settled(world)
    first = world.total()

    commands.approve_achievements(seen(waits), by=world.approver)
    world.aggregate()

    row.refresh_from_db()
    first.refresh_from_db()
    total = world.total()
    assert (row.state, first.state) == (NilState.REPLACED, State.WITHDRAWN)
    assert (total.amount, total.lines, total.state) == (Decimal("2250.78"), 3, State.AGGREGATED)
    assert row.history.order_by("-pk").first().note == "The line is approved: £518.44."
    assert {each.network_achievement_id for each in world.lines()} == {total.pk}


def test_it_is_replaced_when_its_line_is_approved_before_the_network_is_complete(world):
    world.calculate()
    row = settled(world)

    world.approve_all()
    world.aggregate()

    row.refresh_from_db()
    assert (row.state, world.total().amount) == (NilState.REPLACED, Decimal("2250.78"))


def test_a_line_that_comes_later_leaves_the_total_until_it_is_approved(world):
    without_line(world)
    settled(world)
    total = world.total()

    Participation.objects.filter(provider=world.practices[2]).update(state=5)
    world.calculate()

    assert world.total() == total
    late = Achievement.objects.get(provider=world.practices[2], achievement_date=OCTOBER)
    assert late.state == State.AWAITING_COMMISSIONER
    commands.approve_achievements(seen(late), by=world.approver)
    world.aggregate()
    assert world.total().amount == Decimal("2250.78")


def test_figures_that_change_leave_the_total_without_them(world):
    two_approved(world)
    settled(world)
    total = world.total()

    ListSize.objects.filter(organisation=world.practices[2]).update(size=Decimal(9_000))
    world.calculate()

    assert world.total() == total


def test_a_joiner_withdraws_a_total_made_without_a_settled_line(world):
    two_approved(world)
    settled(world)

    add_member(world, "Dogger Surgery", 5_000, participates=False)
    world.calculate()

    assert world.total() is None


def test_finance_approval_leaves_the_line_out_for_good_to_be_adjusted(world):
    waits = two_approved(world)
    row = settled(world)

    commands.give_finance_approval(seen(world.total()), by=world.finance)

    row.refresh_from_db()
    waits.refresh_from_db()
    assert (row.state, waits.state) == (NilState.COMPLETE, State.WITHDRAWN)
    assert "put right by adjustment" in waits.history.order_by("-pk").first().note
    done = world.calculate()
    assert done.lines == {"to be adjusted": 1}
    assert done.effects == ()
    assert AdjustmentDue.objects.open().get().difference == Decimal("518.44")
    waits.refresh_from_db()
    assert waits.state == State.WITHDRAWN


def test_what_is_complete_is_never_written_again(world):
    two_approved(world)
    row = settled(world)
    commands.give_finance_approval(seen(world.total()), by=world.finance)
    row.refresh_from_db()

    with pytest.raises(Conflict, match="It is Settled as nil, complete"):
        commands.lift_nil(as_seen(row), "Resolved.", by=second_person(world))
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        NilSettlement.objects.filter(pk=row.pk).update(reason="Another.")
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        NilSettlement.objects.filter(pk=row.pk)._raw_delete("default")


def test_what_finance_returns_is_aggregated_without_the_line_again(world):
    two_approved(world)
    row = settled(world)
    commands.return_network_achievements(seen(world.total()), by=world.finance, note="The payee is to be checked.")
    back = [each for each in world.lines() if each.provider != world.practices[2]]

    commands.approve_achievements(seen(*back), by=world.approver)
    world.aggregate()

    row.refresh_from_db()
    assert (row.state, world.total().amount) == (NilState.SETTLED, Decimal("1732.34"))


def test_lifting_withdraws_the_total_and_the_network_waits_again(world):
    two_approved(world)
    row = settled(world)
    total = world.total()

    with pytest.raises(Invalid, match="Reason: enter why"):
        commands.lift_nil(as_seen(row), " ", by=world.approver)
    done = commands.lift_nil(as_seen(row), "It has opened again.", by=world.approver)

    total.refresh_from_db()
    assert (done.settlement.state, total.state, world.total()) == (NilState.LIFTED, State.WITHDRAWN, None)
    assert world.aggregate().networks == 0
    assert [each.state for each in world.lines()] == [State.AWAITING_NETWORK] * 2 + [State.AWAITING_COMMISSIONER]
    assert "waits for Wight Health Centre again" in done.sentences[0]
    assert "is withdrawn, £1,732.34" in done.sentences[1]


def test_lifting_what_holds_nothing_up_leaves_the_total(world):
    two_approved(world)
    row = settled(world)
    Membership.objects.filter(practice=world.practices[2]).update(valid=("2019-07-01", "2021-10-01"))
    world.calculate()
    total = world.total()
    assert total is not None

    commands.lift_nil(as_seen(row), "It is no member.", by=world.approver)

    assert world.total() == total
