from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from organisations.models import Organisation, Succession
from tests.factories.accounts import acting_as
from tests.participation.closing import close
from tests.participation.test_in_browser import enter

pytestmark = [pytest.mark.usefixtures("training_portal")]


def place(code):
    return Organisation.objects.get(code=code)


def test_a_closed_practice_is_followed_by_another_once_two_people_agree(page, eyes, live_server):
    """Given that Portland Surgery closed, when one person proposes and another confirms, Viking has its list."""
    close(place("V37647"), date(2021, 11, 30), ods_knows=False)
    one, other = (acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY")) for _ in range(2))

    enter(page, live_server, one)
    page.goto(live_server.url)
    page.get_by_role("link", name="Portland Surgery closed on 30 November 2021").click()
    eyes.look("closure")
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    eyes.look("closure-refused")
    page.get_by_label("A practice follows it").check()
    page.get_by_label("Org ID of the practice that follows").fill("V66334")
    page.get_by_label("Reason").fill("The two practices merged.")
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("heading", name="What would change").wait_for()
    eyes.look("closure-would-change")
    page.get_by_role("button", name="Ask for confirmation").click()
    page.get_by_text("Asked for.").wait_for()
    eyes.look("closure-asked")
    address = page.url

    page.goto(f"{live_server.url}/participation/closures/")
    eyes.look("closures")

    enter(page, live_server, other)
    page.goto(address)
    eyes.look("closure-confirm")
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_role("heading", name="History").wait_for()
    eyes.look("closure-confirmed")

    assert Succession.objects.known().get().successor == place("V66334")
