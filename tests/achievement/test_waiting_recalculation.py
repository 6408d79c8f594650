"""Between a change that concerns many networks and its recalculation by a worker, nothing is paid on old figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from achievement import commands
from achievement.states import State
from core.actors import SYSTEM
from operations.commands import deliver
from operations.models import OutboxMessage
from organisations.commands import set_list_sizes
from organisations.models import ListKind
from tests.factories.achievement import World, seen
from tests.factories.organisations import LeadFactory, MembershipFactory, NetworkFactory, PracticeFactory


def correct_many_lists(world: World) -> None:
    """One command that touches more networks than are worked out at once, Portland Surgery's among them."""
    sizes = {world.practices[0].pk: Decimal(5)}
    for _ in range(51):
        network, practice = NetworkFactory.create(), PracticeFactory.create()
        LeadFactory.create(network=network, commissioner=world.commissioner)
        MembershipFactory.create(practice=practice, network=network)
        sizes[practice.pk] = Decimal(1_000)
    set_list_sizes(ListKind.CRP, date(2021, 1, 1), sizes, by=SYSTEM)


def work_off(task: str) -> None:
    for message in OutboxMessage.objects.filter(task=task, done_at=None).order_by("pk"):
        deliver(message.pk)


def test_finance_cannot_approve_a_total_that_is_still_to_be_worked_out(world: World):
    total = world.aggregated()
    correct_many_lists(world)

    outcome = commands.give_finance_approval(seen(total), by=world.finance)

    assert outcome.moved == 0
    assert "being worked out anew" in outcome.refused[0].reasons[0]


def test_a_network_still_to_be_worked_out_is_not_aggregated_and_comes_right_by_itself(world: World):
    world.calculate()
    world.approve_all()
    correct_many_lists(world)

    before = world.aggregate()
    work_off("achievement.calculate_achievements")
    changed = world.lines()[0]

    assert before.networks == 0
    assert (changed.amount, changed.state) == (Decimal("0.31"), State.AWAITING_COMMISSIONER)
    commands.approve_achievements(seen(changed), by=world.approver)
    assert world.aggregate().pounds == Decimal("1515.73")
