"""The page of a network in a real browser, wide and narrow."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from accounts.states import Role
from core import clock
from tests.factories.accounts import acting_as
from tests.factories.organisations import (
    CommissionerFactory,
    MembershipFactory,
    NetworkFactory,
    PayeeFactory,
    PracticeFactory,
)

TOLD_AT = datetime(2021, 12, 6, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fastnet(tmp_path, settings):
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    clock.set_training_clock(date(2021, 12, 11))
    biscay = CommissionerFactory(code="Q01", name="NHS Biscay CCG")
    network = NetworkFactory(code="Z05851", name="Fastnet PCN", led_by=biscay)
    sole = PracticeFactory(code="V10110", name="Sole Surgery", parent=biscay, member_of=network)
    PayeeFactory(network=network, payee=sole)
    malin = PracticeFactory(code="V10112", name="Malin Practice", parent=biscay)
    MembershipFactory(practice=malin, network=network, known_until=TOLD_AT)
    MembershipFactory(practice=malin, network=network, end_date=date(2021, 10, 31), known_from=TOLD_AT)
    MembershipFactory(network=network, practice=PracticeFactory(code="V10199", name="Dogger Surgery"), zero_length=True)
    return network


def signed_in(page, url, organisation, role=Role.VIEW):
    sign_in(page, url, acting_as(role, organisation=organisation).user)


def sign_in(page, url, user):
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value, "url": url}]
    )


def test_a_network_is_shown_as_recorded_on_an_earlier_day(page, eyes, live_server, fastnet):
    signed_in(page, live_server.url, fastnet.leads.get().commissioner)

    page.goto(f"{live_server.url}/organisations/networks/Z05851/")
    expect(page.locator("#members")).not_to_contain_text("Malin Practice")
    eyes.look("network")
    page.get_by_text("Show as recorded on").click()
    for name, typed in (("day", "5"), ("month", "12"), ("year", "2021")):
        page.locator(f"[name=recorded_on_{name}]").fill(typed)
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_text("recorded at the end of 5 December 2021")).to_be_visible()
    expect(page.locator("#members")).to_contain_text("Malin Practice")
    eyes.look("network-as-recorded-on")


def test_a_day_that_is_none_is_refused_beside_its_boxes(page, eyes, live_server, fastnet):
    signed_in(page, live_server.url, fastnet.leads.get().commissioner)

    page.goto(
        f"{live_server.url}/organisations/networks/Z05851/?day_day=31&day_month=11&day_year=2021&recorded_on=2022-01-01"
    )

    expect(page.get_by_text("Recorded on must be 11 December 2021 or earlier")).to_be_visible()
    eyes.look("network-refused")
