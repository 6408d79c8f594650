"""The pages of practices and networks, their contacts and the search for them, in a real browser, wide and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.states import Role
from core import clock
from core.actors import SYSTEM
from organisations import commands
from organisations.commands import Details
from organisations.models import Organisation
from tests.factories.accounts import acting_as
from tests.organisations.test_network_in_browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def portal(tmp_path, settings, training_portal, training_day):
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    clock.set_training_clock(training_day)


def at(code):
    return Organisation.objects.get(code=code)


def test_a_network_and_a_practice_are_found_and_read(page, eyes, live_server, portal):
    commands.add_contact(
        at("Z05849"),
        Details("Jonas Usher", "PCN manager", "jonas.usher@biscay-pcn.example", "020 7946 0001"),
        by=SYSTEM,
    )
    sign_in(page, live_server.url, acting_as(Role.VIEW, organisation=at("ZBY")).user)

    page.goto(live_server.url)
    page.locator("#search-field").fill("biscay")
    page.locator("#search-field").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Search")
    eyes.look("search")
    page.get_by_role("link", name="Biscay Partnership PCN").click()

    expect(page.get_by_role("img", name="Picture of the memberships of Biscay Partnership PCN")).to_be_visible()
    expect(page.locator("#contacts")).to_contain_text("Jonas Usher")
    eyes.look("network-page")
    page.locator("#members").get_by_role("link", name="Forties Surgery").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Forties Surgery")
    eyes.look("practice-page")


def test_contacts_are_kept(page, eyes, live_server, portal):
    sign_in(page, live_server.url, acting_as(Role.USER_ADMINISTRATOR, organisation=at("V37647")).user)

    page.goto(f"{live_server.url}/organisations/practices/V37647/")
    page.get_by_role("link", name="Add, change or remove contacts").click()
    page.get_by_role("button", name="Add this contact").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    eyes.look("contacts-refused")
    page.get_by_label("Name").fill("Una Brook")
    page.get_by_label("Role").fill("Practice manager")
    page.get_by_label("E-mail").fill("una.brook@portland.example")
    page.get_by_role("button", name="Add this contact").click()
    expect(page.get_by_text("Una Brook is a contact of Portland Surgery.")).to_be_visible()
    eyes.look("contacts")
    page.get_by_role("link", name="Una Brook", exact=True).click()
    eyes.look("contact")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Remove Una Brook").click()
    eyes.look("remove-contact")
    page.get_by_role("button", name="Remove this contact").click()

    expect(page.get_by_text("Una Brook is no contact of Portland Surgery any more.")).to_be_visible()
