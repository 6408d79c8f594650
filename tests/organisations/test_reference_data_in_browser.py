"""Reference data is loaded in a real browser: chosen, checked, confirmed; wide and narrow."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from accounts.states import Role
from core import clock
from core.actors import SYSTEM
from organisations import commands
from organisations.models import ListKind
from tests.factories.accounts import acting_as
from tests.factories.organisations import NationalOperatorFactory
from tests.organisations.loading import LISTS_DAY, load, organisation
from tests.organisations.test_network_in_browser import signed_in
from tests.organisations.test_uploads import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def petra(page, live_server, tmp_path, settings):
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    clock.set_training_clock(date(2021, 12, 11))
    national = NationalOperatorFactory()
    signed_in(page, live_server.url, national, Role.REFERENCE_DATA)
    return acting_as(Role.REFERENCE_DATA, organisation=national)


def test_files_are_chosen_checked_confirmed_and_loaded(page, eyes, live_server, petra, release):
    release.memberships += [
        ("A81005", "U00009", "20190701", ""), ("A99999", "U00001", "20190701", ""),
        *[(f"A8200{n}", "U00003", "20190701", "") for n in range(1, 10)],
    ]  # fmt: skip
    page.goto(f"{live_server.url}/organisations/ods/")
    eyes.look("reference-data-empty")

    page.get_by_role("link", name="Upload reference files").click()
    eyes.look("reference-data-upload")
    page.locator("input[name=practices]").set_input_files(release.practice_file())
    page.locator("input[name=networks]").set_input_files(release.network_file())
    page.get_by_role("button", name="Check these files").click()

    expect(page.get_by_text("The files wait to be checked.")).to_be_visible()
    eyes.look("reference-data-checking")
    work()
    expect(page.get_by_text("Nothing has been loaded yet.")).to_be_visible()
    expect(page.locator("#rows")).to_contain_text("is not a PCN that is known.")
    eyes.look("reference-data-checked")

    page.get_by_role("button", name="Load these files").click()
    expect(page.get_by_text("The files wait to be loaded.")).to_be_visible()
    work()
    expect(page.get_by_text("The files have been loaded.")).to_be_visible()
    eyes.look("reference-data-loaded")

    page.get_by_role("link", name="Rows and counts of ePCN_2021-11-30.xlsx").click()
    expect(page.locator("#rows")).to_contain_text("A99999")
    eyes.look("reference-data-load")
    page.goto(f"{live_server.url}/organisations/ods/")
    expect(page.locator("#list")).to_contain_text("14 memberships written")
    eyes.look("reference-data-list")


def test_a_wrong_file_and_an_older_one_are_refused_where_one_looks(page, eyes, live_server, petra, release):
    commands.load_ods(commands.OdsFiles(networks=release.network_file("2021-12-05")), by=SYSTEM)
    page.goto(f"{live_server.url}/organisations/ods/upload/")
    page.locator("input[name=practices]").set_input_files(release.network_file())
    page.get_by_role("button", name="Check these files").click()

    expect(page.get_by_role("alert")).to_contain_text("ePCN_2021-11-30.xlsx looks like a workbook")
    eyes.look("reference-data-wrong-file")

    page.locator("input[name=networks]").set_input_files(release.network_file())
    page.get_by_role("button", name="Check these files").click()
    work()
    expect(page.get_by_text("an older file is refused")).to_be_visible()
    eyes.look("reference-data-older-file")
    page.get_by_role("button", name="Drop these files").click()
    expect(page.get_by_text("The files were dropped.")).to_be_visible()


def test_what_moved_between_check_and_confirmation_is_shown_and_asked_for_anew(page, eyes, live_server, petra, release):
    load(release)
    commands.load_ods(commands.OdsFiles(lists=[release.list_file()], lists_as_at=LISTS_DAY), by=SYSTEM)
    release.lists["A81001"] = ("4100", "4645.53")
    page.goto(f"{live_server.url}/organisations/lists/upload/")
    page.locator("input[name=lists]").set_input_files(release.list_file())
    for box, number in (("day", "1"), ("month", "1"), ("year", "2021")):
        page.locator(f"input[name=lists_as_at_{box}]").fill(number)
    eyes.look("lists-upload-with-day")
    page.get_by_role("button", name="Check this file").click()
    expect(page.get_by_text("The files wait to be checked.")).to_be_visible()
    work()
    expect(page.get_by_text("1 known list size of a day would be replaced")).to_be_visible()
    eyes.look("lists-checked-that-replace")
    by_hand = Decimal("4088")
    commands.correct_list_size(organisation("A81001"), ListKind.CRP, LISTS_DAY, by_hand, "A letter", by=petra)

    page.get_by_role("button", name="Load these files").click()
    expect(page.get_by_text("The files wait to be loaded.")).to_be_visible()
    work()
    expect(page.get_by_text("What would change is no longer what you saw")).to_be_visible()
    expect(page.get_by_text("Corrected since you looked, and replaced by these files: Practice A81001")).to_be_visible()
    eyes.look("lists-that-moved")
    page.get_by_role("button", name="Load these files").click()
    expect(page.get_by_text("The files wait to be loaded.")).to_be_visible()
    work()
    expect(page.get_by_text("The files have been loaded.")).to_be_visible()
