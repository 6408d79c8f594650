"""The style page, the sign-in pages and the error pages in a real browser, wide and at 360 px."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.plugins.browser import Eyes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.ui.urls")]


def test_every_component_is_accessible_and_quiet(page: Page, eyes: Eyes, live_server: Any) -> None:
    page.goto(f"{live_server.url}/ui/")

    eyes.look("style")


def test_every_component_is_accessible_with_everything_opened(page: Page, eyes: Eyes, live_server: Any) -> None:
    page.goto(f"{live_server.url}/ui/")
    page.get_by_text("Show as recorded on …").click()
    page.get_by_label("Select All", exact=True).check()

    eyes.look("style-opened")


def test_the_pages_that_say_what_went_wrong_are_accessible(page: Page, eyes: Eyes, live_server: Any) -> None:
    for status in (400, 403, 404, 409, 422, 500):
        page.goto(f"{live_server.url}/wrong/{status}/")
        eyes.look(f"error-{status}")


def test_ticked_rows_are_counted_and_summed_to_the_penny(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/ui/")
    state = page.locator("[data-selection-state]").first

    expect(state).to_have_text("0 selected")
    page.get_by_label("Select Portland Surgery").check()
    page.get_by_label("Select Viking Medical Practice").check()
    page.get_by_label("Select Wight Health Centre").check()

    expect(state).to_have_text("3 selected, £2,250.78")
    page.get_by_label("Select Malin Practice").check()
    expect(state).to_have_text("4 selected, £1,805.48")


def test_everything_that_matches_is_offered_once_the_page_is_ticked(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/ui/")
    matching = page.get_by_label("Select all 412 matching, £318,204.11")

    expect(matching).to_be_hidden()
    page.get_by_label("Select All", exact=True).check()
    matching.check()

    expect(page.locator("[data-selection-state]").first).to_have_text("All 412 matching, £318,204.11 selected")
    page.get_by_label("Select Malin Practice").uncheck()
    expect(matching).to_be_hidden()
    expect(matching).not_to_be_checked()


def test_without_scripts_rows_can_be_ticked_and_everything_matching_is_offered(
    browser: Browser, live_server: Any
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/ui/")

    page.get_by_label("Select Portland Surgery").check()
    page.get_by_label("Select all 412 matching, £318,204.11").check()

    expect(page.get_by_role("button", name="Approve").first).to_be_visible()
    expect(page.get_by_label("Select All", exact=True)).to_be_hidden()
    page.context.close()


def test_wide_rows_become_cards_on_a_narrow_screen(page: Page, live_server: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{live_server.url}/ui/")

    cell = page.locator("#list [data-label='Achievement Amount']").first

    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Achievement Amount"'
    expect(page.get_by_role("rowheader", name="Portland Surgery")).to_be_visible()


def test_a_refused_form_leads_from_its_summary_to_the_box(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/ui/")

    page.get_by_role("link", name=re.compile("^End date must be on or after start date")).click()

    expect(page.locator("[name='wrong-end_date_day']")).to_be_focused()


def test_pages_of_signing_in_wear_the_frame(page: Page, eyes: Eyes, live_server: Any) -> None:
    for path in ("login", "password/reset", "inactive"):
        page.goto(f"{live_server.url}/account/{path}/")
        eyes.look(f"account-{path.replace('/', '-')}")
        expect(page.get_by_role("banner").get_by_role("link", name="CQRS Portal")).to_be_visible()


def test_a_failed_sign_in_says_so_in_an_error_summary(page: Page, eyes: Eyes, live_server: Any) -> None:
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    expect(page).to_have_title("Error: Sign in - CQRS Portal")
    eyes.look("account-login-refused")
