from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from submission import commands
from submission.commands import Figures
from submission.models import DraftValue
from submission.queries import values_of
from tests.factories.submission import REFERRALS, a_field, an_indicator, with_indicators, world
from tests.submission.conftest import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day", "below_alone")]


@pytest.fixture
def portland(transactional_db):
    return world()


def enter(page, live_server, by):
    """Open the browser's session as this person, without the sign-in page."""
    cookie = sign_in(Client(), by).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}])


def group_of(live_server, service="WM-2021-22"):
    args = [service, "2021-11-30", "V37647", "WM"]
    return live_server.url + reverse("submission:group", args=args)


def test_a_practice_enters_saves_returns_and_submits(page, eyes, live_server, portland):
    enter(page, live_server, portland.tamsin)

    page.goto(live_server.url + reverse("submission:record_achievement"))
    eyes.look("record-achievement")
    page.get_by_label("Achievement Date", exact=True).select_option("30 November 2021: payment date")
    page.get_by_role("button", name="Apply").click()
    eyes.look("record-achievement-chosen")
    page.get_by_role("button", name="Add New Achievement").click()
    eyes.look("achievement-begun")
    page.get_by_role("link", name="Weight management").click()
    eyes.look("indicator-group")
    page.get_by_label("Referrals", exact=True).fill("thirty")
    page.get_by_role("button", name="Save Work in Progress").click()
    eyes.look("indicator-group-refused")
    page.get_by_label("Referrals", exact=True).fill("37")
    page.get_by_role("button", name="Save Work in Progress").click()
    eyes.look("work-in-progress-saved")
    page.get_by_role("link", name="Weight management").click()
    expect(page.get_by_label("Referrals", exact=True)).to_have_value("37")
    page.get_by_role("button", name="Submit Achievement Data").click()
    eyes.look("check-before-submitting")
    page.get_by_role("button", name="Submit Achievement Data").click()
    eyes.look("achievement-submitted")
    page.get_by_role("link", name="See what was submitted").click()
    eyes.look("achievement-summary")

    assert values_of(*portland.key())[REFERRALS].value == 37


def test_a_nil_return_is_one_act(page, eyes, live_server, portland):
    enter(page, live_server, portland.tamsin)

    page.goto(live_server.url + reverse("submission:record_achievement") + "?date=2021-11-30")
    page.get_by_role("link", name="Nil return").click()
    eyes.look("nil-return")
    page.get_by_role("button", name="Submit nil return").click()
    eyes.look("nil-return-submitted")

    assert values_of(*portland.key())[REFERRALS].value == 0


def test_the_commissioning_organisation_enters_for_a_provider(page, eyes, live_server, portland):
    enter(page, live_server, portland.kezia)

    page.goto(live_server.url + reverse("submission:record_provider_achievement"))
    eyes.look("record-provider-achievement")
    page.get_by_label("Service Provider").select_option("Portland Surgery (V37647)")
    page.get_by_role("button", name="Apply").click()
    eyes.look("record-provider-achievement-chosen")


def test_two_people_in_one_form_are_asked_whose_is_kept(page, eyes, live_server, portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)
    enter(page, live_server, portland.tamsin)
    page.goto(group_of(live_server))
    commands.save_work_in_progress(portland.key(), Figures({REFERRALS: 35}), by=portland.una)

    page.get_by_label("Referrals", exact=True).fill("37")
    page.get_by_role("button", name="Save Work in Progress").click()
    eyes.look("changed-meanwhile")
    page.get_by_label("Take theirs: 35").check()
    page.get_by_role("button", name="Save Work in Progress").click()
    expect(page.get_by_role("main")).to_contain_text("Work in progress saved")

    assert DraftValue.objects.get().value == 35


def test_what_was_typed_outlives_a_lost_connection(page, live_server, portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)
    enter(page, live_server, portland.tamsin)
    page.goto(group_of(live_server))
    page.get_by_label("Referrals", exact=True).fill("37")
    page.get_by_label("Submission notes").fill("Two were late.")

    page.context.set_offline(True)
    page.get_by_role("button", name="Save Work in Progress").click()
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page.goto(group_of(live_server))

    expect(page.get_by_label("Referrals", exact=True)).to_have_value("37")
    expect(page.get_by_label("Submission notes")).to_have_value("Two were late.")
    expect(page.get_by_role("status")).to_contain_text("had not saved, has been put back")


def test_what_was_typed_is_there_with_the_back_button(page, live_server, portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)
    enter(page, live_server, portland.tamsin)
    page.goto(group_of(live_server))
    box = page.get_by_label("Referrals", exact=True)
    box.fill("37")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Achievement at")

    page.go_back()
    expect(box).to_have_value("37")
    page.get_by_role("button", name="Save Work in Progress").click()
    expect(page.get_by_role("main")).to_contain_text("Work in progress saved")
    page.go_back()

    expect(box).to_have_value("37")
    assert DraftValue.objects.get().value == 37


def test_what_was_typed_outlives_the_session(page, eyes, live_server, portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)
    enter(page, live_server, portland.tamsin)
    page.goto(group_of(live_server))
    page.get_by_label("Referrals", exact=True).fill("37")

    page.context.clear_cookies()
    page.get_by_role("button", name="Save Work in Progress").click()
    page.wait_for_load_state()
    enter(page, live_server, portland.tamsin)
    page.goto(group_of(live_server))

    expect(page.get_by_label("Referrals", exact=True)).to_have_value("37")
    page.get_by_role("button", name="Leave it out").click()
    expect(page.get_by_label("Referrals", exact=True)).to_have_value("")


def test_what_has_been_saved_is_kept_by_the_browser_no_longer(page, live_server, portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)
    enter(page, live_server, portland.tamsin)
    page.goto(group_of(live_server))
    page.get_by_label("Referrals", exact=True).fill("37")

    page.get_by_role("button", name="Save Work in Progress").click()
    expect(page.get_by_role("main")).to_contain_text("Work in progress saved")

    assert page.evaluate("sessionStorage.length") == 0


def test_a_column_from_a_spreadsheet_fills_the_boxes(page, live_server):
    further = [an_indicator(f"A{n}", a_field("NUMBER", name=f"Number {n}")) for n in range(2)]
    somewhere = world(**with_indicators(*further))
    commands.begin_submission(somewhere.key(), by=somewhere.tamsin)
    enter(page, live_server, somewhere.tamsin)
    page.goto(group_of(live_server))

    page.get_by_label("Referrals", exact=True).evaluate(
        """(box) => {
            const data = new DataTransfer();
            data.setData("text", "37\\r\\n4\\r\\n5\\r\\n");
            box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )

    boxes = [page.get_by_label(label, exact=True) for label in ("Referrals", "Number 0", "Number 1")]
    assert [box.input_value() for box in boxes] == ["37", "4", "5"]
