"""Signing in with password and authenticator app, in a real browser, and every page of one's own account."""

import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.plugins.browser import Eyes

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL, PASSWORD = "ada.marsh@biscay.example.org", "calm-sea-prosperous-voyage"


@pytest.fixture
def person() -> User:
    return User.objects.create_user(EMAIL, PASSWORD, name="Ada Marsh")


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/account/login/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign in")).to_have_count(0)


def code_for(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows for a secret, now or some steps of half a minute later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def test_a_person_adds_an_authenticator_app_and_signs_in_with_it(
    page: Page, eyes: Eyes, live_server: Any, person: User, settings: Any
) -> None:
    settings.MFA_TOTP_TOLERANCE = 1
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/account/2fa/totp/activate/")
    eyes.look("totp-activate")
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill("000000")
    page.get_by_role("button", name="Activate").click()
    eyes.look("totp-activate-refused")
    page.get_by_label("Authenticator code").fill(code_for(secret))
    page.get_by_role("button", name="Activate").click()
    eyes.look("recovery-codes")

    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    eyes.look("totp-authenticate")
    page.get_by_role("textbox").last.fill(code_for(secret, 1))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Enter your code")).to_have_count(0)

    page.goto(f"{live_server.url}/account/2fa/")
    expect(page.get_by_text("Authentication using an authenticator app is active.")).to_be_visible()
    eyes.look("totp-active")


def test_the_pages_of_ones_own_account_wear_the_frame(page: Page, eyes: Eyes, live_server: Any, person: User) -> None:
    sign_in(page, live_server.url)

    for path in ("2fa", "password/change", "sessions", "reauthenticate", "logout"):
        page.goto(f"{live_server.url}/account/{path}/")
        eyes.look(f"account-{path.replace('/', '-')}")
        expect(page.get_by_role("banner").get_by_text("Ada Marsh")).to_be_visible()


def test_a_refused_password_change_names_what_was_wrong(page: Page, eyes: Eyes, live_server: Any, person: User) -> None:
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/account/password/change/")

    page.get_by_role("button", name="Change password").click()

    expect(page.get_by_role("alert")).to_contain_text("Enter current password.")
    eyes.look("password-change-refused")
