"""What finance approved for one payee, and would now be paid to another, is named until the two are the same."""

from __future__ import annotations

from datetime import date

import pytest

from achievement.queries.payees import approved_for_another
from core.dates import inclusive
from core.two_clocks import Belief, believe
from organisations.models import Payee
from tests.achievement.payments import said, signed_in
from tests.factories.achievement import World
from tests.factories.organisations import CommissionerFactory

pytestmark = pytest.mark.django_db

LIST = "/achievement/to-be-adjusted/"
FIRST = date(2019, 7, 1)


@pytest.fixture
def nominate(world: World, set_clock):
    """On the next day it is believed that this practice was nominated all along."""
    days = iter((date(2021, 12, 12), date(2021, 12, 13)))

    def nominated(practice: int) -> None:
        set_clock(next(days))
        _believed(world, practice)

    return nominated


def _believed(world: World, practice: int) -> None:
    belief = Belief({"network": world.network}, inclusive(FIRST, None), {"payee": world.practices[practice]})
    believe(Payee, [belief])


def test_a_payee_corrected_into_an_approved_period_is_named_beside_the_one_before(world, nominate):
    total = world.completed()
    nominate(0)

    [found] = approved_for_another(world.finance)

    assert (found.total, found.approved_for.name, found.now.name) == (
        total, "Viking Medical Practice", "Portland Surgery",
    )  # fmt: skip
    page = said(signed_in(world.finance).get(LIST))
    assert "Payee at finance approval Payee by now" in page
    assert "£2,250.78 Viking Medical Practice Portland Surgery" in page


def test_what_is_not_approved_by_finance_is_paid_to_whoever_is_nominated_when_it_is(world, nominate):
    world.aggregated()
    nominate(0)

    assert approved_for_another(world.finance) == []
    assert "Payee at finance approval" not in said(signed_in(world.finance).get(LIST))


def test_a_nomination_put_back_takes_it_off(world, nominate):
    world.completed()
    nominate(0)

    nominate(1)

    assert approved_for_another(world.finance) == []


def test_nobody_sees_it_of_networks_that_they_do_not_see(world, nominate):
    world.completed()
    nominate(0)
    elsewhere = world.acting(role=next(iter(world.finance.roles())), organisation=CommissionerFactory.create())

    assert approved_for_another(elsewhere) == []
