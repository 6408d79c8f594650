"""Each of the twenty causes alone, and every two of them: exactly those are named."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from django.db import transaction

from achievement.presenters.waiting.right import already_right
from achievement.queries.causes import FIRST_TO_LAST, Cause, known_of
from core import clock
from tests.achievement.causes.planting import ANY, FIGURES, PLANTERS, share_a_line
from tests.achievement.causes.world import NetworkThatWaits, Place, network_that_waits
from tests.conftest import TRAINING_DAY


@pytest.fixture(scope="module")
def settled(django_db_setup: None, django_db_blocker) -> Iterator[NetworkThatWaits]:
    with django_db_blocker.unblock(), clock.held_at(TRAINING_DAY), transaction.atomic():
        yield network_that_waits()
        transaction.set_rollback(True)


@pytest.fixture
def world(settled: NetworkThatWaits, training_day: object) -> Iterator[NetworkThatWaits]:
    with transaction.atomic():
        yield settled
        transaction.set_rollback(True)


def service_for(world: NetworkThatWaits, causes: tuple[Cause, ...], number: int = 0):
    """One that collects figures where a cause is about them; the one whose window has shut for that cause."""
    if Cause.ENTRY_CLOSED in causes:
        return world.figures[1]
    return (world.figures if any(PLANTERS[each].kind == FIGURES for each in causes) else world.lines)[number]


def planted_on_one_line(world: NetworkThatWaits, *causes: Cause) -> Place:
    """What makes a line stand comes first; who acts on it after."""
    place = Place(world, service_for(world, causes), world.practices[0])
    world.settle(place)
    for cause in sorted(causes, key=lambda cause: (cause == Cause.NOBODY, cause)):
        PLANTERS[cause].plant(place)
    return place


def planted_on_two_lines(world: NetworkThatWaits, one: Cause, other: Cause) -> tuple[Place, Place]:
    """In one service where that can be, else in two."""
    first = service_for(world, (one,))
    second = service_for(world, (other,))
    if {one, other} in ({Cause.OFFERS_END, Cause.MEMBER_ENDS}, {Cause.OFFERS_END, Cause.STARTS_LATE}):
        second = world.lines[1]
    places = Place(world, first, world.practices[0]), Place(world, second, world.practices[1])
    world.settle(*places)
    for cause, place in zip((one, other), places, strict=True):
        PLANTERS[cause].plant(place)
    return places


def named(place: Place) -> tuple[Cause, ...]:
    found = place.found()
    return found.causes if found else ()


def in_order(*causes: Cause) -> tuple[Cause, ...]:
    return tuple(cause for cause in FIRST_TO_LAST if cause in causes)


def test_all_twenty_are_planted_and_ordered():
    assert set(PLANTERS) == set(FIRST_TO_LAST) == set(Cause)
    assert len(FIRST_TO_LAST) == len(Cause) == 20


def test_a_network_that_lacks_nothing_in_any_service_does_not_wait(world):
    world.settle()

    assert world.waits() == []


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.name.lower())
def test_a_cause_alone_is_named_alone(world, cause):
    place = planted_on_one_line(world, cause)

    if PLANTERS[cause].kind == ANY and cause == Cause.RECALCULATION:
        place.give_line(6)  # the line lacks nothing: only the total is not made
        assert world.causes() == {cause}
        return
    assert named(place) == (cause,)
    assert world.causes() == {cause}


RIGHT = {
    "Start and end dates of the offers": {Cause.OFFERS_END, Cause.MEMBER_ENDS, Cause.STARTS_LATE},
    "Every member has been offered the services, and has taken them up": {
        Cause.NEVER_OFFERED, Cause.HANGS_ELSEWHERE, Cause.NOT_TAKEN_UP,
    },
    "List sizes, rates and released versions": {Cause.NO_FIGURE},
    "No figures are awaited": {
        Cause.AWAITING_DATA, Cause.NOT_SUBMITTED, Cause.INFORMATION_MISSING, Cause.NO_PAYMENT_DATE, Cause.ENTRY_CLOSED,
    },
    "Nothing is queued, and nothing has failed": {Cause.RECALCULATION},
    "Nothing is held or rejected": {Cause.HELD},
    "Somebody active holds each role that is needed": {Cause.NOBODY},
    "No upload awaits its confirmation, no row was refused, no memberships overlap": {Cause.ODS},
    "Every practice and the PCN are open": {Cause.CLOSED},
}  # fmt: skip


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.name.lower())
def test_what_is_wrong_is_not_said_to_be_right_and_all_else_is(world, cause):
    planted_on_one_line(world, cause)
    found = world.waits()

    right = set(already_right(found, known_of(world.network, world.commissioner, found)))

    assert {check: check in right for check in RIGHT} == {check: cause not in wrong for check, wrong in RIGHT.items()}


PAIRS = list(combinations(Cause, 2))
ON_ONE_LINE = [pair for pair in PAIRS if share_a_line(*pair)]


@pytest.mark.parametrize("pair", ON_ONE_LINE, ids=lambda pair: "-".join(cause.name.lower() for cause in pair))
def test_two_causes_on_one_line_are_both_named_first_things_first(world, pair):
    place = planted_on_one_line(world, *pair)

    assert named(place) == in_order(*pair)
    assert world.causes() == set(pair)


@pytest.mark.parametrize(
    "pair", [pair for pair in PAIRS if pair not in ON_ONE_LINE],
    ids=lambda pair: "-".join(cause.name.lower() for cause in pair),
)  # fmt: skip
def test_two_causes_that_exclude_each_other_are_named_on_their_own_lines(world, pair):
    one, other = planted_on_two_lines(world, *pair)

    assert (named(one), named(other)) == ((pair[0],), (pair[1],))
    assert world.causes() == set(pair)
