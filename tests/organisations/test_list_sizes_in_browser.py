"""List sizes in a real browser, wide and narrow: thousands of them, none, and a file that is refused."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.states import Role
from core import clock
from core.actors import SYSTEM
from organisations import commands
from organisations.models import Kind, ListKind, Organisation
from tests.factories.accounts import acting_as
from tests.factories.organisations import NationalOperatorFactory
from tests.organisations.test_network_in_browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 5_000
BEFORE, DAY = date(2020, 1, 1), date(2021, 1, 1)


@pytest.fixture
def petra(tmp_path, settings):
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    clock.set_training_clock(date(2021, 12, 11))
    return acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory())


def test_thousands_of_lists_are_looked_through(page, eyes, live_server, petra):
    rows = [Organisation(code=f"V{n:05d}", name=f"Practice {n:04d}", kind=Kind.PRACTICE) for n in range(MANY)]
    made = Organisation.objects.bulk_create(rows)
    for day, plus in ((BEFORE, 0), (DAY, 1)):
        sizes = {each.pk: 5_000 + plus * (n % 600) for n, each in enumerate(made)}
        commands.set_list_sizes(ListKind.CRP, day, sizes, by=SYSTEM)
    sign_in(page, live_server.url, petra.user)

    page.goto(f"{live_server.url}/organisations/lists/?sort=-change&view=25")
    expect(page.get_by_text("5,000 practices")).to_be_visible()
    expect(page.locator("#list")).to_contain_text("+599 (+12.0 %)")
    eyes.look("list-sizes")
    page.get_by_label("Show", exact=True).select_option(label="Changed by more than 5 %")
    page.get_by_role("button", name="Apply").click()

    expect(page.locator("#list")).to_contain_text("2,792 practices")


def test_nothing_is_known_and_a_file_is_refused(page, eyes, live_server, petra, tmp_path):
    wrong = tmp_path / "odd.csv"
    wrong.write_text("a,b\n1,2\n")
    sign_in(page, live_server.url, petra.user)

    page.goto(f"{live_server.url}/organisations/lists/")
    expect(page.get_by_text("No list size of this kind is known yet.")).to_be_visible()
    eyes.look("list-sizes-empty")
    page.get_by_role("link", name="Upload list sizes").click()
    page.locator("input[name=lists]").set_input_files(wrong)
    page.get_by_role("button", name="Check this file").click()

    expect(page.get_by_text("odd.csv is none of the files known here.").first).to_be_visible()
    eyes.look("upload-lists-refused")
