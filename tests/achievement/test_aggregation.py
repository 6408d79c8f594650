"""A network's total: who is waited for, what is summed, and that it happens once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from achievement import commands
from achievement.models import Achievement, AchievementChange, NetworkAchievement, NetworkAchievementChange
from achievement.states import State
from catalogue.models import Expected, QualityService
from core import clock
from core.actors import SYSTEM
from core.dates import inclusive
from core.two_clocks import Belief, believe
from organisations.models import Membership
from participation.models import Participation
from participation.states import State as ParticipationState
from tests.achievement.rows import line_in
from tests.factories.achievement import NOVEMBER, OCTOBER, UTSIRE_TOTAL, World, add_member, seen, utsire
from tests.factories.catalogue import released_service
from tests.factories.organisations import LeadFactory, MembershipFactory, NetworkFactory
from tests.factories.participation import ParticipationFactory

JOINED = date(2021, 10, 1)


@pytest.fixture
def approved(world: World) -> World:
    """October's three lines, approved."""
    world.calculate()
    world.approve_all()
    return world


def waits(world: World) -> bool:
    """Whether the network still waits, in the night and by its key; while it does, nothing is moved or written."""
    before = everything()
    done = [commands.aggregate_networks(by=SYSTEM, commissioner=world.commissioner), world.aggregate()]
    return everything() == before and done == [commands.Aggregated(), commands.Aggregated()]


def everything() -> list[list[dict[str, object]]]:
    models = (Achievement, AchievementChange, NetworkAchievement, NetworkAchievementChange)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def only_participating(world: World) -> None:
    QualityService.objects.filter(pk=world.service.pk).update(expected=Expected.PARTICIPATING)


def test_a_complete_network_is_the_sum_of_its_rounded_lines(approved):
    done = approved.aggregate()

    total = approved.total()
    assert (total.amount, total.lines, total.state) == (Decimal("2250.78"), 3, State.AGGREGATED)
    assert (done.networks, done.lines, done.pounds, done.skipped) == (1, 3, Decimal("2250.78"), frozenset())
    assert {line.network_achievement for line in approved.lines()} == {total}


def test_the_sum_is_not_rounded_again(world):
    """552.06 + 754.52 + 595.42 are 1,902.00; the whole list at the same rate would come to 1,902.01."""
    for practice, amount in zip(world.practices, ("552.06", "754.52", "595.42"), strict=True):
        line_in(world, State.AWAITING_NETWORK, practice=practice, amount=amount)

    world.aggregate()

    assert world.total().amount == Decimal("1902.00")


def test_every_move_has_one_row_in_the_log_with_its_amount(approved):
    approved.aggregate()

    line_moves = AchievementChange.objects.filter(transition="aggregate line")
    (made,) = NetworkAchievementChange.objects.all()
    assert sorted(line_moves.values_list("amount", flat=True)) == sorted(line.amount for line in approved.lines())
    assert {(move.from_state, move.to_state, move.version, move.by) for move in line_moves} == {(6, 7, 3, None)}
    assert (made.transition, made.from_state, made.to_state, made.amount) == ("aggregate", None, 7, UTSIRE_TOTAL)
    assert {move.at for move in line_moves} == {made.at}


def test_the_same_call_twice_has_one_effect(approved):
    approved.aggregate()
    before = everything()

    again = approved.aggregate()

    assert again == commands.Aggregated()
    assert everything() == before


def test_the_night_and_the_key_come_to_the_same(approved):
    approved.calculate(NOVEMBER)
    approved.approve_all(NOVEMBER)
    with transaction.atomic():
        at_once = [approved.aggregate(day) for day in (OCTOBER, NOVEMBER)]
        by_key = list(
            NetworkAchievement.objects.order_by("achievement_date").values(
                "achievement_date", "amount", "lines", "state"
            )
        )
        transaction.set_rollback(True)

    night = commands.aggregate_networks(by=SYSTEM, commissioner=approved.commissioner.pk)

    assert by_key == list(
        NetworkAchievement.objects.order_by("achievement_date").values("achievement_date", "amount", "lines", "state")
    )
    assert (night.networks, night.lines, night.pounds) == (2, 6, sum(each.pounds for each in at_once))


def test_the_night_of_one_commissioner_leaves_the_networks_of_another(approved):
    other = utsire(service=approved.service)
    other.calculate()
    other.approve_all()

    commands.aggregate_networks(by=SYSTEM, commissioner=other.commissioner)

    assert approved.total() is None
    assert other.total().amount == UTSIRE_TOTAL


def test_a_key_that_nobody_has_lines_for_does_nothing(world):
    assert commands.aggregate_networks(by=SYSTEM, keys=[world.key()]) == commands.Aggregated()
    assert commands.aggregate_networks(by=SYSTEM, keys=[]) == commands.Aggregated()


@pytest.mark.parametrize("state", sorted(set(State) - {State.AWAITING_NETWORK, State.WITHDRAWN}))
def test_it_waits_for_a_member_whose_line_is_in_any_other_state(world, state):
    line_in(world, state, practice=world.practices[0])
    for practice in world.practices[1:]:
        line_in(world, State.AWAITING_NETWORK, practice=practice)

    assert waits(world)


@pytest.mark.parametrize("state", sorted(set(State) - {State.AWAITING_NETWORK, State.WITHDRAWN}))
def test_it_waits_too_where_only_participants_are_expected_and_one_of_them_is_not_approved(world, state):
    only_participating(world)
    line_in(world, state, practice=world.practices[0])
    for practice in world.practices[1:]:
        line_in(world, State.AWAITING_NETWORK, practice=practice)

    assert waits(world)


def test_it_waits_for_a_member_whose_line_was_withdrawn(world):
    line_in(world, State.WITHDRAWN, practice=world.practices[0])
    for practice in world.practices[1:]:
        line_in(world, State.AWAITING_NETWORK, practice=practice)

    assert waits(world)


def test_it_waits_for_a_member_without_a_line(approved):
    add_member(approved, "Dogger Surgery", 5_000, start_date=JOINED)

    assert waits(approved)


def test_it_waits_for_a_member_without_a_participation(approved):
    add_member(approved, "Dogger Surgery", 5_000, start_date=JOINED, participates=False)

    assert waits(approved)


@pytest.mark.parametrize(
    "state", sorted(set(ParticipationState) - {ParticipationState.APPROVED, ParticipationState.ENDED})
)
def test_an_offer_that_is_not_approved_covers_nobody_where_participants_are_expected(approved, state):
    joiner = add_member(approved, "Dogger Surgery", 5_000, start_date=JOINED)
    Participation.objects.filter(provider=joiner).update(state=state)
    only_participating(approved)

    assert not waits(approved)


def test_where_participants_are_expected_a_member_that_takes_no_part_does_not_hold_it_up(approved):
    add_member(approved, "Dogger Surgery", 5_000, start_date=JOINED, participates=False)
    only_participating(approved)

    done = approved.aggregate()

    assert (done.networks, done.lines, done.pounds) == (1, 3, UTSIRE_TOTAL)


def test_where_participants_are_expected_one_without_a_line_still_holds_it_up(approved):
    add_member(approved, "Dogger Surgery", 5_000, start_date=JOINED)
    only_participating(approved)

    assert waits(approved)


def test_a_participation_that_ended_before_the_date_expects_nothing_of_its_provider(approved):
    joiner = add_member(approved, "Dogger Surgery", 5_000, start_date=JOINED, participates=False)
    only_participating(approved)
    ParticipationFactory.create(
        service=approved.service, provider=joiner, network=approved.network, commissioner=approved.commissioner,
        end_date=date(2021, 10, 30), state=ParticipationState.ENDED,
    )  # fmt: skip

    assert not waits(approved)


def test_an_approved_line_of_somebody_who_is_not_expected_holds_it_up(approved):
    stranger = add_member(approved, "Dogger Surgery", 5_000, start_date=date(2021, 11, 1))
    line_in(approved, State.AWAITING_NETWORK, practice=stranger)

    assert waits(approved)


@pytest.mark.parametrize("state", [State.AWAITING_COMMISSIONER, State.HELD, State.AWAITING_DATA])
def test_an_open_line_of_somebody_who_is_not_expected_holds_it_up(approved, state):
    stranger = add_member(approved, "Dogger Surgery", 5_000, start_date=date(2021, 11, 1))
    line_in(approved, state, practice=stranger)

    assert waits(approved)


def test_a_withdrawn_line_of_somebody_who_is_not_expected_does_not(approved):
    stranger = add_member(approved, "Dogger Surgery", 5_000, start_date=date(2021, 11, 1))
    line_in(approved, State.WITHDRAWN, practice=stranger)

    assert not waits(approved)


def test_who_joined_after_the_date_or_left_before_it_is_not_waited_for(approved):
    add_member(approved, "Joins later", 5_000, start_date=date(2021, 11, 1))
    leaver = add_member(approved, "Left before", 5_000)
    key = {"practice": leaver, "network": approved.network}
    believe(Membership, [Belief(key, inclusive(date(2019, 7, 1), OCTOBER - timedelta(days=1)), {})])

    assert not waits(approved)


def test_a_membership_no_longer_believed_is_not_waited_for(approved):
    joiner = add_member(approved, "Dogger Surgery", 5_000, start_date=JOINED)
    believe(Membership, [], about=[{"practice": joiner, "network": approved.network}])

    assert not waits(approved)


def test_a_zero_length_membership_is_not_waited_for(approved):
    MembershipFactory.create(network=approved.network, start_date=OCTOBER, zero_length=True)

    assert not waits(approved)


def test_a_member_who_counts_in_the_network_joined_later_is_not_waited_for_in_the_first(approved):
    both = add_member(approved, "Dogger Surgery", 5_000, start_date=JOINED)
    later = NetworkFactory.create()
    LeadFactory.create(network=later, commissioner=approved.commissioner)
    MembershipFactory.create(practice=both, network=later, start_date=OCTOBER)

    assert not waits(approved)


def test_a_network_that_has_a_total_gets_no_second_one(approved):
    approved.aggregate()
    stranger = add_member(approved, "Dogger Surgery", 5_000, start_date=JOINED)
    line_in(approved, State.AWAITING_NETWORK, practice=stranger)

    assert waits(approved)
    assert NetworkAchievement.objects.count() == 1


def test_after_finance_returns_it_the_network_aggregates_again_as_a_new_version(approved):
    total = approved.aggregated()
    commands.return_network_achievements(seen(total), by=approved.finance, note="The payee is in dispute.")
    approved.approve_all()

    approved.aggregate()

    states = list(NetworkAchievement.objects.order_by("pk").values_list("state", "amount"))
    assert states == [(State.WITHDRAWN, UTSIRE_TOTAL), (State.AGGREGATED, UTSIRE_TOTAL)]


# Networks of any size and history, against plain arithmetic.


class Member:
    """What is drawn of one practice: its list, when it was a member, whether it takes part, whether it is approved."""

    def __init__(self, size: int, span: tuple[int, int | None], participates: bool, approved: bool) -> None:
        self.size, self.participates, self.approved = size, participates, approved
        self.start = OCTOBER + timedelta(days=span[0])
        self.end = None if span[1] is None else self.start + timedelta(days=span[1])

    def __repr__(self) -> str:
        return f"Member({self.size}, {self.start} to {self.end}, {self.participates=}, {self.approved=})"

    @property
    def is_member(self) -> bool:
        return self.start <= OCTOBER and (self.end is None or self.end >= OCTOBER)

    @property
    def has_line(self) -> bool:
        return self.is_member and self.participates

    @property
    def pennies(self) -> int:
        """0.061 pounds a patient, halves away from zero."""
        return int(Fraction(61, 10) * self.size + Fraction(1, 2))


spans = st.tuples(st.integers(-3, 2), st.one_of(st.none(), st.none(), st.integers(0, 4)))
mostly = st.sampled_from([True, True, True, True, False])
members = st.builds(Member, st.integers(0, 99_999), spans, mostly, mostly)


@pytest.fixture
def bare(db: None, training_day: object) -> tuple[QualityService, object]:
    """The service, and a commissioner with an approver; networks are drawn."""
    service = released_service()
    return service, utsire(service=service).commissioner


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(st.lists(members, min_size=1, max_size=4), min_size=1, max_size=3), everyone=st.booleans())
def test_whatever_the_networks_totals_are_exact_and_only_of_the_complete(bare, drawn, everyone):
    service, commissioner = bare
    with transaction.atomic(), clock.held_at(date(2021, 12, 11)):
        worlds = [drawn_world(service, commissioner, network) for network in drawn]
        if not everyone:
            only_participating(worlds[0])
        approver = worlds[0].approver
        for world, network in zip(worlds, drawn, strict=True):
            world.calculate()
            willing = {
                practice.pk for practice, member in zip(world.practices, network, strict=True) if member.approved
            }
            chosen = [line for line in world.lines() if line.provider_id in willing]
            commands.approve_achievements(seen(*chosen), by=approver)

        done = commands.aggregate_networks(by=SYSTEM, commissioner=commissioner)

        expected = [total_of(network, everyone=everyone) for network in drawn]
        found = [world.total() for world in worlds]
        assert [total and (int(total.amount * 100), total.lines) for total in found] == expected
        assert done.pounds == sum((total.amount for total in found if total), Decimal(0))
        assert done.lines == sum(total.lines for total in found if total)
        transaction.set_rollback(True)


def total_of(network: list[Member], *, everyone: bool) -> tuple[int, int] | None:
    """(pennies, lines) of a complete network, None for one that waits."""
    waited_for = {id(each) for each in network if (each.is_member if everyone else each.has_line)}
    lines = [each for each in network if each.has_line and each.approved]
    if not lines or {id(each) for each in lines} != waited_for:
        return None
    return sum(each.pennies for each in lines), len(lines)


def drawn_world(service: QualityService, commissioner: object, network: list[Member]) -> World:
    made = NetworkFactory.create()
    LeadFactory.create(network=made, commissioner=commissioner)
    world = World(service, commissioner, made, [])
    for member in network:
        practice = add_member(world, "Practice", member.size, start_date=member.start, participates=member.participates)
        if member.end:
            belief = Belief({"practice": practice, "network": made}, inclusive(member.start, member.end), {})
            believe(Membership, [belief])
    return world
