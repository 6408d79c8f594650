"""Two clocks on PostgreSQL, against a plain dictionary: what was believed about each day, after each command."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.actors import SYSTEM, Actor
from core.commands import command, instant
from core.locking import lock_ids
from core.timelines import Span, cut, with_value
from core.two_clocks import TICK, Belief, Recorded, believe
from organisations.models import Lead, ListKind, ListSize, Membership, Organisation, Payee
from tests.factories.organisations import (
    CommissionerFactory,
    LeadFactory,
    MembershipFactory,
    NetworkFactory,
    PayeeFactory,
    PracticeFactory,
)

FIRST = date(2021, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(8)]
NOON = datetime(2021, 12, 1, 12, tzinfo=UTC)

Believed = dict[date, str]


@dataclass(frozen=True)
class Correction:
    """One call of believe: about network 0 or 1, one of three ways to change its timeline."""

    network: int
    how: str
    spans: tuple[Span[str], ...]

    def applied_to(self, timeline: list[Span[str]]) -> list[Span[str]]:
        if self.how == "rewrite":
            return list(self.spans)
        change = with_value if self.how == "with_value" else lambda now, span: cut(now, span.start, span.until)
        for span in self.spans:
            timeline = change(timeline, span)
        return timeline


@dataclass(frozen=True)
class Given:
    """One command: the moment its clock shows, and its corrections."""

    moment: datetime
    corrections: tuple[Correction, ...]


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


class World:
    """Two networks with nominated payees in the tables, and the same in plain Python."""

    def __init__(self) -> None:
        self.networks = [NetworkFactory(code=f"Z9000{n}") for n in range(2)]
        self.payees = {name: PracticeFactory(code=f"V9000{name.upper()}") for name in "ab"}
        self.names = {practice.pk: name for name, practice in self.payees.items()}
        self.timelines: list[list[Span[str]]] = [[], []]
        self.answers: list[dict[datetime, Believed]] = [{}, {}]

    def run(self, given: Given) -> datetime:
        """Answers the command's instant; what it left of the networks it changed is kept in `answers`."""
        before = [list(timeline) for timeline in self.timelines]
        with clock.held_at(given.moment):
            done_at = self.correct(given.corrections, by=SYSTEM)
        for network in (0, 1):
            if self.timelines[network] != before[network]:
                self.answers[network][done_at] = self.expected(network)
        return done_at

    @command
    def correct(self, corrections: tuple[Correction, ...], *, by: Actor) -> datetime:
        lock_ids(Organisation, [network.pk for network in self.networks])
        for correction in corrections:
            timeline = correction.applied_to(self.timelines[correction.network])
            self.timelines[correction.network] = timeline
            self.believe(correction.network, timeline)
        return instant()

    def believe(self, network: int, timeline: list[Span[str]]) -> Recorded:
        key = {"network": self.networks[network]}
        return believe(
            Payee, [Belief(key, span.valid, {"payee": self.payees[span.value]}) for span in timeline], about=[key]
        )

    def expected(self, network: int) -> Believed:
        return {day: span.value for day in DAYS for span in self.timelines[network] if span.holds_on(day)}

    def found(self, network: int, known_at: datetime | None = None) -> Believed:
        rows = list(Payee.objects.known(known_at).filter(network=self.networks[network]))
        held = [(day, self.names[row.payee_id]) for day in DAYS for row in rows if day in row.valid]
        assert len(held) == len(dict(held)), "two beliefs about one day at one instant"
        return dict(held)

    def moments(self, network: int) -> list[datetime]:
        """Every instant at which the beliefs about a network can differ from those a microsecond before."""
        rows = Payee.objects.filter(network=self.networks[network]).values_list("recorded", flat=True)
        return sorted({bound for recorded in rows for bound in (recorded.lower, recorded.upper) if bound})


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


@command
def nominate_late(
    network: Organisation, payee: Organisation, locked: threading.Event, go: threading.Event, *, by: Actor
) -> None:
    """Locks first, then waits with its transaction open, then records."""
    lock_ids(Organisation, [network.pk])
    locked.set()
    assert go.wait(10)
    believe(Payee, [Belief({"network": network}, DateRange(DAYS[0], None), {"payee": payee})])


@command
def nominate_with_an_early_instant(
    network: Organisation, payee: Organisation, taken: threading.Event, go: threading.Event, *, by: Actor
) -> None:
    """Takes its instant before it has its lock: what a command that corrects two subjects may do with the second."""
    instant()
    taken.set()
    assert go.wait(10)
    lock_ids(Organisation, [network.pk])
    believe(Payee, [Belief({"network": network}, DateRange(DAYS[0], None), {"payee": payee})])


def in_a_thread(work):
    """Run work in a thread with a connection of its own; its error is raised by join()."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()

    def join() -> None:
        thread.join(20)
        assert not thread.is_alive()
        if errors:
            raise errors[0]

    return join


def histories(network: Organisation) -> list[tuple[int, datetime, datetime | None]]:
    rows = Payee.objects.filter(network=network).order_by("recorded")
    return [(row.payee_id, row.recorded.lower, row.recorded.upper) for row in rows]


@pytest.mark.django_db(transaction=True)
def test_a_correction_that_waits_for_an_open_one_records_after_it():
    network, first, second = NetworkFactory(), PracticeFactory(), PracticeFactory()
    locked, go = threading.Event(), threading.Event()
    open_one = in_a_thread(lambda: nominate_late(network, first, locked, go, by=SYSTEM))
    assert locked.wait(10)
    waiting = in_a_thread(lambda: nominate_late(network, second, threading.Event(), go, by=SYSTEM))

    go.set()
    open_one()
    waiting()

    (a, a_from, a_until), (b, b_from, b_until) = histories(network)
    assert (a, b) == (first.pk, second.pk)
    assert a_from < a_until == b_from
    assert b_until is None


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_with_an_instant_taken_early_records_after_what_was_committed_meanwhile():
    network, first, second = NetworkFactory(), PracticeFactory(), PracticeFactory()
    taken, go = threading.Event(), threading.Event()
    late = in_a_thread(lambda: nominate_with_an_early_instant(network, second, taken, go, by=SYSTEM))
    assert taken.wait(10)
    ready = threading.Event()
    ready.set()
    nominate_late(network, first, threading.Event(), ready, by=SYSTEM)

    go.set()
    late()

    (a, a_from, a_until), (b, b_from, b_until) = histories(network)
    assert (a, b) == (first.pk, second.pk)
    assert a_from < a_until == b_from
    assert b_until is None


@pytest.mark.django_db(transaction=True)
def test_of_many_corrections_at_once_each_is_remembered_and_none_clashes():
    network, payees = NetworkFactory(), [PracticeFactory() for _ in range(6)]
    go = threading.Event()
    joins = [
        in_a_thread(lambda payee=payee: nominate_late(network, payee, threading.Event(), go, by=SYSTEM))
        for payee in payees
    ]

    go.set()
    for join in joins:
        join()

    history = histories(network)
    assert {payee for payee, _from, _until in history} == {payee.pk for payee in payees}
    assert [until for _payee, _from, until in history] == [from_ for _payee, from_, _until in history[1:]] + [None]
