"""Two clocks on PostgreSQL, against a plain dictionary: what was believed about each day, after any corrections."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.timelines import Span, with_value
from core.two_clocks import TICK
from organisations.models import Payee
from tests.core.correcting import FIRST, NOON, Correction, Given, World


@st.composite
def spans(draw: st.DrawFn) -> Span[str]:
    start, length = draw(st.integers(0, 6)), draw(st.one_of(st.none(), st.integers(1, 4)))
    until = None if length is None else FIRST + timedelta(days=start + length)
    return Span(FIRST + timedelta(days=start), until, draw(st.sampled_from("ab")))


@st.composite
def disjoint_spans(draw: st.DrawFn) -> tuple[Span[str], ...]:
    timeline: list[Span[str]] = []
    for span in draw(st.lists(spans(), max_size=3)):
        timeline = with_value(timeline, span)
    return tuple(timeline)


@st.composite
def corrections(draw: st.DrawFn) -> Correction:
    network, how = draw(st.integers(0, 1)), draw(st.sampled_from(["with_value", "cut", "rewrite"]))
    said = draw(disjoint_spans()) if how == "rewrite" else draw(st.tuples(spans()))
    return Correction(network, how, said)


# The clock stands still, runs on by a microsecond or a second, and runs backwards.
moments = st.sampled_from([0, 0, 1, 2, 1_000_000, 2_000_000, 3_000_000]).map(lambda n: NOON + n * TICK)
commands = st.builds(Given, moments, st.lists(corrections(), min_size=1, max_size=4).map(tuple))


def beliefs_that_clash() -> int:
    """Pairs of rows of one fact key that share a day and an instant, closed ones too."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM organisations_payee a JOIN organisations_payee b
               ON a.network_id = b.network_id AND a.id < b.id AND a.valid && b.valid AND a.recorded && b.recorded"""
        )
        return cursor.fetchone()[0]


def in_a_world_of_its_own(test):
    """Each example in a savepoint that is rolled back."""

    def run(given):
        with transaction.atomic():
            test(World(), given)
            transaction.set_rollback(True)

    run.__name__ = test.__name__
    return run


many = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])


def check_what_is_believed_now_is_what_was_said_last(world, given):
    for each in given:
        world.run(each)

        assert [world.found(0), world.found(1)] == [world.expected(0), world.expected(1)]


def check_no_day_has_two_beliefs_at_any_instant(world, given):
    for each in given:
        world.run(each)

    assert beliefs_that_clash() == 0


def check_every_command_is_remembered_as_it_left_things(world, given):
    for each in given:
        world.run(each)

    for network in (0, 1):
        for done_at, believed in world.answers[network].items():
            assert world.found(network, done_at) == believed


def check_earlier_beliefs_are_the_same_when_asked_again(world, given):
    for each in given:
        moments = [world.moments(network) for network in (0, 1)]
        before = [[world.found(network, at) for at in moments[network]] for network in (0, 1)]

        world.run(each)

        assert [[world.found(network, at) for at in moments[network]] for network in (0, 1)] == before


def check_a_command_has_one_instant_whatever_it_corrects(world, given):
    for each in given:
        seen = set(world.moments(0)) | set(world.moments(1))

        done_at = world.run(each)

        assert set(world.moments(0)) | set(world.moments(1)) <= seen | {done_at}


def check_an_instant_leaves_no_empty_trace(world, given):
    for each in given:
        world.run(each)

    assert not Payee.objects.filter(recorded__isempty=True).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "check",
    [
        check_what_is_believed_now_is_what_was_said_last,
        check_no_day_has_two_beliefs_at_any_instant,
        check_every_command_is_remembered_as_it_left_things,
        check_earlier_beliefs_are_the_same_when_asked_again,
        check_a_command_has_one_instant_whatever_it_corrects,
        check_an_instant_leaves_no_empty_trace,
    ],
    ids=lambda check: check.__name__,
)
def test_any_sequence_of_corrections(check):
    many(given(st.lists(commands, min_size=1, max_size=5))(in_a_world_of_its_own(check)))()
