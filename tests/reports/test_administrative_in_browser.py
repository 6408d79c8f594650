"""The administrative reports in a real browser, wide and narrow: with thousands of rows, with none, and refused."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.states import Role
from core import clock
from core.actors import SYSTEM
from organisations import commands
from organisations.commands import Spell
from organisations.models import Kind, Organisation
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, NetworkFactory
from tests.organisations.test_network_in_browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 5_000


@pytest.fixture
def biscay(tmp_path, settings):
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    clock.set_training_clock(date(2021, 12, 11))
    return CommissionerFactory(code="Q01", name="NHS Biscay CCG")


def with_many(biscay):
    """Thousands of practices in one network."""
    network = NetworkFactory(code="Z05851", name="Fastnet PCN", led_by=biscay)
    rows = [Organisation(code=f"V{n:05d}", name=f"Practice {n:04d}", kind=Kind.PRACTICE) for n in range(MANY)]
    made = Organisation.objects.bulk_create(rows)
    commands.correct_memberships({(each.pk, network.pk): [Spell(date(2019, 7, 1))] for each in made}, by=SYSTEM)


def test_the_report_is_run_over_thousands_of_rows(page, eyes, live_server, biscay):
    with_many(biscay)
    sign_in(page, live_server.url, acting_as(Role.VIEW, organisation=biscay).user)

    page.goto(f"{live_server.url}/reports/administrative/")
    eyes.look("administrative-reports")
    page.get_by_role("link", name="Network Organisation Relationship").click()
    expect(page.get_by_text("5,000 relationships")).to_be_visible()
    eyes.look("network-organisation-relationship")
    page.locator("a.app-sort", has_text="SERVICE_PROVIDER_ID").click()
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("cell", name="V00050")).to_be_visible()
    page.get_by_role("link", name="Network Organisation Relationship as PDF").click()

    expect(page.get_by_text("PDF: 5,000 rows are more than 2,000.")).to_be_visible()
    eyes.look("report-too-long-for-pdf")


def test_days_that_are_wrong_are_refused_and_nothing_is_shown_for_others(page, eyes, live_server, biscay):
    sign_in(page, live_server.url, acting_as(Role.VIEW, organisation=biscay).user)

    page.goto(f"{live_server.url}/reports/administrative/network-organisation-relationship/")
    expect(page.get_by_text("No practice that you can see belongs to a PCN on these days.")).to_be_visible()
    eyes.look("report-empty")
    page.locator("[name=end_date_year]").fill("2020")
    page.get_by_role("button", name="Apply").click()

    expect(page.get_by_text("End Date must be on or after start date, 1 April 2021").first).to_be_visible()
    eyes.look("report-refused")
