"""Achievements are approved as they were seen; partial results; every way back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.models import Grant, User
from accounts.rules import Acting
from accounts.states import Role, UserState
from achievement import commands
from achievement.models import Achievement, AchievementChange
from achievement.states import State
from core import clock
from core.errors import Invalid
from core.transitions import Seen
from operations.models import OutboxMessage
from tests.achievement.rows import practice_paid
from tests.factories.accounts import GrantFactory, UserFactory
from tests.factories.achievement import UTSIRE_TOTAL, World, seen, utsire
from tests.factories.organisations import ClusterFactory

CHANGED = ("It has changed since you saw it.",)
NOT_THERE = ("It does not exist, or you may not see it.",)
NO_ROLE = "You need the role Approval Management in the organisation that acts on it."


@pytest.fixture
def calculated(world: World) -> World:
    """October's three lines: 735.36, 996.98 and 518.44."""
    world.calculate()
    return world


def reasons(outcome: commands.approvals.Outcome) -> dict[int, tuple[str, ...]]:
    return dict(outcome.refused)


def states(world: World) -> list[int]:
    return [line.state for line in world.lines()]


def test_lines_as_they_were_seen_are_approved_and_counted_in_pounds(calculated):
    outcome = calculated.approve_all()

    assert (outcome.moved, outcome.pounds, outcome.refused, outcome.done) == (3, UTSIRE_TOTAL, (), "approved")
    assert states(calculated) == [State.AWAITING_NETWORK] * 3


def test_an_approval_is_logged_with_who_for_whom_when_and_why(calculated):
    approver, (line, *_) = calculated.approver, calculated.lines()

    commands.approve_achievements(seen(line), by=approver, note="Checked with the practice.")

    move = AchievementChange.objects.get(row=line, transition="approve line")
    assert (move.by, move.organisation, move.at) == (approver.user, calculated.commissioner, clock.now())
    assert (move.from_state, move.to_state, move.version, move.note, move.amount) == (
        State.AWAITING_COMMISSIONER, State.AWAITING_NETWORK, 2, "Checked with the practice.", Decimal("735.36"),
    )  # fmt: skip


def test_what_has_changed_since_it_was_seen_is_named_and_the_others_are_approved(calculated):
    stale, *others = seen(*calculated.lines())

    outcome = commands.approve_achievements([Seen(stale.id, stale.version + 1), *others], by=calculated.approver)

    assert reasons(outcome) == {stale.id: CHANGED}
    assert (outcome.moved, outcome.pounds) == (2, Decimal("1515.42"))
    assert states(calculated) == [3, 6, 6]


def test_a_row_named_twice_is_approved_once(calculated):
    (chosen, *_) = seen(*calculated.lines())

    outcome = commands.approve_achievements([chosen, chosen], by=calculated.approver)

    assert (outcome.moved, outcome.pounds) == (1, Decimal("735.36"))
    assert AchievementChange.objects.filter(transition="approve line").count() == 1


def test_nothing_chosen_is_nothing_done(calculated):
    outcome = commands.approve_achievements([], by=calculated.approver)

    assert (outcome.moved, outcome.pounds, outcome.refused) == (0, Decimal(0), ())


def test_approving_again_moves_nothing_and_says_what_it_is(calculated):
    before = seen(*calculated.lines())
    calculated.approve_all()

    outcome = commands.approve_achievements(before, by=calculated.approver)

    assert set(reasons(outcome).values()) == {("It is Awaiting Network Achievement.",)}
    assert outcome.moved == 0


def test_the_networks_of_what_was_approved_are_asked_to_aggregate_and_no_others(calculated):
    calculated.approve_all()

    (message,) = OutboxMessage.objects.filter(task="achievement.aggregate_networks")
    assert message.keys == {"keys": [list(calculated.key().plain())]}


def test_rows_of_another_commissioner_are_answered_as_not_there(calculated):
    other = utsire(service=calculated.service)
    other.calculate()

    outcome = commands.approve_achievements(seen(*other.lines()), by=calculated.approver)

    assert set(reasons(outcome).values()) == {NOT_THERE}
    assert states(other) == [State.AWAITING_COMMISSIONER] * 3


def test_a_row_that_does_not_exist_is_answered_the_same(calculated):
    outcome = commands.approve_achievements([Seen(987_654_321, 1)], by=calculated.approver)

    assert reasons(outcome) == {987_654_321: NOT_THERE}


def test_a_choice_of_lines_and_payments_to_practices_goes_each_its_own_way(calculated):
    line, paid = (
        calculated.lines()[0],
        practice_paid(calculated, calculated.practices[0], day=calculated.lines()[0].achievement_date.replace(month=8)),
    )

    outcome = commands.approve_achievements(seen(line, paid), by=calculated.approver)

    line.refresh_from_db()
    paid.refresh_from_db()
    assert (line.state, paid.state) == (State.AWAITING_NETWORK, State.AWAITING_FINANCE)
    assert (outcome.moved, outcome.pounds) == (2, Decimal("1080.36"))


def test_rejecting_sends_a_declared_payment_back_and_holds_a_line_that_declared_itself(calculated):
    line, paid = (
        calculated.lines()[0],
        practice_paid(calculated, calculated.practices[0], day=calculated.lines()[0].achievement_date.replace(month=8)),
    )

    commands.reject_achievements(seen(line, paid), by=calculated.approver, note="The list is in dispute.")

    line.refresh_from_db()
    paid.refresh_from_db()
    assert (line.state, paid.state) == (State.HELD, State.AWAITING_PROVIDER)


@pytest.mark.parametrize(("kind", "word"), [("line", "rejected and held"), ("paid", "rejected")])
def test_the_word_for_what_was_done_is_that_of_what_was_chosen(calculated, kind, word):
    day = calculated.lines()[0].achievement_date.replace(month=8)
    chosen = calculated.lines()[0] if kind == "line" else practice_paid(calculated, calculated.practices[0], day=day)

    outcome = commands.reject_achievements(seen(chosen), by=calculated.approver, note="In dispute.")

    assert outcome.done == word


@pytest.mark.parametrize(
    "command",
    [
        commands.reject_achievements, commands.lift_hold, commands.undo_approval, commands.return_network_achievements,
        commands.return_practice_payments,
    ],
)  # fmt: skip
def test_every_way_back_asks_why(calculated, command):
    with pytest.raises(Invalid, match="Reason"):
        command(seen(*calculated.lines()), by=calculated.approver, note="  ")

    assert states(calculated) == [State.AWAITING_COMMISSIONER] * 3


def test_a_held_line_is_lifted_and_can_be_approved(calculated):
    commands.reject_achievements(seen(calculated.lines()[0]), by=calculated.approver, note="In dispute.")
    held = calculated.lines()[0]

    refused = commands.approve_achievements(seen(held), by=calculated.approver)
    commands.lift_hold(seen(held), by=calculated.approver, note="Settled.")
    outcome = calculated.approve_all()

    assert reasons(refused) == {held.pk: ("It is Held.",)}
    assert outcome.moved == 3


def test_an_approval_is_undone_before_aggregation_and_not_after(calculated):
    calculated.approve_all()
    early = commands.undo_approval(seen(calculated.lines()[0]), by=calculated.approver, note="Looked again.")
    calculated.approve_all()
    calculated.aggregate()

    late = commands.undo_approval(seen(*calculated.lines()), by=calculated.approver, note="Looked again.")

    assert early.moved == 1
    assert set(reasons(late).values()) == {("It is Aggregated.",)}
    assert states(calculated) == [State.AGGREGATED] * 3


def test_finance_completes_the_total_and_all_its_lines(calculated):
    total = calculated.aggregated()

    outcome = commands.give_finance_approval(seen(total), by=calculated.finance)

    total.refresh_from_db()
    assert (outcome.moved, outcome.pounds, outcome.done) == (1, UTSIRE_TOTAL, "financially approved")
    assert (total.state, states(calculated)) == (State.AGGREGATED_COMPLETE, [State.AGGREGATED_COMPLETE] * 3)


def test_finance_approves_the_version_it_saw_and_no_other(calculated):
    total = calculated.aggregated()

    outcome = commands.give_finance_approval([Seen(total.pk, total.version + 1)], by=calculated.finance)

    assert reasons(outcome) == {total.pk: CHANGED}
    assert states(calculated) == [State.AGGREGATED] * 3


def test_finance_returns_a_total_and_its_lines_await_the_commissioner_again(calculated):
    total = calculated.aggregated()

    outcome = commands.return_network_achievements(seen(total), by=calculated.finance, note="The payee is in dispute.")

    total.refresh_from_db()
    notes = AchievementChange.objects.filter(transition="return line").values_list("note", flat=True)
    assert (outcome.moved, total.state) == (1, State.WITHDRAWN)
    assert [(line.state, line.network_achievement) for line in calculated.lines()] == [(3, None)] * 3
    assert set(notes) == {"The payee is in dispute."}


def test_whoever_approves_is_told_once_of_the_lines_that_finance_returned(calculated):
    total = calculated.aggregated()
    commands.return_network_achievements(seen(total), by=calculated.finance, note="The payee is in dispute.")

    told = [message.keys for message in OutboxMessage.objects.filter(task="operations.send_email")]
    to_the_approver = [keys for keys in told if keys["to"] == calculated.approver.user.email]

    assert len(to_the_approver) == 1
    assert to_the_approver[0]["subject"].startswith("3 achievements")
    assert "What happened: returned, by" in to_the_approver[0]["text"]
    assert "Reason or note: The payee is in dispute." in to_the_approver[0]["text"]


def test_a_practices_own_payment_is_approved_by_finance_or_returned(world):
    first, second = (practice_paid(world, practice, state=State.AWAITING_FINANCE) for practice in world.practices[:2])

    given = commands.approve_practice_payments(seen(first), by=world.finance)
    returned = commands.return_practice_payments(seen(second), by=world.finance, note="Wrong pay code.")

    rows = dict(Achievement.objects.values_list("pk", "state"))
    assert (given.moved, returned.moved) == (1, 1)
    assert rows == {first.pk: State.FINANCE_APPROVED, second.pk: State.AWAITING_COMMISSIONER}


def test_a_delegated_limit_lets_the_smaller_go_and_names_itself_for_the_larger(calculated):
    limited = calculated.acting(Role.APPROVAL_MANAGEMENT, limit=Decimal("735.36"))
    viking = next(line for line in calculated.lines() if line.amount == Decimal("996.98"))

    outcome = commands.approve_achievements(seen(*calculated.lines()), by=limited)

    assert (outcome.moved, outcome.pounds) == (2, Decimal("1253.80"))
    assert reasons(outcome) == {viking.pk: ("It is above your limit of £735.36; a second, higher approver is needed.",)}


def test_a_limit_of_finance_is_on_the_networks_total(calculated):
    total = calculated.aggregated()
    limited = calculated.acting(Role.FINANCE_MANAGEMENT, limit=Decimal("2250.77"))

    outcome = commands.give_finance_approval(seen(total), by=limited)

    assert reasons(outcome) == {
        total.pk: ("It is above your limit of £2,250.77; a second, higher approver is needed.",)
    }


def test_a_grant_without_limit_for_other_payments_does_not_lift_the_limit_for_these(calculated):
    by = calculated.acting(Role.APPROVAL_MANAGEMENT, limit=Decimal(600), payment_type=calculated.service.payment_type)
    GrantFactory.create(
        user=by.user, organisation=calculated.commissioner, role=Role.APPROVAL_MANAGEMENT, payment_type="Immunisations"
    )

    outcome = commands.approve_achievements(seen(*calculated.lines()), by=Acting(by.user, calculated.commissioner))

    assert outcome.pounds == Decimal("518.44")
    assert [row.reasons for row in outcome.refused] == [
        ("It is above your limit of £600.00; a second, higher approver is needed.",)
    ] * 2


def test_a_grant_for_another_payment_type_approves_nothing(calculated):
    elsewhere = calculated.acting(Role.APPROVAL_MANAGEMENT, payment_type="Immunisations")

    outcome = commands.approve_achievements(seen(*calculated.lines()), by=elsewhere)

    assert outcome.moved == 0
    assert set(reasons(outcome).values()) == {(NO_ROLE,)}


def test_a_grant_for_this_payment_type_approves_all_of_it(calculated):
    by = calculated.acting(Role.APPROVAL_MANAGEMENT, payment_type=calculated.service.payment_type)

    assert commands.approve_achievements(seen(*calculated.lines()), by=by).moved == 3


def test_a_grant_for_a_cluster_approves_its_members_and_names_the_others(calculated):
    cluster = ClusterFactory.create(parent=calculated.commissioner, members=calculated.practices[:1])
    narrow = calculated.acting(Role.APPROVAL_MANAGEMENT, cluster=cluster)

    outcome = commands.approve_achievements(seen(*calculated.lines()), by=narrow)

    assert outcome.pounds == Decimal("735.36")
    assert len(outcome.refused) == 2
    assert set(reasons(outcome).values()) == {(NO_ROLE,)}


def test_a_grant_for_a_cluster_takes_nothing_from_a_grant_without_one(calculated):
    cluster = ClusterFactory.create(parent=calculated.commissioner, members=calculated.practices[:1])
    by = calculated.acting(Role.APPROVAL_MANAGEMENT, cluster=cluster)
    GrantFactory.create(
        user=by.user, organisation=calculated.commissioner, role=Role.APPROVAL_MANAGEMENT, limit=Decimal(900)
    )

    outcome = commands.approve_achievements(seen(*calculated.lines()), by=Acting(by.user, calculated.commissioner))

    assert outcome.pounds == Decimal("1253.80")
    assert [row.reasons for row in outcome.refused] == [
        ("It is above your limit of £900.00; a second, higher approver is needed.",)
    ]


def test_a_finance_grant_for_a_cluster_is_of_networks_in_it(calculated):
    total = calculated.aggregated()
    of_practices = ClusterFactory.create(parent=calculated.commissioner, members=calculated.practices)
    of_networks = ClusterFactory.create(parent=calculated.commissioner, members=[calculated.network])

    outside = commands.give_finance_approval(
        seen(total), by=calculated.acting(Role.FINANCE_MANAGEMENT, cluster=of_practices)
    )
    inside = commands.give_finance_approval(
        seen(total), by=calculated.acting(Role.FINANCE_MANAGEMENT, cluster=of_networks)
    )

    assert (outside.moved, inside.moved) == (0, 1)


@pytest.mark.parametrize("state", sorted(set(UserState) - {UserState.ACTIVE}))
def test_somebody_whose_account_is_not_active_sees_and_moves_nothing(calculated, state):
    approver = calculated.approver
    User.objects.filter(pk=approver.user_id).update(state=state)

    outcome = commands.approve_achievements(seen(*calculated.lines()), by=Acting(approver.user, approver.organisation))

    assert set(reasons(outcome).values()) == {NOT_THERE}
    assert states(calculated) == [State.AWAITING_COMMISSIONER] * 3


def test_a_grant_that_has_ended_moves_nothing(calculated):
    approver = calculated.approver
    Grant.objects.filter(user=approver.user).update(ended_at=clock.now())

    outcome = commands.approve_achievements(seen(*calculated.lines()), by=Acting(approver.user, approver.organisation))

    assert outcome.moved == 0


def test_a_grant_that_a_second_administrator_has_not_confirmed_moves_nothing(calculated):
    by = calculated.acting(Role.APPROVAL_MANAGEMENT)
    Grant.objects.filter(user=by.user).update(granted_by=UserFactory.create())

    outcome = commands.approve_achievements(seen(*calculated.lines()), by=Acting(by.user, by.organisation))

    assert outcome.moved == 0
