"""Signing in, Home, Help and My Account as people see them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.states import Role
from cqrs_portal.training.people import ADA, PASSWORD
from organisations.models import Organisation
from tests.factories.accounts import GrantFactory
from tests.plugins.browser import Eyes

pytestmark = pytest.mark.usefixtures("training_portal")


def sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_ada_signs_in_and_finds_her_way(page: Page, live_server, eyes: Eyes):
    GrantFactory(
        user=User.objects.get(email=ADA.email), organisation=Organisation.objects.get(code="V37647"), role=Role.VIEW
    )

    sign_in(page, live_server.url, ADA.email)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Home")
    expect(page.get_by_text("3 achievements await your approval")).to_be_visible()
    expect(page.get_by_text("Training: today is 11 December 2021. Nothing here is real.")).to_be_visible()
    eyes.look("home")

    page.get_by_role("link", name="Help", exact=True).first.click()
    eyes.look("help")

    page.get_by_role("link", name="My Account").click()
    expect(page.get_by_text("Approval Management")).to_be_visible()
    eyes.look("my-account")

    page.get_by_role("link", name="Act for another organisation").click()
    eyes.look("choose-organisation")
    page.get_by_label("Portland Surgery (V37647)").check()
    page.get_by_role("button", name="Act for this organisation").click()
    expect(page.get_by_text("You now act for Portland Surgery.")).to_be_visible()
    expect(page.get_by_text("Nothing needs you today.")).to_be_visible()
    eyes.look("home-of-a-practice")
