"""API tokens end with what they were made with: a second factor that is reset, a password that is replaced."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts import commands
from accounts.rules import Acting
from accounts.states import Role
from operations.models import OutboxMessage
from tests.accounts.signing_in import with_app
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def freda(db: None, training_day: object) -> Acting:
    return acting_as(Role.VIEW, organisation=PracticeFactory.create())


def answered(secret: str) -> int:
    answer: Any = Client().get("/api/v1/services/", headers={"Authorization": f"Bearer {secret}"})
    return int(answer.status_code)


def test_the_tokens_of_whoever_lost_the_phone_end_with_the_second_factor(freda: Acting) -> None:
    administrator = acting_as(Role.USER_ADMINISTRATOR, organisation=freda.organisation)
    secret = commands.create_token("Figures", freda.organisation_id or 0, by=freda).secret
    with_app(freda.user)
    before = answered(secret)

    commands.reset_second_factor(freda.user, "Rang back.", by=administrator)

    assert (before, answered(secret)) == (200, 401)


def test_tokens_end_with_the_password_they_were_made_under(freda: Acting) -> None:
    secret = commands.create_token("Figures", freda.organisation_id or 0, by=freda).secret
    client = Client()
    client.post("/account/password/reset/", {"email": freda.user.email})
    text = OutboxMessage.objects.filter(task="operations.send_email").latest("pk").keys["text"]
    link = re.search(r"http://testserver(/account/password/reset/key/\S+)", text)
    assert link

    page = client.get(link[1], follow=True)
    new = "the shipping forecast"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})

    freda.user.refresh_from_db()
    assert freda.user.check_password(new)
    assert answered(secret) == 401
