"""Races on money: each with real connections, a barrier, or one transaction that waits for another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, AchievementChange, NetworkAchievement, NetworkAchievementChange
from achievement.states import State
from core.actors import SYSTEM
from core.dates import inclusive
from core.locking import lock_ids
from core.two_clocks import Belief, believe
from organisations.models import ListKind, ListSize, Organisation
from submission.models import Hand
from submission.states import Stage
from tests.achievement.racing import at_once, meanwhile, overtaken
from tests.achievement.rows import hand
from tests.factories.achievement import UTSIRE_TOTAL, World, add_member, seen, utsire

pytestmark = pytest.mark.django_db(transaction=True)
SEEN_BY_ANOTHER = ("It is Awaiting Network Achievement.",)


@pytest.fixture
def world(transactional_db: None, training_day: object) -> World:
    return utsire()


def moves(name: str) -> int:
    return AchievementChange.objects.filter(transition=name).count()


def believe_list(practice: Organisation, size: int) -> None:
    key = {"organisation": practice, "kind": ListKind.CRP}
    believe(ListSize, [Belief(key, inclusive(date(2021, 1, 1), date(2021, 1, 1)), {"size": Decimal(size)})])


def test_two_approvers_at_once_approve_each_line_once(world):
    world.calculate()
    chosen = seen(*world.lines())
    one, other = world.approver, world.acting(Role.APPROVAL_MANAGEMENT)

    outcomes = at_once(
        lambda: commands.approve_achievements(chosen, by=one), lambda: commands.approve_achievements(chosen, by=other)
    )

    winner, loser = sorted(outcomes, key=lambda outcome: -outcome.moved)
    assert (winner.moved, winner.pounds) == (3, UTSIRE_TOTAL)
    assert (loser.moved, loser.pounds) == (0, Decimal(0))
    assert {row.reasons for row in loser.refused} == {SEEN_BY_ANOTHER}
    assert moves("approve line") == 3
    assert Hand.objects.count() == 1


def test_two_approvers_of_overlapping_choices_in_opposite_order_do_not_wait_in_a_circle(world):
    world.calculate()
    lines = world.lines()
    one, other = world.approver, world.acting(Role.APPROVAL_MANAGEMENT)

    outcomes = at_once(
        lambda: commands.approve_achievements(seen(*lines[:2]), by=one),
        lambda: commands.approve_achievements(seen(*reversed(lines)), by=other),
    )

    assert sum(outcome.moved for outcome in outcomes) == 3
    assert moves("approve line") == 3


def test_an_amount_that_changes_while_it_is_approved_is_not_approved_and_is_named(world):
    world.calculate()
    chosen, approver = seen(*world.lines()), world.approver

    def the_list_is_corrected() -> None:
        believe_list(world.practices[0], 13_000)
        world.calculate()

    outcome = overtaken(lambda: commands.approve_achievements(chosen, by=approver), by=the_list_is_corrected)

    (refused,) = outcome.refused
    changed = world.lines()[0]
    assert outcome.moved == 2
    assert refused == (changed.pk, ("It has changed since you saw it.",))
    assert (changed.amount, changed.state) == (Decimal("793.00"), State.AWAITING_COMMISSIONER)


def test_an_approver_whose_own_figures_arrive_while_they_wait_is_refused(world):
    world.calculate()
    chosen, approver = seen(*world.lines()), world.approver

    def the_same_person_enters_figures() -> None:
        list(Achievement.objects.select_for_update().filter(pk=chosen[0].id))
        hand(world, approver.user_id, Stage.PROVIDER)

    outcome = overtaken(lambda: commands.approve_achievements(chosen, by=approver), by=the_same_person_enters_figures)

    assert outcome.moved == 0
    assert all("You acted on this payment before" in row.reasons[0] for row in outcome.refused)
    assert moves("approve line") == 0


def test_approvals_wait_for_whoever_works_on_their_network(world):
    world.calculate()
    chosen, approver = seen(*world.lines()), world.approver

    outcome = overtaken(
        lambda: commands.approve_achievements(chosen, by=approver),
        by=lambda: lock_ids(Organisation, [world.network.pk]),
    )

    assert outcome.moved == 3


@pytest.mark.parametrize("attempt", range(4))
def test_undoing_while_it_aggregates_either_undoes_or_is_too_late(world, attempt):
    world.calculate()
    world.approve_all()
    chosen, approver = seen(*reversed(world.lines())), world.approver

    aggregated, outcome = at_once(
        world.aggregate, lambda: commands.undo_approval(chosen, by=approver, note="Looked again.")
    )

    states = [line.state for line in world.lines()]
    if aggregated.networks:
        assert (outcome.moved, states) == (0, [State.AGGREGATED] * 3)
        assert {row.reasons for row in outcome.refused} == {("It is Aggregated.",)}
        assert world.total().amount == UTSIRE_TOTAL
    else:
        assert (outcome.moved, states) == (3, [State.AWAITING_COMMISSIONER] * 3)
        assert world.total() is None


def test_approving_undoing_and_aggregating_at_once_leave_sums_that_agree(world):
    world.calculate()
    lines = world.lines()
    approver, other = world.approver, world.acting(Role.APPROVAL_MANAGEMENT)
    commands.approve_achievements(seen(*lines[:2]), by=approver)

    answers = at_once(
        lambda: commands.approve_achievements(seen(lines[2]), by=other),
        lambda: commands.undo_approval(seen(*world.lines()[:1]), by=approver, note="Looked again."),
        world.aggregate,
        world.aggregate,
    )

    total = world.total()
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert sum(answer.networks for answer in answers[2:]) == (1 if total else 0)
    assert {line.network_achievement for line in world.lines()} == {total}
    assert total is None or total.amount == sum(line.amount for line in world.lines())


def test_two_aggregations_at_once_make_one_total(world):
    world.calculate()
    world.approve_all()

    done = at_once(*[world.aggregate] * 4)

    assert sorted(each.networks for each in done) == [0, 0, 0, 1]
    assert sum(each.pounds for each in done) == UTSIRE_TOTAL
    assert (moves("aggregate line"), NetworkAchievementChange.objects.count()) == (3, 1)


def test_a_line_that_moves_between_counting_and_moving_rolls_the_whole_aggregation_back(world):
    """Nobody of the portal moves a line without its network's lock; this is the wall behind that."""
    from achievement.states import UNDO_LINE

    world.calculate()
    world.approve_all()

    def undone_without_the_lock() -> None:
        UNDO_LINE.apply(Achievement.objects.filter(pk=world.lines()[1].pk), by=SYSTEM, note="")

    with pytest.raises(
        commands.aggregation.AggregationDiffers, match="written 1 networks, 3 lines, .*; moved 1 networks, 2 lines"
    ):
        overtaken(world.aggregate, by=undone_without_the_lock)

    assert NetworkAchievement.objects.count() == NetworkAchievementChange.objects.count() == 0
    assert [line.state for line in world.lines()] == [6, 3, 6]
    assert moves("aggregate line") == 0


def test_an_amount_that_differs_between_counting_and_moving_rolls_the_whole_aggregation_back(world):
    world.calculate()
    world.approve_all()

    with pytest.raises(
        commands.aggregation.AggregationDiffers,
        match="written 1 networks, 3 lines, £2,250.78; moved 1 networks, 3 lines, £1,254.80",
    ):
        overtaken(world.aggregate, by=lambda: Achievement.objects.filter(pk=world.lines()[1].pk).update(amount=1))

    assert NetworkAchievement.objects.count() == 0
    assert {line.state for line in world.lines()} == {State.AWAITING_NETWORK}


def test_a_joiner_who_is_recorded_while_it_aggregates_is_waited_for(world):
    world.calculate()
    world.approve_all()

    def a_practice_joins() -> None:
        lock_ids(Organisation, [world.network.pk])
        add_member(world, "Dogger Surgery", 5_000, start_date=date(2021, 10, 1))

    done = overtaken(world.aggregate, by=a_practice_joins)

    assert done.networks == 0
    assert world.total() is None


def test_a_joiner_who_waits_for_the_aggregation_withdraws_its_total(world):
    world.calculate()
    world.approve_all()
    add_member(world, "Dogger Surgery", 5_000, start_date=date(2021, 11, 1))
    believe_now = lambda: believe(  # noqa: E731
        world.practices[3].memberships.model,
        [Belief({"practice": world.practices[3], "network": world.network}, inclusive(date(2021, 10, 1), None), {})],
    )

    def joins_in_october() -> None:
        with transaction.atomic():
            lock_ids(Organisation, [world.network.pk])
            believe_now()
            world.calculate()

    overtaken(joins_in_october, by=world.aggregate)

    (total,) = NetworkAchievement.objects.all()
    assert total.state == State.WITHDRAWN
    assert [line.state for line in world.lines()] == [3, 6, 6, 6]


def test_the_night_skips_a_network_that_is_locked_and_names_it(world):
    world.calculate()
    world.approve_all()

    with transaction.atomic():
        lock_ids(Organisation, [world.network.pk])
        with meanwhile(
            lambda: commands.aggregate_networks(by=SYSTEM, commissioner=world.commissioner, skip_locked=True)
        ) as night:
            skipped = night.result(10)
    done = commands.aggregate_networks(by=SYSTEM, commissioner=world.commissioner, skip_locked=True)

    assert (skipped.networks, skipped.skipped) == (0, {world.network.pk})
    assert (done.networks, done.skipped) == (1, frozenset())


def test_two_finance_approvals_at_once_approve_the_total_once(world):
    total = world.aggregated()
    one, other = world.finance, world.acting(Role.FINANCE_MANAGEMENT)

    outcomes = at_once(
        lambda: commands.give_finance_approval(seen(total), by=one),
        lambda: commands.give_finance_approval(seen(total), by=other),
    )

    winner, loser = sorted(outcomes, key=lambda outcome: -outcome.moved)
    assert (winner.moved, winner.pounds) == (1, UTSIRE_TOTAL)
    assert [row.reasons for row in loser.refused] == [("It is Aggregated Complete.",)]
    assert moves("complete line") == 3
    assert NetworkAchievementChange.objects.filter(transition="give network finance approval").count() == 1


def test_finance_approval_and_return_at_once_do_one_of_the_two(world):
    total = world.aggregated()
    one, other = world.finance, world.acting(Role.FINANCE_MANAGEMENT)

    outcomes = at_once(
        lambda: commands.give_finance_approval(seen(total), by=one),
        lambda: commands.return_network_achievements(seen(total), by=other, note="The payee is in dispute."),
    )

    states = {line.state for line in world.lines()}
    assert sorted(outcome.moved for outcome in outcomes) == [0, 1]
    assert states == ({State.AGGREGATED_COMPLETE} if outcomes[0].moved else {State.AWAITING_COMMISSIONER})


def test_a_corrected_list_that_waits_for_finance_approval_finds_a_line_to_adjust(world):
    total, finance = world.aggregated(), world.finance

    def corrected() -> object:
        with transaction.atomic():
            lock_ids(Organisation, [world.network.pk])
            believe_list(world.practices[0], 13_000)
            return world.calculate()

    done = overtaken(corrected, by=lambda: commands.give_finance_approval(seen(total), by=finance))

    assert done.lines == {"to be adjusted": 1}
    assert {line.state for line in world.lines()} == {State.AGGREGATED_COMPLETE}


def test_one_person_in_two_stages_at_the_same_moment_is_stopped_by_the_database(world):
    world.calculate()
    both = world.acting(Role.APPROVAL_MANAGEMENT)
    chosen = seen(*world.lines())

    with pytest.raises(Exception, match="hand_in_one_stage_of_a_chain"):
        overtaken(
            lambda: commands.approve_achievements(chosen, by=both),
            by=lambda: hand(world, both.user_id, Stage.PROVIDER),
        )

    assert moves("approve line") == 0
    assert {line.state for line in world.lines()} == {State.AWAITING_COMMISSIONER}
