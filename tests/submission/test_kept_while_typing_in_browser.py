"""What is typed is kept while one types: it is there again when the page is opened anew, whatever closed it."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.rules import Acting
from submission import commands
from tests.factories.submission import world
from tests.submission.conftest import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day", "below_alone")]

PUT_BACK = "had not saved, has been put back"


@pytest.fixture
def portland(transactional_db: None) -> Any:
    made = world()
    commands.begin_submission(made.key(), by=made.tamsin)
    return made


@pytest.fixture
def group(page: Page, live_server: Any, portland: Any) -> str:
    """The address of the indicator group; the practice's manager is signed in."""
    enter(page, live_server, portland.tamsin)
    return str(live_server.url + reverse("submission:group", args=["WM-2021-22", "2021-11-30", "V37647", "WM"]))


@pytest.fixture
def nil(page: Page, live_server: Any, portland: Any) -> str:
    """The address of the nil return; the practice's manager is signed in."""
    enter(page, live_server, portland.tamsin)
    return str(live_server.url + reverse("submission:nil_return", args=["WM-2021-22", "2021-11-30", "V37647"]))


def enter(page: Page, live_server: Any, by: Acting) -> None:
    cookie = sign_in(Client(), by).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}])


def test_figures_notes_and_reason_are_there_when_the_page_is_opened_anew(page: Page, group: str) -> None:
    page.goto(group)
    page.get_by_label("Referrals", exact=True).press_sequentially("37")
    page.get_by_label("Submission notes").press_sequentially("Two were late.")
    page.get_by_label("A technical issue prevents the automatic extract").check()

    page.goto("about:blank")
    page.goto(group)

    expect(page.get_by_label("Referrals", exact=True)).to_have_value("37")
    expect(page.get_by_label("Submission notes")).to_have_value("Two were late.")
    expect(page.get_by_label("A technical issue prevents the automatic extract")).to_be_checked()
    expect(page.get_by_role("status")).to_contain_text(PUT_BACK)


def test_figures_are_there_when_the_page_is_loaded_again(page: Page, group: str) -> None:
    page.goto(group)
    page.get_by_label("Referrals", exact=True).press_sequentially("37")

    page.reload()

    expect(page.get_by_label("Referrals", exact=True)).to_have_value("37")
    expect(page.get_by_role("status")).to_contain_text(PUT_BACK)


def test_a_pasted_column_is_kept_too(page: Page, group: str) -> None:
    page.goto(group)
    page.get_by_label("Referrals", exact=True).evaluate(
        """(box) => {
            const data = new DataTransfer();
            data.setData("text", "37\\r\\n4\\r\\n");
            box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )

    page.goto("about:blank")
    page.goto(group)

    expect(page.get_by_label("Referrals", exact=True)).to_have_value("37")


def test_what_is_typed_into_a_nil_return_is_there_when_the_page_is_opened_anew(page: Page, nil: str) -> None:
    page.goto(nil)
    page.get_by_label("Submission notes").press_sequentially("Nobody was referred.")

    page.goto("about:blank")
    page.goto(nil)

    expect(page.get_by_label("Submission notes")).to_have_value("Nobody was referred.")
    expect(page.get_by_role("status")).to_contain_text(PUT_BACK)


def test_what_is_typed_into_a_nil_return_is_there_when_the_page_is_loaded_again(page: Page, nil: str) -> None:
    page.goto(nil)
    page.get_by_label("Submission notes").press_sequentially("Nobody was referred.")

    page.reload()

    expect(page.get_by_label("Submission notes")).to_have_value("Nobody was referred.")
    expect(page.get_by_role("status")).to_contain_text(PUT_BACK)


def test_what_is_left_out_of_a_nil_return_stays_out(page: Page, nil: str) -> None:
    page.goto(nil)
    page.get_by_label("Submission notes").press_sequentially("Nobody was referred.")
    page.goto("about:blank")
    page.goto(nil)

    page.get_by_role("button", name="Leave it out").click()
    page.goto("about:blank")
    page.goto(nil)

    expect(page.get_by_label("Submission notes")).to_have_value("")
    expect(page.get_by_text(PUT_BACK)).to_have_count(0)
