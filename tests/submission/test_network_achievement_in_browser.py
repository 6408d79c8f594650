"""*Network Achievement* in a real browser, wide and narrow, over the training data."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.states import Role
from core import clock
from organisations.models import Organisation
from tests.factories.accounts import acting_as
from tests.organisations.test_network_in_browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_commissioner_finds_what_is_missing_and_runs_the_report(
    page, eyes, live_server, tmp_path, settings, training_portal, training_day
):
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    clock.set_training_clock(training_day)
    sign_in(page, live_server.url, acting_as(Role.VIEW, organisation=Organisation.objects.get(code="ZBY")).user)

    page.goto(f"{live_server.url}/submission/network-achievement/")
    expect(page.get_by_text("Select a quality service, then Apply.")).to_be_visible()
    eyes.look("network-achievement-nothing-chosen")
    page.get_by_label("Quality Service").select_option(value="WM-2021-22")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("data of 0 of 12 providers are submitted.")).to_be_visible()
    page.get_by_label("Quality Service").select_option(value="PCN-CD-2020-22")
    page.get_by_label("Achievement Date").select_option(value="2021-11-30")
    page.get_by_role("button", name="Apply").click()

    expect(page.get_by_text("data of 15 of 15 providers are submitted.")).to_be_visible()
    expect(page.get_by_text("No approved participation covers 30 November 2021.").first).to_be_visible()
    eyes.look("network-achievement")
    page.get_by_role("link", name="Run Data Submission Report").click()
    eyes.look("data-submission-report")
    page.get_by_role("link", name="« Back to Network Achievement").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Network Achievement")
