"""What is taken back is told to whoever had it, besides whoever acts on it next (domain 6, ways back)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.commands import choose_mail
from accounts.queries import mail_choices_of
from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from operations.kinds import Frequency, MailKind
from operations.models import OutboxMessage
from tests.achievement.payments import Payments, payments
from tests.factories.accounts import acting_as

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


def subjects_since(before: int) -> dict[str, str]:
    messages = OutboxMessage.objects.filter(task="operations.send_email").order_by("pk")[before:]
    return {message.keys["to"]: message.keys["subject"] for message in messages}


def on_behalf(portland: Payments) -> Acting:
    """Somebody of the commissioning organisation, who enters for the practice."""
    return acting_as(Role.ACHIEVEMENT_ENTRY, organisation=portland.world.commissioner)


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


def test_whoever_approved_and_finance_are_told_that_the_figures_changed_since(portland: Payments) -> None:
    portland.approved()
    before = sent()

    portland.submit(25, by=on_behalf(portland))

    again = "Weight Management, 30 November 2021, Portland Surgery: £287.50"
    again += " is Awaiting Service Provider Approval again: sent back: the figures changed"
    assert subjects_since(before) == {
        portland.manager.user.email: again.replace(
            "is Awaiting Service Provider Approval again: sent back: the figures changed", "awaits your declaration"
        ),
        portland.approver.user.email: again,
        portland.finance.user.email: again,
    }


def test_finance_hears_nothing_of_figures_that_it_was_never_told_of(portland: Payments) -> None:
    portland.declared()
    before = sent()

    portland.submit(25, by=on_behalf(portland))

    assert portland.approver.user.email in subjects_since(before)
    assert portland.finance.user.email not in subjects_since(before)


def test_the_practice_is_told_that_what_was_held_no_longer_is(db: None, training_day: object) -> None:
    fitzroy = payments(no_declaration_required=True)
    fitzroy.submit()
    commands.reject_achievements(fitzroy.as_seen(), by=fitzroy.approver, note="A slip.")
    before = sent()

    commands.lift_hold(fitzroy.as_seen(), by=fitzroy.approver, note="A slip.")

    assert told_since(before) == {
        fitzroy.manager.user.email: f"{WHAT} is Awaiting Commissioning Organisation Approval again: no longer held"
    }


EVENTS = {
    "withdrawn": (lambda it: it.declared(), commands.withdraw_declarations, "manager", {"approver"}),
    "rejected": (lambda it: it.declared(), commands.reject_achievements, "approver", {"manager"}),
    "undone": (lambda it: it.approved(), commands.undo_approval, "approver", {"finance", "manager"}),
    "returned": (lambda it: it.approved(), commands.return_practice_payments, "finance", {"approver", "manager"}),
}


@pytest.mark.parametrize("event", EVENTS)
def test_what_comes_back_is_of_that_kind_and_no_other(portland: Payments, event: str) -> None:
    before_it, act, by, told = EVENTS[event]
    before_it(portland)
    people = {"manager": portland.manager, "approver": portland.approver, "finance": portland.finance}
    others = {kind: Frequency.NEVER for kind in MailKind if kind != MailKind.CAME_BACK}
    for person in people.values():
        theirs = mail_choices_of(person.user)
        choose_mail({kind: often for kind, often in others.items() if kind in theirs}, by=person)
    before = sent()

    act(portland.as_seen(), by=people[by], note="A slip.")

    assert set(subjects_since(before)) == {people[name].user.email for name in told}


@pytest.mark.parametrize(
    ("kind", "act", "told"),
    [
        (MailKind.DECLARATION, lambda it: it.submit(), "manager"),
        (MailKind.APPROVAL, lambda it: (it.submit(), it.declare()), "approver"),
        (MailKind.FINANCE, lambda it: it.approved(), "finance"),
        (MailKind.FINANCE_APPROVED, lambda it: (it.approved(), it.give_finance_approval()), "manager"),
    ],
)
def test_each_step_forward_is_told_by_the_kind_of_its_own(
    portland: Payments, kind: MailKind, act: Callable[[Payments], object], told: str
) -> None:
    people = {"manager": portland.manager, "approver": portland.approver, "finance": portland.finance}
    for person in people.values():
        choose_mail({each: Frequency.NEVER for each in mail_choices_of(person.user) if each != kind}, by=person)

    act(portland)

    assert set(subjects_since(0)) == {people[told].user.email}
