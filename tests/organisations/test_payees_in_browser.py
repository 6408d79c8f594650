"""A payee is changed by two people in a real browser, wide and narrow (story F)."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.states import Role
from core import clock
from tests.factories.accounts import acting_as
from tests.factories.achievement import utsire
from tests.organisations.test_network_in_browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tmp_path, settings):
    """Utsire with its October: finance has approved it, and it is not paid yet."""
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    clock.set_training_clock(date(2021, 12, 11))
    world = utsire()
    world.commissioner.name, world.network.name = "NHS Biscay CCG", "Utsire Partnership PCN"
    world.commissioner.save()
    world.network.save()
    world.completed()
    return world


def fill_day(page, name, day):
    for box, typed in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.locator(f"[name={name}_{box}]").fill(str(typed))


def test_a_payee_is_proposed_checked_and_confirmed_by_another(page, eyes, live_server, world):
    ewan, freda = (world.acting(Role.ORGANISATION_ADMINISTRATOR) for _ in range(2))
    sign_in(page, live_server.url, ewan.user)

    page.goto(f"{live_server.url}/organisations/payees/")
    eyes.look("payees")
    page.get_by_role("link", name="Utsire Partnership PCN").click()
    eyes.look("payees-of-network")
    page.get_by_role("link", name="Propose a payee").click()
    eyes.look("propose-payee")
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    eyes.look("propose-payee-refused")
    page.get_by_label("Member practice").select_option(label=f"Portland Surgery ({world.practices[0].code})")
    fill_day(page, "start_date", date(2021, 10, 1))
    page.get_by_label("Reason").fill("The PCN has asked for it.")
    page.get_by_role("button", name="See what would change").click()

    expect(page.get_by_text("It is held at release")).to_be_visible()
    eyes.look("what-a-payee-would-change")
    page.get_by_role("button", name="Change what you entered").click()
    expect(page.get_by_label("Reason")).to_have_value("The PCN has asked for it.")
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("button", name="Propose this payee").click()
    expect(page.get_by_text("Confirm payee: you cannot.")).to_be_visible()
    eyes.look("payee-proposed")

    proposal = page.url
    sign_in(page, live_server.url, freda.user)
    page.goto(proposal)
    eyes.look("payee-to-confirm")
    page.get_by_role("link", name="Decline it, with a reason").click()
    eyes.look("decline-payee")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Confirm payee").click()

    expect(page.get_by_text("Portland Surgery is Nominated Payee of Utsire Partnership PCN")).to_be_visible()
    eyes.look("payee-confirmed")


def test_a_party_is_told_on_home_and_notes_it(page, eyes, live_server, world):
    ewan, freda = (world.acting(Role.ORGANISATION_ADMINISTRATOR) for _ in range(2))
    of_network = acting_as(Role.FINANCE_VIEW, organisation=world.network)
    confirmed(world, ewan, freda)
    sign_in(page, live_server.url, of_network.user)

    page.goto(live_server.url)
    page.get_by_role("link", name="Utsire Partnership PCN: Portland Surgery is Nominated Payee").click()
    eyes.look("payee-change-to-note")
    page.get_by_role("button", name="Noted").click()

    expect(page.get_by_text("Noted: the change of payee")).to_be_visible()


def confirmed(world, ewan, freda):
    from core.transitions import Seen
    from organisations import commands
    from organisations.commands import Nomination

    nomination = Nomination(world.network, world.practices[0].code, date(2022, 1, 1))
    made = commands.propose_payee(nomination, "Asked for.", by=ewan)
    commands.confirm_payee(Seen(made.proposal_id, 1), by=freda)
