"""A service is asked for and declined; a parent looks at why a network waits that another leads; wide and narrow."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.states import Role
from catalogue.models import QualityService
from organisations.models import Organisation
from organisations.queries import parent_of
from participation.models import Participation, ServiceRequest
from participation.states import AskState
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory
from tests.participation.test_in_browser import enter

pytestmark = [pytest.mark.usefixtures("training_portal")]


@pytest.fixture
def weight():
    return QualityService.objects.get(code="WM-2021-22")


@pytest.fixture
def practice():
    """One that was offered nothing."""
    return PracticeFactory.create(name="Dogger Surgery", parent=Organisation.objects.get(code="ZBY"))


def test_a_service_is_asked_for_and_declined_with_a_reason(page, eyes, live_server, weight, practice):
    enter(page, live_server, acting_as(Role.SERVICE_MANAGEMENT, organisation=practice))
    page.goto(f"{live_server.url}{reverse('participation:available_services')}")
    page.get_by_role("link", name=f"Ask for it: {weight.short_name}").click()
    page.get_by_role("button", name="Ask for it").click()
    eyes.look("service-asked-for")

    enter(page, live_server, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=parent_of(practice)))
    page.goto(live_server.url)
    page.get_by_role("link", name=f"{practice.name} ({practice.code}) asks to be offered").click()
    eyes.look("service-request")
    page.get_by_role("button", name="Decline").click()
    eyes.look("service-request-refused")
    page.get_by_label("Reason").fill("The budget of this year is spent.")
    page.get_by_role("button", name="Decline").click()
    eyes.look("service-requests")

    assert ServiceRequest.objects.get(provider=practice).state == AskState.DECLINED
    enter(page, live_server, acting_as(Role.SERVICE_MANAGEMENT, organisation=practice))
    page.goto(f"{live_server.url}{reverse('participation:available_services')}")
    assert page.get_by_text("Declined: The budget of this year is spent.").is_visible()
    eyes.look("service-declined")


def test_a_parent_that_does_not_lead_sees_its_part(page, eyes, live_server):
    utsire = Organisation.objects.get(code="Z05850")
    viking = parent_of(Organisation.objects.get(code="V37647"))
    enter(page, live_server, acting_as(Role.FINANCE_VIEW, organisation=viking))

    page.goto(f"{live_server.url}{reverse('achievement:waiting')}")
    eyes.look("waiting-of-a-parent")
    page.get_by_role("link", name=utsire.name).click()

    assert page.get_by_text("You see what keeps the practices whose Parent Organisation is yours").is_visible()
    eyes.look("waiting-network-of-a-parent")


def test_allocations_are_looked_at(page, eyes, live_server, weight):
    row = Participation.objects.filter(service=weight, network=None).select_related("commissioner").first()
    enter(page, live_server, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=row.commissioner))

    page.goto(f"{live_server.url}{reverse('participation:allocations')}")
    eyes.look("allocations")
    page.get_by_role("link", name=weight.name).click()
    eyes.look("allocations-of-a-service")
