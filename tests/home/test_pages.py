from __future__ import annotations

import json
from urllib.request import urlopen

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement.states import State
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
