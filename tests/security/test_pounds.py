"""Pounds stay with those who may see them, in notes and e-mails too: View sees points, never pounds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from accounts.commands import create_token
from accounts.states import Role
from achievement import commands
from core.actors import SYSTEM
from operations.models import OutboxMessage
from organisations.commands import set_lead
from participation.commands import Ending, ask_to_end
from participation.models import Participation
from tests.achievement.payments import Payments, payments, said, signed_in, somebody
from tests.api.conftest import Program
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER, seen, utsire
from tests.factories.organisations import CommissionerFactory, ParentFactory

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


def test_a_parent_that_does_not_lead_sees_its_practices_pounds_and_not_the_networks(
    db: None, training_day: object
) -> None:
    world = utsire()
    parent = CommissionerFactory.create()
    ParentFactory.create(organisation=world.practices[0], parent=parent)
    world.aggregated()
    line = next(each for each in world.lines() if each.provider == world.practices[0])
    above, lead = acting_as(Role.FINANCE_VIEW, organisation=parent), world.acting(Role.FINANCE_VIEW)

    pages = [said(signed_in(by).get(f"/achievement/{line.pk}/")) for by in (above, lead)]

    assert ["£735.36" in page for page in pages] == [True, True]
    assert ["£2,250.78" in page for page in pages] == [False, True]


def test_who_led_a_network_once_sees_the_pounds_it_commissioned_and_no_later_ones(
    db: None, set_clock: Callable[[date], None]
) -> None:
    set_clock(date(2021, 11, 5))
    world, heir = utsire(), CommissionerFactory.create()
    world.completed()
    set_lead(world.network, heir, date(2021, 11, 30), by=SYSTEM)
    set_clock(date(2021, 12, 11))
    world.calculate(NOVEMBER)
    viewer = world.acting(Role.FINANCE_VIEW)
    address = f"/achievement/networks/{world.network.code}/{world.service.code}/"

    pages = [said(signed_in(viewer).get(f"{address}{day}/")) for day in ("2021-10-31", "2021-11-30")]

    assert ["£" in page for page in pages] == [True, False]
    assert "Portland Surgery" in pages[1]
