"""A line that is settled as nil keeps nothing waiting, whatever causes it has; one that is proposed still does."""

from __future__ import annotations

import pytest

from achievement.models import NilSettlement
from achievement.queries.causes import Cause, Scope, first_causes
from achievement.states import NilState, State
from tests.achievement.causes.planting import PLANTERS
from tests.achievement.causes.world import AT, DAY, NetworkThatWaits, Place, network_that_waits
from tests.factories.accounts import UserFactory

ON_LINES = [
    cause for cause in Cause
    if PLANTERS[cause].kind != "figures" and cause not in (Cause.RECALCULATION, Cause.ENTRY_CLOSED, Cause.UNKNOWN)
]  # fmt: skip


@pytest.fixture
def world(db: None, training_day: object) -> NetworkThatWaits:
    return network_that_waits()


def settle(place: Place, state: NilState = NilState.SETTLED) -> NilSettlement:
    confirmed = UserFactory.create() if state == NilState.SETTLED else None
    return NilSettlement.objects.create(
        achievement_date=DAY, service=place.service, network=place.world.network, provider=place.practice,
        commissioner=place.world.commissioner, reason="Closed.", proposed_at=AT, proposed_by=UserFactory.create(),
        confirmed_by=confirmed, state=state,
    )  # fmt: skip


@pytest.mark.parametrize("cause", ON_LINES, ids=lambda cause: cause.name.lower())
def test_a_settled_line_names_no_cause_and_the_total_is_only_to_be_made(world, cause):
    place = Place(world, world.lines[0], world.practices[0])
    world.settle(place)
    PLANTERS[cause].plant(place)
    settle(place)

    found = place.found()

    assert found is None
    waits = [each for each in world.waits() if each.key[:2] == (place.service.pk, DAY)]
    assert [each.causes for each in waits] == [[Cause.RECALCULATION]]
    assert [(each.expected, each.ready) for each in waits] == [(2, 2)]


def test_once_aggregated_nothing_waits_though_the_line_is_held(world):
    place = Place(world, world.lines[0], world.practices[0])
    world.settle()
    place.give_line(State.HELD)
    settle(place)

    assert world.waits() == []
    assert first_causes(Scope(commissioner=world.commissioner.pk)) == {}


def test_a_proposal_alone_leaves_the_cause_named(world):
    place = Place(world, world.lines[0], world.practices[0])
    world.settle(place)
    PLANTERS[Cause.HELD].plant(place)
    settle(place, NilState.PROPOSED)

    assert place.found().causes == (Cause.HELD,)


def test_a_network_whose_every_line_is_settled_waits_for_nothing(world):
    places = [Place(world, world.lines[0], practice) for practice in world.practices]
    world.settle(*places)
    for place in places:
        settle(place)

    assert world.waits() == []


def test_it_counts_for_its_own_service_alone(world):
    one, other = (Place(world, service, world.practices[0]) for service in world.lines)
    world.settle(one, other)
    for place in (one, other):
        PLANTERS[Cause.HELD].plant(place)
    settle(one)

    assert one.found() is None
    assert other.found().causes == (Cause.HELD,)
