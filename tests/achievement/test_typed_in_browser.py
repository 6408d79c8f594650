"""What is typed beside rows is not lost by a link, a lost connection or the back button; the browser keeps it."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.rules import Acting
from achievement.models import Achievement
from achievement.states import State
from tests.achievement.payments import OCTOBER, Payments, payments
from tests.plugins.browser import Eyes
from tests.submission.conftest import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day")]

OCTOBERS = "Notes on Weight Management, October 2021"
NOVEMBERS = "Notes on Weight Management, November 2021"


@pytest.fixture
def portland(transactional_db: None) -> Payments:
    made = payments()
    made.submit(12, day=OCTOBER, by=made.world.kezia)
    made.submit(37)
    return made


@pytest.fixture
def declaring(page: Page, live_server: Any, portland: Payments) -> Page:
    """The practice's manager, at *Declare*."""
    return entered(page, live_server, portland.manager, "/achievement/declare/")


def entered(page: Page, live_server: Any, by: Acting, path: str) -> Page:
    cookie = sign_in(Client(), by).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}])
    page.goto(live_server.url + path)
    return page


def test_notes_are_there_after_a_link_and_the_back_button(declaring: Page) -> None:
    declaring.get_by_label(NOVEMBERS).fill("Two were late.")

    declaring.get_by_role("link", name="How this was worked out").last.click()
    expect(declaring.get_by_role("heading", level=1)).to_contain_text("Weight Management")
    declaring.go_back()

    expect(declaring.get_by_label(NOVEMBERS)).to_have_value("Two were late.")


def test_notes_are_there_when_the_page_is_opened_anew(declaring: Page, live_server: Any) -> None:
    declaring.get_by_label(NOVEMBERS).press_sequentially("Two were late.")

    declaring.goto("about:blank")
    declaring.goto(f"{live_server.url}/achievement/declare/")

    expect(declaring.get_by_label(NOVEMBERS)).to_have_value("Two were late.")
    expect(declaring.get_by_text("had not saved, has been put back")).to_be_visible()


def test_what_is_ticked_when_the_session_ends_is_ticked_again(
    declaring: Page, live_server: Any, portland: Payments
) -> None:
    declaring.get_by_label("Select Weight Management, November 2021").check()

    declaring.context.clear_cookies()
    declaring.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    declaring.wait_for_url("**/account/login/?next=%2Fachievement%2Fdeclare%2F**")
    entered(declaring, live_server, portland.manager, "/achievement/declare/")

    expect(declaring.get_by_label("Select Weight Management, November 2021")).to_be_checked()
    expect(declaring.get_by_label("Select Weight Management, October 2021")).not_to_be_checked()


def test_notes_outlive_a_lost_connection(declaring: Page, eyes: Eyes, live_server: Any) -> None:
    declaring.get_by_label(NOVEMBERS).fill("Two were late.")
    declaring.context.set_offline(True)
    declaring.get_by_role("button", name="Save notes").click()
    declaring.wait_for_timeout(300)
    declaring.context.set_offline(False)

    declaring.goto(f"{live_server.url}/achievement/declare/")

    expect(declaring.get_by_label(NOVEMBERS)).to_have_value("Two were late.")
    expect(declaring.get_by_text("had not saved, has been put back")).to_be_visible()
    eyes.look("declare-put-back")
    declaring.get_by_role("button", name="Leave it out").click()
    expect(declaring.get_by_label(NOVEMBERS)).to_have_value("")
    declaring.reload()
    expect(declaring.get_by_label(NOVEMBERS)).to_have_value("")


def test_what_was_not_declared_keeps_its_note_and_the_browser_keeps_nothing(declaring: Page, eyes: Eyes) -> None:
    declaring.get_by_label(OCTOBERS).fill("Two were late.")
    declaring.get_by_label("Select Weight Management, November 2021").check()
    declaring.get_by_role("button", name="Declare Achievement").click()

    expect(declaring.get_by_text("1 note on what is not declared yet is kept.")).to_be_visible()
    expect(declaring.get_by_label(OCTOBERS)).to_have_value("Two were late.")
    expect(declaring.get_by_text("has been put back")).to_have_count(0)
    eyes.look("declare-notes-kept")
    assert declaring.evaluate("sessionStorage.length") == 0
    assert Achievement.objects.get(achievement_date=OCTOBER).state == State.AWAITING_PROVIDER


def test_a_reason_is_there_again_when_the_same_row_is_chosen_again(
    page: Page, eyes: Eyes, live_server: Any, portland: Payments
) -> None:
    portland.declare()
    entered(page, live_server, portland.approver, "/achievement/declarations/")
    reject(page)
    page.get_by_label("Reason").fill("Two were not eligible.")

    page.get_by_role("link", name="Cancel").click()
    reject(page)

    expect(page.get_by_label("Reason")).to_have_value("Two were not eligible.")
    expect(page.get_by_role("status").filter(has_text="has been put back")).to_be_visible()
    eyes.look("reason-put-back")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("1 achievement rejected")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def reject(page: Page) -> None:
    page.get_by_label("Select Portland Surgery").check()
    page.get_by_role("button", name="Reject...").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Reject 1 achievement")


def test_a_reason_is_there_again_when_its_page_was_closed(page: Page, live_server: Any, portland: Payments) -> None:
    portland.declare()
    entered(page, live_server, portland.approver, "/achievement/declarations/")
    reject(page)
    page.get_by_label("Reason").press_sequentially("Two were not eligible.")

    page.goto("about:blank")
    page.goto(f"{live_server.url}/achievement/declarations/")
    reject(page)

    expect(page.get_by_label("Reason")).to_have_value("Two were not eligible.")


def test_a_reason_outlives_the_session_and_one_comes_back_to_the_list(
    page: Page, live_server: Any, portland: Payments
) -> None:
    portland.declare()
    entered(page, live_server, portland.approver, "/achievement/declarations/")
    reject(page)
    page.get_by_label("Reason").fill("Two were not eligible.")

    page.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_url("**/account/login/?next=%2Fachievement%2Fdeclarations%2F**")
    entered(page, live_server, portland.approver, "/achievement/declarations/")
    reject(page)

    expect(page.get_by_label("Reason")).to_have_value("Two were not eligible.")
