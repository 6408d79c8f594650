"""Two clocks on PostgreSQL: the instant of a command, what it writes and what it leaves alone."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from core import clock
from core.actors import SYSTEM, Actor
from core.commands import command
from core.timelines import Span
from core.two_clocks import TICK, Belief, Recorded, believe
from organisations.models import Lead, ListKind, ListSize, Membership, Organisation, Payee
from tests.core.correcting import DAYS, NOON, Correction, Given, World
from tests.factories.organisations import (
    CommissionerFactory,
    LeadFactory,
    MembershipFactory,
    NetworkFactory,
    PayeeFactory,
    PracticeFactory,
)


@pytest.fixture
def world(db):
    return World()


def said(network: int, start: int, until: int | None, value: str) -> Correction:
    return Correction(network, "with_value", (Span(DAYS[start], DAYS[until] if until else None, value),))


def test_a_clock_that_has_run_backwards_records_after_what_was_closed_later(world):
    world.run(Given(NOON, (said(0, 0, 4, "a"),)))
    later = world.run(Given(NOON + timedelta(hours=2), (Correction(0, "cut", (Span(DAYS[0], None, ""),)),)))

    done_at = world.run(Given(NOON + timedelta(hours=1), (said(0, 0, 4, "b"),)))

    assert done_at >= later
    assert world.found(0, NOON + timedelta(hours=1)) == dict.fromkeys(DAYS[:4], "a")


def test_a_later_instant_found_half_way_moves_what_the_command_has_recorded_so_far(world):
    world.run(Given(NOON, (said(0, 0, None, "a"),)))
    world.run(Given(NOON + timedelta(hours=2), (said(1, 0, None, "a"),)))

    done_at = world.run(Given(NOON + timedelta(hours=1), (said(0, 0, None, "b"), said(1, 0, None, "b"))))

    assert done_at == NOON + timedelta(hours=2) + TICK
    assert set(world.found(0, NOON + timedelta(hours=1)).values()) == {"a"}
    assert set(world.found(0, done_at - TICK).values()) == {"a"}
    assert set(world.found(0, done_at).values()) == {"b"}


def test_one_command_has_one_instant_in_all_its_tables(world):
    commissioner, network = CommissionerFactory(), world.networks[0]
    LeadFactory(network=network, known_from=NOON + timedelta(hours=2))

    @command
    def nominate_and_lead(*, by: Actor) -> None:
        world.believe(0, [Span(DAYS[0], None, "a")])
        believe(Lead, [Belief({"network": network}, DateRange(DAYS[0], None), {"commissioner": commissioner})])

    with clock.held_at(NOON):
        nominate_and_lead(by=SYSTEM)

    assert Payee.objects.get().recorded.lower == Lead.objects.known().get().recorded.lower
    assert Payee.objects.get().recorded.lower == NOON + timedelta(hours=2) + TICK


def test_what_a_failed_part_of_a_command_closed_stays_believed(world):
    world.run(Given(NOON, (said(0, 0, None, "a"),)))
    PayeeFactory(network=world.networks[1], payee=world.payees["a"], known_from=NOON + timedelta(hours=2))

    @command
    def correct_twice(*, by: Actor) -> None:
        with suppress(ZeroDivisionError), transaction.atomic():
            world.believe(0, [Span(DAYS[0], None, "b")])
            raise ZeroDivisionError
        world.believe(1, [Span(DAYS[0], None, "b")])

    with clock.held_at(NOON + timedelta(hours=1)):
        correct_twice(by=SYSTEM)

    assert set(world.found(0).values()) == {"a"}


def test_corrections_in_one_command_collapse_into_what_it_said_last(world):
    world.run(Given(NOON, (said(0, 0, None, "a"), said(0, 0, None, "b"), said(0, 0, None, "a"))))

    row = Payee.objects.get()

    assert (row.payee, row.recorded.lower, row.recorded.upper) == (world.payees["a"], NOON, None)


def test_saying_what_is_believed_writes_nothing(world):
    world.run(Given(NOON, (said(0, 0, 4, "a"), said(0, 4, None, "b"))))

    recorded = world.believe(0, world.timelines[0])

    assert not recorded
    assert recorded.keys == frozenset()


def test_the_keys_that_changed_are_named_and_no_others(world):
    world.run(Given(NOON, (said(0, 0, 4, "a"), said(1, 0, 4, "a"))))

    with clock.held_at(NOON + timedelta(hours=1)):
        recorded = believe(
            Payee,
            [
                Belief({"network": network}, DateRange(DAYS[0], until), {"payee": world.payees["a"]})
                for network, until in zip(world.networks, (DAYS[4], DAYS[5]), strict=True)
            ],
        )

    assert recorded == Recorded(1, 1, frozenset({(world.networks[1].pk,)}))


def test_two_beliefs_of_one_key_on_one_day_are_refused_by_the_database(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        world.believe(0, [Span(DAYS[0], DAYS[2], "a"), Span(DAYS[1], None, "b")])


def test_a_date_known_at_is_the_end_of_that_day_in_london(world):
    world.run(Given(datetime(2021, 7, 1, 22, 59, tzinfo=UTC), (said(0, 0, None, "a"),)))
    world.run(Given(datetime(2021, 7, 1, 23, 0, tzinfo=UTC), (said(0, 0, None, "b"),)))

    known_on_the_first = Payee.objects.as_of(DAYS[0], date(2021, 7, 1)).get()

    assert known_on_the_first.payee == world.payees["a"]


def test_inclusive_bounds_are_kept_as_the_days_they_mean(world):
    network, payee = world.networks[0], world.payees["a"]

    believe(Payee, [Belief({"network": network}, DateRange(DAYS[0], DAYS[1], "[]"), {"payee": payee})])

    assert Payee.objects.get().end_date == DAYS[1]


def test_a_zero_length_membership_is_kept_and_said_again_changes_nothing(db):
    practice, network = PracticeFactory(), NetworkFactory()
    belief = Belief(
        {"practice": practice, "network": network}, DateRange(empty=True), {"zero_length_date": date(2021, 4, 1)}
    )

    first, again = believe(Membership, [belief]), believe(Membership, [belief])

    assert (first.written, again.written, again.closed) == (1, 0, 0)
    assert not Membership.objects.as_of(date(2021, 4, 1)).exists()


def test_decimals_are_compared_as_numbers(db):
    practice = PracticeFactory()
    key, day = {"organisation": practice, "kind": ListKind.CRP}, DateRange(DAYS[0], DAYS[1])
    believe(ListSize, [Belief(key, day, {"size": "4060.7"})])

    again = believe(ListSize, [Belief(key, day, {"size": "4060.70"})])

    assert not again


def test_a_thousand_keys_are_corrected_in_a_handful_of_queries(db, django_assert_max_num_queries):
    network = NetworkFactory()
    practices = Organisation.objects.bulk_create([PracticeFactory.build(code=f"W{n:05d}") for n in range(1000)])
    for practice in practices[:10]:
        MembershipFactory(practice=practice, network=network)
    beliefs = [
        Belief({"practice": practice, "network": network}, DateRange(DAYS[0], None), {}) for practice in practices
    ]

    with django_assert_max_num_queries(6):
        recorded = believe(Membership, beliefs)

    assert (recorded.closed, recorded.written) == (10, 1000)
