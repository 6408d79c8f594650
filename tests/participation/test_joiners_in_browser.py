from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from core.actors import SYSTEM
from organisations.commands import Spell, correct_memberships
from organisations.models import Organisation
from participation.models import Participation
from tests.factories.accounts import acting_as
from tests.participation.test_in_browser import enter, fill_date

pytestmark = [pytest.mark.usefixtures("training_portal")]


def place(code):
    return Organisation.objects.get(code=code)


@pytest.fixture
def dilys(page, live_server):
    enter(page, live_server, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY")))


def test_joiners_are_found_on_home_and_offered_in_one_step(page, eyes, live_server, dilys):
    page.goto(live_server.url)
    page.get_by_role("link", name="2 practices joined Biscay Partnership PCN").click()
    eyes.look("joiners")
    page.get_by_role("link", name="Put right all of Biscay Partnership PCN").click()
    eyes.look("joiners-of-a-network")
    page.get_by_text("Choose other offers or dates").click()
    eyes.look("joiners-choose")
    page.get_by_role("button", name="Offer", exact=True).click()
    eyes.look("joiners-offered")

    offered = Participation.objects.filter(network__code="Z05849", provider__code__in=["V84552", "V91037"])
    assert offered.count() == 2


def test_a_date_that_does_not_fit_is_said_beside_it(page, eyes, live_server, dilys):
    page.goto(f"{live_server.url}/participation/joiners/Z05849/V84552/")
    page.get_by_text("Choose other offers or dates").click()
    fill_date(page, "Start date", date(2019, 9, 16))
    page.get_by_role("button", name="See what would change").click()

    eyes.look("joiner-refused")
    assert page.get_by_label("Year").first.input_value() == "2019"


def test_a_mover_leaves_and_joins_in_one_step(page, eyes, live_server, dilys):
    pair = (place("V10112").pk, place("Z05851").pk)
    correct_memberships({pair: [Spell(date(2019, 7, 1))]}, by=SYSTEM)

    page.goto(f"{live_server.url}/participation/joiners/Z05852/V10112/")
    eyes.look("mover")
    page.get_by_role("button", name="Offer, and end the old offers").click()
    eyes.look("moved")

    assert Participation.objects.filter(network__code="Z05852", provider__code="V10112").count() == 1


def test_nothing_to_put_right(page, eyes, live_server, dilys):
    page.goto(f"{live_server.url}/participation/joiners/Z05850/")
    eyes.look("joiners-nothing")
