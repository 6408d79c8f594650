from __future__ import annotations

import json
from urllib.request import urlopen

import pytest
from django.test import Client
from django.urls import reverse

from accounts.states import Role
from achievement.states import State
from cqrs_portal.errors import server_error
from home.presenters import MEANINGS
from tests.factories.accounts import GrantFactory, UserFactory, acting_as
from tests.factories.organisations import CommissionerFactory, PracticeFactory

pytestmark = pytest.mark.django_db


def test_home_says_that_nothing_needs_you(client):
    client.force_login(acting_as(Role.VIEW, organisation=PracticeFactory()).user)

    page = client.get(reverse("home:home")).text

    assert "Nothing needs you today." in page
    assert "Nothing has happened yet." in page


def test_home_tells_somebody_without_a_role_so(client):
    client.force_login(UserFactory())

    assert "You hold no role in any organisation yet" in client.get(reverse("home:home")).text


def test_the_banner_says_which_day_training_stands_on(client, training_day):
    client.force_login(UserFactory())

    page = client.get(reverse("home:home")).text

    assert "Training: today is 11 December 2021. Nothing here is real." in page


def test_outside_training_there_is_no_banner(client, settings):
    settings.TRAINING = False
    client.force_login(UserFactory())

    assert "Training:" not in client.get(reverse("home:home")).text


def test_help_explains_every_status_and_names_whom_to_ask(client):
    commissioner = CommissionerFactory(name="NHS Biscay CCG")
    GrantFactory(user__name="Freda Lowe", organisation=commissioner, role=Role.USER_ADMINISTRATOR)
    client.force_login(acting_as(Role.VIEW, organisation=commissioner).user)

    page = client.get(reverse("home:help")).text

    assert all(state.label in page for state in State)
    assert "For roles and sign-ins in NHS Biscay CCG, ask Freda Lowe." in page


def test_every_status_has_its_meaning():
    assert set(MEANINGS) == set(State)


def test_health_answers_anybody_in_json(live_server):
    with urlopen(live_server.url + reverse("health")) as response:
        told = json.load(response)

    assert set(told.values()) == {"OK"}


def test_a_page_that_does_not_exist_is_404_in_the_frame(client):
    client.force_login(UserFactory(name="Ada Marsh"))

    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "Ada Marsh" in response.text


def test_a_server_error_gives_a_reference_without_asking_the_database(rf):
    response = server_error(rf.get("/", headers={"x-request-id": "a1b2c3"}))

    assert response.status_code == 500
    assert "a1b2c3" in response.content.decode()


def test_a_form_from_elsewhere_is_refused_in_words():
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())

    response = client.post(reverse("accounts:choose_organisation"), {"organisation": 1})

    assert response.status_code == 403
    assert "Nothing was saved." in response.text
