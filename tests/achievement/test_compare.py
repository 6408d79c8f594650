"""An achievement compared with the period before: what differs is said, pounds to whoever sees pounds."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from tests.achievement.payments import OCTOBER, Payments, payments, said, signed_in
from tests.factories.accounts import acting_as
from tests.factories.submission import NOVEMBER, AllocationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def portland(db, training_day) -> Payments:
    return payments()


def page_of(portland: Payments, name: str = "achievement") -> str:
    return reverse(f"achievement:{name}", args=[portland.achievement.pk])


def test_it_is_compared_with_the_period_before(portland: Payments):
    portland.submit(12, day=OCTOBER, by=portland.world.kezia)
    portland.submit(37)
    client = signed_in(portland.manager)

    own, compared = said(client.get(page_of(portland))), said(client.get(page_of(portland, "compare")))

    assert "Compare with October: £207.00 more" in own
    assert "November 2021: £207.00 more than October: referrals 37, was 12." in compared
    assert "Referrals 12 37" in compared


@pytest.mark.parametrize(
    "then, now, said_of_it, row",
    [
        (30, None, "no allocation, was 30", "Allocation 30 none"),
        (None, 30, "allocation 30, was none", "Allocation none 30"),
    ],
)
def test_an_allocation_that_is_there_in_one_period_alone_differs(db, training_day, then, now, said_of_it, row):
    portland = payments(allocation=None)
    for amount, start, end in ((then, date(2021, 10, 1), OCTOBER), (now, date(2021, 11, 1), NOVEMBER)):
        if amount:
            whose = {"service": portland.service, "provider": portland.world.practice}
            AllocationFactory.create(**whose, amount=amount, start_date=start, end_date=end)
    portland.submit(37, day=OCTOBER, by=portland.world.kezia)
    portland.submit(37)

    compared = said(signed_in(portland.manager).get(page_of(portland, "compare")))

    assert f"than October: {said_of_it}." in compared
    assert row in compared


def test_without_a_period_before_there_is_nothing_to_compare_with(portland: Payments):
    portland.submit(37)

    response = signed_in(portland.manager).get(page_of(portland, "compare"))

    assert response.status_code == 404


def test_the_role_view_compares_no_pounds(portland: Payments):
    portland.submit(37)

    response = signed_in(acting_as(Role.VIEW, organisation=portland.world.practice)).get(page_of(portland, "compare"))

    assert response.status_code == 403


def test_a_line_of_a_network_is_compared_too(world):
    world.calculate(OCTOBER.replace(month=8), OCTOBER)
    line = world.lines(OCTOBER)[0]

    page = said(signed_in(world.approver).get(reverse("achievement:compare", args=[line.pk])))

    assert "October 2021: no change." in page
