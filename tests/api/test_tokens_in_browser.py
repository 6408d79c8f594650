"""A token made, listed and revoked in a real browser, wide and narrow."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from accounts.states import Role
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_token_is_made_listed_and_revoked(page, eyes, live_server):
    client = Client()
    client.force_login(acting_as(Role.VIEW, organisation=PracticeFactory.create(name="Portland Surgery")).user)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])

    page.goto(f"{live_server.url}/account/")
    page.get_by_role("link", name="API tokens").click()
    eyes.look("tokens-none")
    page.get_by_role("link", name="Make a token").click()
    eyes.look("token-new")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("Enter name").first).to_be_visible()
    eyes.look("token-refused")
    page.get_by_label("Name").fill("Monthly figures")
    page.get_by_role("button", name="Make the token").click()
    eyes.look("token-made")
    page.get_by_role("link", name="Your tokens").click()
    eyes.look("tokens")
    page.get_by_role("link", name="Revoke Monthly figures").click()
    eyes.look("token-revoke")
    page.get_by_role("button", name="Revoke").click()

    expect(page.locator("#list")).to_contain_text("Revoked on")
    eyes.look("tokens-revoked")
