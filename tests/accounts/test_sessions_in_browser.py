"""The end of a session as people meet it: warned, put off, or signed out with what they typed kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from accounts.models import ApiToken, User
from accounts.states import Role
from core import clock
from tests.factories.accounts import PASSWORD, acting_as
from tests.factories.organisations import PracticeFactory
from tests.plugins.browser import Eyes

pytestmark = pytest.mark.django_db(transaction=True)

NEW_TOKEN = "/account/tokens/new/"
LOOKS_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def tamsin() -> User:
    return acting_as(Role.VIEW, organisation=PracticeFactory.create(name="Portland Surgery")).user


def sign_in(page: Page, address: str, user: User) -> None:
    page.goto(address)
    fill_in(page, user)
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")  # the page has asked how long the session lasts


def fill_in(page: Page, user: User) -> None:
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def leave(seconds: int) -> None:
    """So many seconds are left of every session."""
    Session.objects.update(expire_date=clock.machine_moment() + timedelta(seconds=seconds))


def test_one_is_warned_and_stays_signed_in_with_one_key(page: Page, eyes: Eyes, live_server: Any, tamsin: User) -> None:
    sign_in(page, live_server.url + NEW_TOKEN, tamsin)
    page.get_by_label("Name").fill("Monthly figures")
    dialog = page.get_by_role("dialog", name="You will be signed out soon")
    expect(dialog).to_be_hidden()

    leave(200)
    page.evaluate(LOOKS_AGAIN)
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("signed out in 4 minutes")
    expect(page).to_have_title("Signed out in 4 minutes - Make an API token - CQRS Portal")
    eyes.look("session-warning")
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    expect(page).to_have_title("Make an API token - CQRS Portal")
    expect(page.get_by_label("Name")).to_have_value("Monthly figures")
    left = Session.objects.get().expire_date - clock.machine_moment()
    assert left > timedelta(minutes=29)


def test_work_in_another_tab_closes_the_warning(page: Page, live_server: Any, tamsin: User) -> None:
    sign_in(page, live_server.url + NEW_TOKEN, tamsin)
    leave(200)
    page.evaluate(LOOKS_AGAIN)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()

    other = page.context.new_page()
    other.goto(f"{live_server.url}/help/")
    page.evaluate(LOOKS_AGAIN)

    expect(dialog).to_be_hidden()


def test_escape_stays_signed_in_too(page: Page, live_server: Any, tamsin: User) -> None:
    sign_in(page, live_server.url + NEW_TOKEN, tamsin)
    leave(200)
    page.evaluate(LOOKS_AGAIN)
    expect(page.get_by_role("dialog")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    assert Session.objects.get().expire_date - clock.machine_moment() > timedelta(minutes=29)


def test_who_does_nothing_is_signed_out_and_finds_what_they_typed(
    page: Page, eyes: Eyes, live_server: Any, tamsin: User, settings: Any
) -> None:
    settings.SESSION_COOKIE_AGE = 8
    sign_in(page, live_server.url + NEW_TOKEN, tamsin)
    page.get_by_label("Name").fill("Monthly figures")

    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_url("**/account/login/**", timeout=20_000)
    expect(page.get_by_text("You were signed out")).to_be_visible()
    eyes.look("signed-out-for-doing-nothing")
    settings.SESSION_COOKIE_AGE = 1800
    fill_in(page, tamsin)

    expect(page.get_by_role("heading", level=1)).to_contain_text("Make an API token")
    expect(page.get_by_label("Name")).to_have_value("Monthly figures")
    expect(page.get_by_role("status").filter(has_text="has been put back")).to_be_visible()
    eyes.look("put-back-after-signing-in")
    page.get_by_role("button", name="Leave it out").click()
    expect(page.get_by_label("Name")).to_have_value("")
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("")


def test_without_scripts_what_was_sent_too_late_is_kept(
    browser: Any, page: Page, eyes: Eyes, live_server: Any, tamsin: User
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    plain = context.new_page()
    sign_in(plain, live_server.url + NEW_TOKEN, tamsin)
    plain.get_by_label("Name").fill("Monthly figures")
    leave(-1)

    plain.get_by_role("button", name="Make the token").click()
    expect(plain.get_by_text("You were signed out")).to_be_visible()
    fill_in(plain, tamsin)
    expect(plain.get_by_role("heading", level=1)).to_contain_text("You were signed out before this was sent")
    expect(plain.get_by_role("main")).to_contain_text("Monthly figures")
    assert not ApiToken.objects.exists()
    page.context.add_cookies(context.cookies())
    page.goto(f"{live_server.url}/account/kept/")
    eyes.look("kept-until-sign-in")
    plain.get_by_role("button", name="Send it now").click()

    expect(plain.get_by_role("heading", level=1)).to_contain_text("Your token")
    assert ApiToken.objects.get().name == "Monthly figures"
    context.close()


def test_sessions_are_listed_and_ended(page: Page, eyes: Eyes, browser: Any, live_server: Any, tamsin: User) -> None:
    context = browser.new_context(user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
    sign_in(context.new_page(), f"{live_server.url}/help/", tamsin)
    sign_in(page, f"{live_server.url}/account/", tamsin)

    page.get_by_role("link", name="Where you are signed in").click()
    eyes.look("sessions")
    page.get_by_role("link", name="End Firefox on Linux").click()
    eyes.look("session-end-question")
    page.get_by_role("button", name="End session").click()

    expect(page.get_by_text("That session has ended.")).to_be_visible()
    expect(page.get_by_text("You are signed in nowhere else.")).to_be_visible()
    eyes.look("sessions-one")
    context.close()
