"""What is taken back is told to whoever had it, besides whoever acts on it next (domain 6, ways back)."""

from __future__ import annotations

import pytest

from achievement import commands
from operations.models import OutboxMessage
from tests.achievement.payments import Payments, payments

pytestmark = pytest.mark.django_db

WHAT = "Weight Management, 30 November 2021, Portland Surgery: £345.00"


@pytest.fixture
def portland(db: None, training_day: object) -> Payments:
    return payments()


def told_since(before: int) -> dict[str, str]:
    """Address -> subject of what was sent after so many messages; each with its reason."""
    messages = OutboxMessage.objects.filter(task="operations.send_email").order_by("pk")[before:]
    assert all("Reason or note: A slip." in message.keys["text"] for message in messages)
    return {message.keys["to"]: message.keys["subject"] for message in messages}


def sent() -> int:
    return OutboxMessage.objects.filter(task="operations.send_email").count()


def test_approvers_are_told_of_a_declaration_that_is_withdrawn(portland: Payments) -> None:
    portland.declared()
    before = sent()

    commands.withdraw_declarations(portland.as_seen(), by=portland.manager, note="A slip.")

    assert told_since(before) == {
        portland.approver.user.email: f"{WHAT} is Awaiting Service Provider Approval again: withdrawn"
    }


def test_finance_and_the_practice_are_told_of_an_approval_that_is_undone(portland: Payments) -> None:
    portland.approved()
    before = sent()

    commands.undo_approval(portland.as_seen(), by=portland.approver, note="A slip.")

    again = f"{WHAT} is Awaiting Commissioning Organisation Approval again: undone"
    assert told_since(before) == {portland.finance.user.email: again, portland.manager.user.email: again}


def test_the_practice_is_told_of_what_finance_returns(portland: Payments) -> None:
    portland.approved()
    before = sent()

    commands.return_practice_payments(portland.as_seen(), by=portland.finance, note="A slip.")

    assert told_since(before) == {
        portland.approver.user.email: f"{WHAT} awaits your approval",
        portland.manager.user.email: f"{WHAT} is Awaiting Commissioning Organisation Approval again: returned",
    }
