from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.states import Role
from core import clock
from participation.commands import Ending, ask_to_end, offer_to_networks
from participation.models import Participation
from tests.factories.accounts import acting_as
from tests.factories.achievement import seen
from tests.factories.achievement import utsire as utsire_with_lines
from tests.participation.conftest import END, START
from tests.participation.pages import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day")]


def enter(page, live_server, by):
    """Open the browser's session as this person, without the sign-in page."""
    cookie = sign_in(Client(), by).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}])


def fill_date(page, label, day):
    group = page.get_by_role("group", name=label)
    for box, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(box, exact=True).fill(str(value))


def test_a_commissioner_saves_an_end_date(page, eyes, live_server, service, utsire, commissioning):
    with clock.held_at(START):
        offer_to_networks(service.pk, [utsire.network.pk], START, date(2021, 10, 31), by=commissioning)
    enter(page, live_server, commissioning)

    page.goto(live_server.url + reverse("participation:offered_services"))
    eyes.look("offered-services")
    page.get_by_role("link", name=service.name).click()
    eyes.look("offered-service")
    page.get_by_label("Select All", exact=True).check()
    page.get_by_role("button", name="Save End Date").first.click()
    eyes.look("save-end-date")
    page.get_by_role("button", name="See what would change").click()
    eyes.look("save-end-date-refused")
    fill_date(page, "End date", END)
    page.get_by_label("Reason").fill("Offered too short.")
    page.get_by_role("button", name="See what would change").click()
    eyes.look("what-would-change")
    page.get_by_role("button", name="Save End Date").click()
    eyes.look("end-date-saved")

    assert {row.end_date for row in Participation.objects.with_terms()} == {END}


def test_a_reason_without_spaces_stays_on_the_page_of_its_request(page, eyes, live_server):
    world = utsire_with_lines()
    world.calculate()
    world.approve_all()
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner)
    rows = seen(*Participation.objects.filter(network=world.network))
    asked = ask_to_end(rows, Ending(date(2021, 9, 30), "x" * 300), by=by)
    enter(page, live_server, by)

    page.goto(live_server.url + reverse("participation:end_request", args=[asked.request_id]))
    eyes.look("request-with-a-long-reason")

    assert page.get_by_text("x" * 300).first.is_visible()


def test_a_practice_looks_at_its_services(page, eyes, live_server, service, utsire, commissioning):
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    enter(page, live_server, acting_as(Role.SERVICE_MANAGEMENT, organisation=utsire.portland))

    page.goto(live_server.url + reverse("participation:my_services"))

    eyes.look("my-services")


def test_the_national_operator_looks_at_a_service(page, eyes, live_server, service):
    released_by = service.versions.get().released_by
    enter(page, live_server, acting_as(Role.SERVICE_RELEASE, organisation=released_by.grants.get().organisation))

    page.goto(live_server.url + reverse("catalogue:services"))
    eyes.look("quality-services")
    page.get_by_role("link", name=service.name).first.click()
    eyes.look("quality-service")
