"""A field is checked when one leaves it: what is wrong or to be known stands under it, and nothing is saved."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from submission import commands
from submission.models import DraftValue
from tests.factories.submission import a_field, an_indicator, weight_management_content, with_indicators, world
from tests.submission.conftest import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day", "below_alone")]

AT = ["WM-2021-22", "2021-11-30", "V37647", "WM"]
BOX = "value_0_wm001_referrals"


@pytest.fixture
def portland(transactional_db):
    made = world()
    commands.begin_submission(made.key(), by=made.tamsin)
    return made


def leave(client, field, **typed):
    """What is said when somebody leaves a field with this typed into the form."""
    answer = client.post(reverse("submission:check_field", args=AT), {"field": field, **typed})
    return answer.status_code, " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_what_the_field_cannot_hold_is_named_with_the_rule(client, portland):
    sign_in(client, portland.tamsin)

    status, said = leave(client, BOX, **{BOX: "thirty"})

    assert (status, said) == (200, "Error: Referrals must be a whole number: 'thirty' is not one.")


def test_what_is_above_the_allocation_is_shown_and_is_no_error(client, portland):
    sign_in(client, portland.tamsin)

    status, said = leave(client, BOX, **{BOX: "37"})

    assert status == 200
    assert said == (
        "Referrals: 37 were given, and 30 are payable. 7 are above the allocation of 30: shown, and not paid."
    )
    assert not DraftValue.objects.exists()


@pytest.mark.parametrize("typed", ["", "30"])
def test_of_what_is_well_or_empty_nothing_is_said(client, portland, typed):
    sign_in(client, portland.tamsin)

    assert leave(client, BOX, **{BOX: typed}) == (200, "")


def test_what_is_above_the_register_is_shown_from_either_field(client, transactional_db):
    content = weight_management_content()
    group = content["indicator_groups"][0]
    indicator = group["indicators"][0]
    register = a_field("REGISTER", "register")
    limit = {"kind": "field", "field": ["WM", "WM001", "REGISTER"], "over": "payment_period", "source": "A test."}
    made = world(
        indicator_groups=[group | {"indicators": [indicator | {"fields": [*indicator["fields"], register]}]}],
        calculation=content["calculation"] | {"limit": limit},
    )
    commands.begin_submission(made.key(), by=made.tamsin)
    sign_in(client, made.tamsin)
    typed = {BOX: "37", "value_1_wm001_register": "20"}

    said = [leave(client, field, **typed)[1] for field in typed]

    assert (
        said
        == ["Referrals: 37 were given, and 20 are payable. 17 are above the register of 20: shown, and not paid."] * 2
    )


def test_a_numerator_above_its_denominator_is_named_on_both(client, transactional_db):
    further = an_indicator("A1", a_field("NUM", "numerator"), a_field("DEN", "denominator"))
    made = world(**with_indicators(further))
    commands.begin_submission(made.key(), by=made.tamsin)
    sign_in(client, made.tamsin)
    typed = {"value_1_a1_num": "9", "value_2_a1_den": "8"}

    said = {field: leave(client, field, **typed)[1] for field in (*typed, BOX)}

    assert said["value_1_a1_num"] == said["value_2_a1_den"]
    assert "Num must be 8 or less, the value of den: it is 9." in said["value_1_a1_num"]
    assert said[BOX] == ""


def test_another_field_that_cannot_be_read_is_left_for_its_own_check(client, transactional_db):
    further = an_indicator("A1", a_field("NUM", "numerator"), a_field("DEN", "denominator"))
    made = world(**with_indicators(further))
    commands.begin_submission(made.key(), by=made.tamsin)
    sign_in(client, made.tamsin)

    assert leave(client, "value_1_a1_num", **{"value_1_a1_num": "9", "value_2_a1_den": "eight"}) == (200, "")


def test_a_field_that_is_not_there_is_not_found(client, portland):
    sign_in(client, portland.tamsin)

    assert leave(client, "note")[0] == 404
    assert client.get(reverse("submission:check_field", args=AT)).status_code == 405


def test_after_the_end_of_the_session_no_sign_in_page_stands_in_the_form(client, portland):
    sign_in(client, portland.tamsin)
    client.get("/help/")
    client.logout()

    answer = client.post(reverse("submission:check_field", args=AT), {"field": BOX}, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (401, b"")


def test_leaving_a_field_says_it_and_ties_it_to_the_box(page, eyes, live_server, portland):
    cookie = sign_in(Client(), portland.tamsin).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}])
    page.goto(live_server.url + reverse("submission:group", args=AT))
    box = page.get_by_label("Referrals", exact=True)

    box.fill("thirty")
    page.keyboard.press("Tab")
    place = page.locator(f"#{box.get_attribute('aria-describedby').split()[0]}")
    expect(place).to_have_text("Error: Referrals must be a whole number: 'thirty' is not one.")
    eyes.look("field-checked-on-leaving")
    box.fill("37")
    page.keyboard.press("Tab")
    expect(place).to_contain_text("7 are above the allocation of 30")
    expect(box).to_have_value("37")
    eyes.look("excess-shown-on-leaving")
    box.fill("30")
    page.keyboard.press("Tab")

    expect(place).to_be_empty()
