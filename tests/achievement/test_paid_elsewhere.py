"""A mover whose former network was paid for a date before anybody knew: where it moved to does not wait for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from achievement import commands
from achievement.models import AdjustmentDue
from achievement.queries.causes import Scope, Waiting, waiting
from achievement.queries.readiness import member_lines, readiness_of
from core.actors import SYSTEM
from core.dates import inclusive
from core.errors import Conflict
from core.two_clocks import Belief, believe
from organisations.models import Membership, Organisation
from tests.factories.achievement import OCTOBER, World, seen, utsire
from tests.factories.nil import REASON, nil_line
from tests.factories.organisations import MembershipFactory
from tests.factories.participation import ParticipationFactory

pytestmark = pytest.mark.django_db

FIRST, MOVED = date(2019, 7, 1), date(2021, 10, 1)


@pytest.fixture
def former(world: World) -> World:
    """Another network of the same commissioning organisation; its October has finance approval."""
    other = utsire(commissioner=world.commissioner, service=world.service)
    other.people = world.people
    other.completed()
    return other


def move(practice: Organisation, former: World, world: World) -> None:
    """It is known now that a practice of the former network was a member of the other one in October."""
    key = {"practice": practice, "network": former.network}
    believe(Membership, [Belief(key, inclusive(FIRST, date(2021, 9, 30)), {})])
    MembershipFactory.create(practice=practice, network=world.network, start_date=MOVED)
    ParticipationFactory.create(
        service=world.service, provider=practice, network=world.network, commissioner=world.commissioner
    )
    world.practices.append(practice)
    commands.calculate_achievements(by=SYSTEM, networks=[world.network.pk], dates=[OCTOBER], why="It moved.")


def october(world: World) -> list[Waiting]:
    """What the network waits for in October; nothing else was worked out."""
    found = waiting(Scope.of_networks([world.network.pk]))
    return [each for each in found if each.key.achievement_date == OCTOBER]


def test_the_network_it_moved_to_is_aggregated_without_it(world, former):
    world.calculate()
    move(former.practices[0], former, world)

    world.approve_all()
    made = world.aggregate()

    assert (made.networks, made.lines, world.total().amount) == (1, 3, Decimal("2250.78"))
    assert october(world) == []


def test_what_is_due_there_and_recovered_here_is_to_be_adjusted(world, former):
    move(former.practices[0], former, world)

    rows = AdjustmentDue.objects.open().order_by("difference")

    assert [(row.network, row.approved, row.due, row.why) for row in rows] == [
        (former.network, Decimal("735.36"), Decimal(0), "It moved."),
        (world.network, Decimal(0), Decimal("735.36"), "It moved."),
    ]


def test_only_those_that_lack_something_are_named_while_it_waits(world, former):
    world.calculate()
    move(former.practices[0], former, world)
    *two, _third = world.lines()
    commands.approve_achievements(seen(*two), by=world.approver)

    [waits] = october(world)

    assert (waits.expected, waits.ready) == (3, 2)
    assert [line.practice_id for line in waits.lines] == [world.practices[2].pk]


def test_a_total_stands_when_such_a_mover_joins(world, former):
    world.aggregated()

    move(former.practices[0], former, world)

    assert world.total().amount == Decimal("2250.78")


def test_the_networks_page_says_that_it_was_paid_elsewhere(world, former):
    world.calculate()
    move(former.practices[0], former, world)

    own = next(each for each in member_lines(*world.key()) if each.practice_id == former.practices[0].pk)
    ready = readiness_of([tuple(world.key())])[tuple(world.key())]

    assert (own.status, own.holds_up, ready.expected) == ("Paid through another PCN", False, 3)
    assert own.missing == "It was paid for this date through another PCN: what is due here is to be adjusted."


def test_it_is_not_settled_as_nil_for_nobody_waits_for_it(world, former):
    world.calculate()
    move(former.practices[0], former, world)

    with pytest.raises(Conflict, match="was paid for October 2021 through another PCN"):
        commands.propose_nil(nil_line(world, 3), REASON, by=world.approver)
