"""Every way back of what is paid to a practice: withdrawn, rejected, undone, returned, or its figures changed."""

from __future__ import annotations

import pytest

from achievement import commands
from achievement.models import Declaration
from achievement.states import State
from core.errors import Invalid
from operations.models import OutboxMessage
from tests.achievement.handing_over import needs, reasons, told
from tests.achievement.payments import Payments, payments

pytestmark = pytest.mark.django_db


@pytest.fixture
def portland(db, training_day):
    return payments()


# Ways back (domain 6): act -> (who, from, to, whom it is told).
def test_the_provider_withdraws_its_declaration_before_approval(portland: Payments):
    portland.declared(37)

    outcome = commands.withdraw_declarations(portland.as_seen(), by=portland.manager, note="The count was wrong.")

    assert (outcome.moved, portland.achievement.state) == (1, State.AWAITING_PROVIDER)


def test_a_declaration_is_not_withdrawn_after_approval(portland: Payments):
    portland.approved(37)

    outcome = commands.withdraw_declarations(portland.as_seen(), by=portland.manager, note="The count was wrong.")

    assert reasons(outcome) == "It is Awaiting Financial Approval."


def test_a_withdrawn_one_is_declared_again_and_both_declarations_are_kept(portland: Payments):
    portland.declared(37)
    commands.withdraw_declarations(portland.as_seen(), by=portland.manager, note="The count was wrong.")

    portland.declare()

    assert Declaration.objects.count() == 2


def test_a_rejected_one_comes_back_to_its_provider_with_the_reason_on_home_and_by_email(portland: Payments):
    portland.declared(37)

    commands.reject_achievements(portland.as_seen(), by=portland.approver, note="November had 20 referrals.")

    assert portland.achievement.state == State.AWAITING_PROVIDER
    assert needs(portland.manager) == [
        "Weight Management, 30 November 2021, Portland Surgery, rejected by Ada Marsh: November had 20 referrals.",
        "1 achievement awaits your declaration",
    ]
    message = OutboxMessage.objects.filter(task="operations.send_email").order_by("pk").last()
    assert message.keys["to"] == portland.manager.user.email
    assert "Reason or note: November had 20 referrals." in message.keys["text"]


def test_an_approval_is_undone_before_finance_approval(portland: Payments):
    portland.approved(37)

    commands.undo_approval(portland.as_seen(), by=portland.approver, note="Too early.")

    assert portland.achievement.state == State.AWAITING_COMMISSIONER


def test_finance_returns_it_to_the_commissioner_with_the_reason(portland: Payments):
    portland.approved(37)

    commands.return_practice_payments(portland.as_seen(), by=portland.finance, note="The allocation is disputed.")

    assert portland.achievement.state == State.AWAITING_COMMISSIONER
    assert needs(portland.approver)[0].endswith("returned by Cleo Finch: The allocation is disputed.")
    assert told()[portland.approver.user.email].endswith("awaits your approval")


def test_changed_figures_come_back_with_the_difference_on_home(portland: Payments):
    portland.declared(37)

    portland.submit(12)

    assert needs(portland.manager)[0] == (
        "Weight Management, 30 November 2021, Portland Surgery, sent back: the figures changed: "
        "Was £345.00 for 37 claimed, now £138.00 for 12 claimed: £207.00 less. "
        "Other figures were submitted by Tamsin Dale, Portland Surgery."
    )


def test_changed_figures_are_told_by_email_with_the_difference(portland: Payments):
    portland.declared(37)
    OutboxMessage.objects.all().delete()

    portland.submit(12)

    sent = {each.keys["to"]: each for each in OutboxMessage.objects.filter(task="operations.send_email")}
    assert set(sent) == {portland.manager.user.email, portland.approver.user.email}
    message = sent[portland.manager.user.email]
    assert "What happened: sent back: the figures changed" in message.keys["text"]
    assert "Was £345.00 for 37 claimed, now £138.00 for 12 claimed: £207.00 less." in message.keys["text"]


@pytest.mark.parametrize(
    "act, who, told_whom",
    [
        (commands.withdraw_declarations, "manager", "nobody else"),
        (commands.reject_achievements, "approver", "manager"),
        (commands.undo_approval, "approver", "nobody else"),
        (commands.return_practice_payments, "finance", "approver"),
    ],
)
def test_each_way_back_keeps_its_reason_and_tells_whoever_acts_next(portland: Payments, act, who, told_whom):
    declared_only = act in (commands.withdraw_declarations, commands.reject_achievements)
    (portland.declared if declared_only else portland.approved)(37)
    others = {"approver": portland.approver, "manager": portland.manager, "finance": portland.finance}
    OutboxMessage.objects.all().delete()

    act(portland.as_seen(), by=others[who], note="As the practice asked.")

    assert portland.achievement.history.order_by("-pk").first().note == "As the practice asked."
    if told_whom != "nobody else":
        to = others[told_whom].user.email
        (message,) = OutboxMessage.objects.filter(task="operations.send_email", keys__to=to)
        assert "Reason or note: As the practice asked." in message.keys["text"]
        assert any("As the practice asked." in sentence for sentence in needs(others[told_whom]))


@pytest.mark.parametrize(
    "way_back",
    [
        commands.withdraw_declarations,
        commands.reject_achievements,
        commands.undo_approval,
        commands.return_practice_payments,
        commands.lift_hold,
    ],
)
@pytest.mark.parametrize("note", ["", "   "])
def test_every_way_back_asks_why(portland: Payments, way_back, note):
    portland.submit(37)

    with pytest.raises(Invalid, match="Reason: enter why"):
        way_back(portland.as_seen(), by=portland.approver, note=note)


def test_after_finance_approval_there_is_no_way_back(portland: Payments):
    portland.finally_approved(37)

    for way_back in (commands.undo_approval, commands.reject_achievements):
        assert way_back(portland.as_seen(), by=portland.approver, note="Why.").moved == 0
    assert commands.return_practice_payments(portland.as_seen(), by=portland.finance, note="Why.").moved == 0
    assert portland.achievement.state == State.FINANCE_APPROVED
