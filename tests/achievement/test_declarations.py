"""A provider declares what it saw, under the text it read; and who acts on it from there to finance approval."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import InternalError

from accounts.states import Role
from achievement import commands
from achievement.models import AchievementChange, Declaration
from achievement.queries.compare import ONE_PERSON, remarks_of
from achievement.queries.declarations import ToDeclare, marks_of, payment_history, to_declare
from achievement.states import State
from core import clock
from core.transitions import Seen
from operations.models import OutboxMessage
from submission.models import Hand
from submission.states import Stage
from tests.achievement.handing_over import needs, reasons, told
from tests.achievement.payments import OCTOBER, Payments, payments, somebody
from tests.factories.accounts import acting_as
from tests.factories.achievement import seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def portland(db, training_day):
    return payments()


def test_declaring_hands_it_to_the_commissioning_organisation(portland: Payments):
    portland.submit(37)

    outcome = portland.declare(note="Two clinics in November.")

    assert (outcome.moved, outcome.pounds, outcome.done) == (1, Decimal("345.00"), "declared")
    assert portland.achievement.state == State.AWAITING_COMMISSIONER
    assert AchievementChange.objects.get(transition="declare").note == "Two clinics in November."


def test_which_text_was_accepted_by_whom_and_for_what_is_kept(portland: Payments):
    portland.declared(37)

    kept = Declaration.objects.get()
    assert (kept.name, kept.by, kept.organisation) == (
        "Tamsin Dale", portland.manager.user, portland.world.practice,
    )  # fmt: skip
    assert (kept.text_version, kept.amount, kept.achievement_version, kept.at) == (1, Decimal("345.00"), 1, clock.now())
    assert kept.service_version.service == portland.service


def test_what_was_accepted_is_never_changed(portland: Payments):
    portland.declared(37)

    with pytest.raises(InternalError, match="Cannot update"):
        Declaration.objects.update(text_version=2)


def test_one_who_read_another_text_declares_nothing(portland: Payments):
    portland.submit(37)

    outcome = commands.declare_achievements(portland.chosen(text_version=2), by=portland.manager)

    assert outcome.moved == 0
    assert "The declaration text has changed since you read it." in reasons(outcome)
    assert not Declaration.objects.exists()


def test_what_has_changed_since_it_was_seen_is_not_declared(portland: Payments):
    portland.submit(37)
    before = portland.chosen()
    portland.submit(12)

    outcome = commands.declare_achievements(before, by=portland.manager)

    assert (outcome.moved, reasons(outcome)) == (0, "It has changed since you saw it.")


def test_each_row_is_declared_with_its_own_note(portland: Payments):
    portland.submit(37)
    portland.submit(12, day=OCTOBER, by=portland.world.kezia)
    rows = list(to_declare(portland.manager))

    outcome = commands.declare_achievements(
        [ToDeclare(Seen(row.pk, row.version), 1, f"Note {row.achievement_date:%B}") for row in rows],
        by=portland.manager,
    )

    notes = AchievementChange.objects.filter(transition="declare").values_list("row__achievement_date__month", "note")
    assert outcome.moved == 2
    assert dict(notes) == {10: "Note October", 11: "Note November"}


def test_an_achievement_of_another_practice_is_answered_as_not_there(portland: Payments):
    practice, manager = portland.another_practice("Viking Medical Practice")
    other = portland.submit_for(practice, 20, manager)

    outcome = commands.declare_achievements(portland.chosen(other), by=portland.manager)

    assert reasons(outcome) == "It does not exist, or you may not see it."


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DECLARATION_MANAGEMENT])
def test_no_other_role_declares(portland: Payments, role):
    portland.submit(37)

    outcome = portland.declare(by=acting_as(role, organisation=portland.world.practice))

    assert outcome.moved == 0
    assert "You need the role Declaration Management" in reasons(outcome)


def test_a_small_practices_one_manager_may_enter_and_declare_and_approvers_are_shown_it(portland: Payments):
    row = portland.declared(37)

    assert Hand.objects.get().stage == Stage.PROVIDER
    assert remarks_of([row], marks_of([row]))[row.pk] == [ONE_PERSON]


def test_what_two_people_did_is_not_remarked_on(portland: Payments):
    other = somebody(portland.world.practice, Role.DECLARATION_MANAGEMENT)
    portland.submit(37)
    portland.declare(by=other)

    assert remarks_of([portland.achievement], marks_of([portland.achievement]))[portland.achievement.pk] == []


def test_more_than_the_month_before_is_remarked_on_with_why(portland: Payments):
    portland.submit(12, day=OCTOBER, by=portland.world.kezia)
    portland.submit(37)

    row = portland.achievement
    assert remarks_of([row], marks_of([row]))[row.pk] == ["£207.00 more than October: referrals 37, was 12"]


def test_who_entered_or_declared_does_not_approve(portland: Payments):
    portland.declared(37)
    both = acting_as(Role.APPROVAL_MANAGEMENT, organisation=portland.world.commissioner, user=portland.manager.user)

    outcome = commands.approve_achievements(portland.as_seen(), by=both)

    assert outcome.moved == 0
    assert "You acted on this payment before, in another stage" in reasons(outcome)


def test_who_entered_on_behalf_does_not_approve_either(portland: Payments):
    clerk = portland.world.kezia
    portland.submit(37, by=clerk)
    portland.declare()
    approver = acting_as(Role.APPROVAL_MANAGEMENT, organisation=portland.world.commissioner, user=clerk.user)

    outcome = commands.approve_achievements(portland.as_seen(), by=approver)

    assert "You acted on this payment before" in reasons(outcome)


def test_who_approved_does_not_give_finance_approval(portland: Payments):
    portland.approved(37)
    both = acting_as(Role.FINANCE_MANAGEMENT, organisation=portland.world.commissioner, user=portland.approver.user)

    outcome = commands.approve_practice_payments(portland.as_seen(), by=both)

    assert "You acted on this payment before" in reasons(outcome)


def test_from_entry_to_finance_approval_every_move_is_one_line_of_its_history(portland: Payments):
    row = portland.finally_approved(37)

    moves = AchievementChange.objects.filter(row=row).order_by("pk")
    assert list(moves.values_list("transition", "by__name", "to_state")) == [
        ("calculate", None, State.AWAITING_PROVIDER),
        ("declare", "Tamsin Dale", State.AWAITING_COMMISSIONER),
        ("approve", "Ada Marsh", State.AWAITING_FINANCE),
        ("give finance approval", "Cleo Finch", State.FINANCE_APPROVED),
    ]
    assert set(Hand.objects.values_list("actor__name", "stage")) == {
        ("Tamsin Dale", Stage.PROVIDER),
        ("Ada Marsh", Stage.COMMISSIONER),
        ("Cleo Finch", Stage.FINANCE),
    }


def test_whoever_acts_next_is_told_by_email_at_each_hand_over(portland: Payments):
    what = "Weight Management, 30 November 2021, Portland Surgery: £345.00"
    portland.finally_approved(37)

    subjects = [m.keys["subject"] for m in OutboxMessage.objects.filter(task="operations.send_email").order_by("pk")]
    assert subjects == [
        f"{what} awaits your declaration",
        f"{what} awaits your approval",
        f"{what} awaits your finance approval",
        f"{what} has finance approval",
    ]


def test_several_of_one_act_are_told_in_one_email(portland: Payments):
    portland.submit(37)
    portland.submit(12, day=OCTOBER, by=portland.world.kezia)
    OutboxMessage.objects.all().delete()

    chosen = portland.chosen(*to_declare(portland.manager))
    commands.declare_achievements(chosen, by=portland.manager)

    assert told() == {portland.approver.user.email: "2 achievements, £483.00, await your approval"}


def test_home_says_what_awaits_each_of_them(portland: Payments):
    portland.submit(37)
    assert needs(portland.manager) == ["1 achievement awaits your declaration"]

    portland.declare()
    assert needs(portland.manager) == []
    assert needs(portland.approver) == ["1 achievement awaits your approval"]

    portland.approve()
    assert needs(portland.approver) == []
    assert needs(portland.finance) == ["1 achievement awaits your finance approval"]


def test_the_history_says_who_declared_and_when_it_was_approved(portland: Payments):
    portland.finally_approved(37)
    portland.submit(12, day=OCTOBER, by=portland.world.kezia)

    (row,) = payment_history(portland.manager)

    assert (row.declared_by, row.declared_at) == ("Tamsin Dale", clock.now())
    assert row.approved_at
    assert row.finance_approved_at


def test_one_above_the_approvers_limit_needs_a_higher_approver(portland: Payments):
    portland.declared(37)
    limited = acting_as(Role.APPROVAL_MANAGEMENT, organisation=portland.world.commissioner, limit=Decimal("344.99"))

    outcome = commands.approve_achievements(portland.as_seen(), by=limited)

    assert reasons(outcome) == "It is above your limit of £344.99; a second, higher approver is needed."


def test_an_approver_moves_several_practices_at_once_each_as_it_was_seen(portland: Payments):
    practice, manager = portland.another_practice("Viking Medical Practice")
    portland.declared(37)
    other = portland.submit_for(practice, 20, manager)
    commands.declare_achievements(portland.chosen(other), by=manager)
    other.refresh_from_db()
    stale = Seen(other.pk, other.version - 1)

    outcome = commands.approve_achievements([*seen(portland.achievement), stale], by=portland.approver)

    assert (outcome.moved, outcome.pounds) == (1, Decimal("345.00"))
    assert reasons(outcome) == "It has changed since you saw it."
