"""An approver's first sign-in, and the help for whoever lost the phone, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import Page, expect

from accounts.states import Role
from cqrs_portal.settings import training
from cqrs_portal.training.sign_in import codes_of
from tests.factories.accounts import PASSWORD, acting_as
from tests.factories.organisations import CommissionerFactory
from tests.plugins.browser import Eyes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def required(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


def sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/account/login/?next=/help/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_an_approver_sets_up_an_app_before_anything_else(
    required: None, page: Page, eyes: Eyes, live_server: Any
) -> None:
    biscay = CommissionerFactory.create(name="NHS Biscay CCG")
    ada = acting_as(Role.APPROVAL_MANAGEMENT, organisation=biscay).user

    sign_in(page, live_server.url, ada.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Add an authenticator app")
    expect(page.get_by_text("Your roles need a second factor")).to_be_visible()
    eyes.look("second-factor-needed")
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(next(codes_of(secret)))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    eyes.look("second-factor-recovery-codes")
    page.get_by_role("button", name="I have kept them: go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Help")

    page.goto(f"{live_server.url}/account/2fa/")
    eyes.look("second-factor-on")
    page.get_by_role("button", name="Make new codes").click()
    eyes.look("second-factor-new-codes")
    page.goto(f"{live_server.url}/account/2fa/")
    page.get_by_role("button", name="Change to another phone").click()
    eyes.look("second-factor-change")
    page.get_by_role("button", name="Take the old phone off").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add an authenticator app")


def test_an_administrator_helps_whoever_lost_the_phone(
    required: None, page: Page, eyes: Eyes, live_server: Any, settings: Any
) -> None:
    settings.MFA_FORMS, settings.MFA_TOTP_TOLERANCE = training.MFA_FORMS, training.MFA_TOTP_TOLERANCE
    biscay = CommissionerFactory.create(name="NHS Biscay CCG")
    ada = acting_as(Role.APPROVAL_MANAGEMENT, Role.VIEW, organisation=biscay).user
    ewan = acting_as(Role.ADVANCED_USER_ADMINISTRATOR, organisation=biscay).user
    for person in (ada, ewan):
        TOTP.activate(person, generate_totp_secret())

    sign_in(page, live_server.url, ewan.email)
    expect(page.get_by_text("In training, this is what your phone would show")).to_be_visible()
    eyes.look("second-factor-code-in-training")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Administrative Tasks").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Users")
    eyes.look("users")
    page.get_by_role("link", name=f"Reset for {ada.name}").click()
    eyes.look("second-factor-reset")
    page.get_by_role("button", name="Reset second factor").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter reason")
    eyes.look("second-factor-reset-refused")
    page.get_by_label("Reason").fill("Rang back on the number we know.")
    page.get_by_role("button", name="Reset second factor").click()
    expect(page.get_by_text(f"{ada.name}'s second factor was reset.")).to_be_visible()
    expect(page.get_by_text("To set up at next sign-in")).to_be_visible()
