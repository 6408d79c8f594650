"""In a real browser: a practice answers an offer; a service is cancelled by two people."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from participation.commands import offer_to_practices
from participation.models import EndRequest, Participation
from participation.states import RequestState, State
from tests.factories.accounts import acting_as
from tests.factories.achievement import utsire
from tests.factories.organisations import PracticeFactory
from tests.factories.submission import weight_management
from tests.participation.test_in_browser import enter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day")]


def test_a_practice_answers_an_offer_and_looks_at_what_else_there_is(page, eyes, live_server, viking):
    service = weight_management()
    portland = PracticeFactory.create(code="V37647", name="Portland Surgery", parent=viking)
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=viking)
    days = (date(2021, 12, 1), date(2022, 3, 31))
    offer_to_practices(service.pk, [portland.pk], *days, by=by, respond_by=date(2021, 12, 20))
    enter(page, live_server, acting_as(Role.SERVICE_MANAGEMENT, organisation=portland))

    page.goto(live_server.url + reverse("participation:my_services"))
    eyes.look("my-services-to-answer")
    page.get_by_label(f"Select {service.name}").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Reject").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Reject").click()
    eyes.look("reject-offer-refused")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_label(f"Select {service.name}").check()
    page.get_by_role("button", name="Accept").click()
    eyes.look("accept-offer")
    page.get_by_role("button", name="Accept").click()
    eyes.look("offer-answered")
    page.get_by_role("link", name="Back to My Services").click()
    page.get_by_role("link", name=service.name).click()
    eyes.look("offer")
    page.get_by_role("link", name="Available Services").click()
    eyes.look("available-services")

    assert Participation.objects.get().state == State.ACCEPTED


def test_a_service_is_cancelled_by_two_people(page, eyes, live_server):
    world = utsire()
    world.calculate()
    world.approve_all()
    asker, second = (acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner) for _ in range(2))
    enter(page, live_server, asker)

    page.goto(live_server.url + reverse("participation:offered_service", args=[world.service.code]))
    page.get_by_label("Select All", exact=True).check()
    page.get_by_role("button", name="Cancel Service").first.click()
    page.get_by_role("button", name="See what would change").click()
    eyes.look("cancel-service-refused")
    page.get_by_label("Reason").fill("It was never delivered.")
    page.get_by_role("button", name="See what would change").click()
    eyes.look("cancel-would-change")
    page.get_by_role("button", name="Ask for confirmation").click()
    eyes.look("end-request-asked")
    enter(page, live_server, second)
    page.goto(live_server.url + reverse("participation:end_requests"))
    eyes.look("end-requests")
    page.get_by_role("link", name="Cancel Service").click()
    eyes.look("end-request-to-confirm")
    page.get_by_role("button", name="Confirm").click()
    eyes.look("end-request-confirmed")

    assert EndRequest.objects.get().state == RequestState.CONFIRMED
    assert {row.state for row in Participation.objects.all()} == {State.CANCELLED}
