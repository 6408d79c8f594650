"""The pages under My Account on which tokens are made, listed and revoked."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken
from accounts.states import Role
from tests.api.conftest import Program
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory
from tests.plugins.markup import flaws

pytestmark = pytest.mark.django_db

NEW, LIST = "accounts:new_token", "accounts:tokens"


@pytest.fixture
def ada(training_day):
    return acting_as(Role.VIEW, organisation=PracticeFactory.create(name="Portland Surgery"))


@pytest.fixture
def signed_in(ada):
    client = Client()
    client.force_login(ada.user)
    return client


def make(signed_in, ada, name="Monthly figures"):
    return signed_in.post(reverse(NEW), {"name": name, "organisation": ada.organisation_id})


def secret_in(page):
    return re.search(r'id="token">([0-9a-f]{64})<', page.text).group(1)


def test_my_account_leads_to_the_tokens(signed_in):
    assert reverse(LIST) in signed_in.get(reverse("accounts:my_account")).text


def test_a_token_is_shown_once_and_opens_the_api(signed_in, ada):
    made = make(signed_in, ada)
    secret = secret_in(made)

    listed = signed_in.get(reverse(LIST))

    assert Program(secret).get("organisations/").status_code == 200
    assert "until 11 March 2022" in made.text
    assert "no-store" in made["Cache-Control"]
    assert secret not in listed.text
    assert "Monthly figures" in listed.text


def test_the_list_says_when_a_token_was_last_used(signed_in, ada):
    secret = secret_in(make(signed_in, ada))
    before = signed_in.get(reverse(LIST)).text
    Program(secret).get("organisations/")

    after = signed_in.get(reverse(LIST)).text

    assert "Never" in before
    assert "Never" not in after
    assert "11 December 2021, 12:00" in after


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_token_needs_a_name(signed_in, ada, name):
    response = make(signed_in, ada, name)

    assert response.status_code == 422
    assert not ApiToken.objects.exists()


def test_two_live_tokens_have_two_names(signed_in, ada):
    make(signed_in, ada)

    response = make(signed_in, ada)

    assert response.status_code == 422
    assert "You have a token named Monthly figures already." in response.text
    assert ApiToken.objects.count() == 1


def test_a_token_for_another_organisation_is_not_offered(signed_in, ada):
    response = signed_in.post(reverse(NEW), {"name": "Mine", "organisation": PracticeFactory.create().pk})

    assert response.status_code == 422
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_after_a_question_and_its_name_is_free(signed_in, ada):
    secret = secret_in(make(signed_in, ada))
    address = reverse("accounts:revoke_token", args=[ApiToken.objects.get().pk])
    question = signed_in.get(address)

    answer = signed_in.post(address, follow=True)

    assert "Whatever uses it for Portland Surgery" in question.text
    assert "Revoked on 11 December 2021, 12:00" in answer.text
    assert Program(secret).get("organisations/").status_code == 401
    assert make(signed_in, ada).status_code == 200


def test_a_token_is_revoked_once(signed_in, ada):
    make(signed_in, ada)
    address = reverse("accounts:revoke_token", args=[ApiToken.objects.get().pk])
    signed_in.post(address)

    assert signed_in.post(address).status_code == 409


@pytest.mark.parametrize("method", ["get", "post"])
def test_anothers_token_is_not_found(signed_in, ada, method):
    make(signed_in, ada)
    other = Client()
    other.force_login(acting_as(Role.VIEW, organisation=ada.organisation).user)

    response = getattr(other, method)(reverse("accounts:revoke_token", args=[ApiToken.objects.get().pk]))

    assert response.status_code == 404
    assert ApiToken.objects.live().count() == 1


def test_the_pages_of_tokens_have_no_holes(signed_in, ada):
    made = make(signed_in, ada)
    pages = [
        signed_in.get(reverse(LIST)),
        signed_in.get(reverse(NEW)),
        made,
        signed_in.get(reverse("accounts:revoke_token", args=[ApiToken.objects.get().pk])),
    ]

    assert [flaws(page.text) for page in pages] == [[], [], [], []]
