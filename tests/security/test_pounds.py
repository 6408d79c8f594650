"""Pounds stay with those who may see them, in notes and e-mails too: View sees points, never pounds."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.commands import create_token
from accounts.states import Role
from achievement import commands
from operations.models import OutboxMessage
from participation.commands import Ending, ask_to_end
from participation.models import Participation
from tests.achievement.payments import Payments, payments, said, signed_in, somebody
from tests.api.conftest import Program
from tests.factories.achievement import seen, utsire

pytestmark = pytest.mark.django_db


@pytest.fixture
def portland(db: None, training_day: object) -> Payments:
    return payments()


def page_of(portland: Payments, role: Role) -> str:
    viewer = somebody(portland.world.practice, role)
    return said(signed_in(viewer).get(f"/achievement/{portland.achievement.pk}/"))


def test_the_difference_that_the_portal_notes_is_kept_from_whoever_sees_no_pounds(portland: Payments) -> None:
    portland.declared(37)
    portland.submit(12)

    assert "£207.00 less" in page_of(portland, Role.FINANCE_VIEW)
    assert "£" not in page_of(portland, Role.VIEW)
    assert "you see them with the role Finance View" in page_of(portland, Role.VIEW)


def test_a_rejected_line_is_told_to_who_enters_without_pounds(db: None, training_day: object) -> None:
    world = utsire()
    world.calculate()
    line = world.lines()[0]
    clerk = world.acting(Role.ACHIEVEMENT_ENTRY, line.provider)
    manager = somebody(line.provider, Role.ACHIEVEMENT_ENTRY, Role.FINANCE_VIEW)

    commands.reject_achievements(seen(line), by=world.approver, note="It should be £1.00.")

    sent = {message.keys["to"]: message.keys for message in OutboxMessage.objects.filter(task="operations.send_email")}
    assert "£" not in sent[clerk.user.email]["subject"] + sent[clerk.user.email]["text"]
    assert "was rejected and is held" in sent[clerk.user.email]["subject"]
    assert "£735.36" in sent[manager.user.email]["subject"]


def test_what_an_end_takes_back_is_told_without_pounds_to_whoever_sees_none(db: None, training_day: object) -> None:
    world = utsire()
    world.calculate()
    world.approve_all()
    rows = Participation.objects.filter(network=world.network)
    asker = world.acting(Role.COMMISSIONING_MANAGEMENT)
    asked = ask_to_end(seen(*rows), Ending(date(2021, 9, 30), "It stopped."), by=asker)
    viewer, finance = world.acting(Role.VIEW), world.acting(Role.FINANCE_VIEW)

    pages = [said(signed_in(by).get(f"/participation/requests/{asked.request_id}/")) for by in (viewer, finance)]
    answers = [
        Program(create_token("Program", by.organisation_id or 0, by=by).secret).get(f"end-requests/{asked.request_id}/")
        for by in (viewer, finance)
    ]

    assert ["£2,250.78" in page for page in pages] == [False, True]
    assert "£" not in pages[0]
    assert ["£" in " ".join(answer.json()["foreseen"]) for answer in answers] == [False, True]
