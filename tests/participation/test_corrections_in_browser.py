"""The start of an offer and a list size, corrected by whoever commissions, wide and at 360 pixels."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from organisations.models import ListCorrection, Organisation
from participation.models import Participation
from tests.factories.accounts import acting_as
from tests.participation.test_in_browser import enter, fill_date

pytestmark = [pytest.mark.usefixtures("training_portal")]


@pytest.fixture
def dilys(page, live_server):
    biscay = Organisation.objects.get(code="ZBY")
    enter(page, live_server, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=biscay))


def test_the_start_of_an_offer_is_corrected(page, eyes, live_server, dilys):
    row = Participation.objects.get(provider__code="V37647", network__code="Z05850")

    page.goto(f"{live_server.url}/participation/offers/{row.pk}/")
    page.get_by_role("link", name="Correct the start date").click()
    eyes.look("start-date")
    page.get_by_role("button", name="See what would change").click()
    eyes.look("start-date-refused")
    fill_date(page, "Start date", date(2021, 3, 1))
    page.get_by_label("Reason").fill("It began in March.")
    page.get_by_role("button", name="See what would change").click()
    eyes.look("start-date-would-change")
    page.get_by_role("button", name="Save start date").click()
    eyes.look("start-date-saved")

    assert Participation.objects.with_terms().get(pk=row.pk).start_date == date(2021, 3, 1)


def test_a_list_size_is_corrected(page, eyes, live_server, dilys):
    page.goto(f"{live_server.url}/organisations/practices/V37647/")
    page.get_by_role("link", name="Correct a list size").click()
    eyes.look("list-size")
    fill_date(page, "As at", date(2021, 1, 1))
    page.get_by_label("Size", exact=True).fill("13,000")
    page.get_by_label("Reason").fill("12,055 was a misprint.")
    page.get_by_role("button", name="See what would change").click()
    eyes.look("list-size-would-change")
    page.get_by_role("button", name="Save list size").click()
    eyes.look("list-size-saved")

    assert ListCorrection.objects.get().size == 13_000
