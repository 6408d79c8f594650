"""API tokens end with what they were made with: a second factor that is reset, a password that is replaced."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import commands
from accounts.models import ApiToken
from accounts.queries import mail_choices_of
from accounts.rules import Acting
from accounts.states import Role, TokenEnd
from core import clock
from core.actors import SYSTEM
from cqrs_portal.sign_in import AccountAdapter
from operations.commands import deliver
from operations.kinds import Frequency, MailKind
from operations.models import OutboxMessage
from operations.tasks import tick
from tests.accounts.signing_in import with_app
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory
from tests.plugins.markup import flaws
from tests.plugins.smtp import MailServer, mail_server

__all__ = ["mail_server"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def freda(db: None, training_day: object) -> Acting:
    return acting_as(Role.VIEW, organisation=PracticeFactory.create(name="Portland Surgery"))


@pytest.fixture
def administrator(freda: Acting) -> Acting:
    return acting_as(Role.USER_ADMINISTRATOR, organisation=freda.organisation)


def made(freda: Acting, name: str = "Figures") -> str:
    return commands.create_token(name, freda.organisation_id or 0, by=freda).secret


def answered(secret: str) -> Any:
    return Client().get("/api/v1/services/", headers={"Authorization": f"Bearer {secret}"})


def page_of(person: Acting, name: str) -> str:
    client = Client()
    client.force_login(person.user)
    return str(client.get(reverse(name)).text)


def told(freda: Acting) -> list[str]:
    return [each.keys["subject"] for each in OutboxMessage.objects.filter(keys__to=freda.user.email).order_by("pk")]


def replace_password(freda: Acting) -> None:
    AccountAdapter().set_password(freda.user, "the shipping forecast")


def test_the_tokens_of_whoever_lost_the_phone_end_with_the_second_factor(freda: Acting, administrator: Acting) -> None:
    secret = made(freda)
    with_app(freda.user)
    before = answered(secret).status_code

    commands.reset_second_factor(freda.user, "Rang back.", by=administrator)

    after = answered(secret)
    assert (before, after.status_code) == (200, 401)
    assert after.json()["detail"] == "This token ended on 11 December 2021: the second factor was reset."
    assert told(freda) == [
        "Your API token Figures ended because your second factor was reset", "Your second factor was reset",
    ]  # fmt: skip


def test_tokens_end_with_the_password_they_were_made_under(freda: Acting, mail_server: MailServer) -> None:
    secret = made(freda)
    client = Client()
    client.post("/account/password/reset/", {"email": freda.user.email})
    message = OutboxMessage.objects.get()
    deliver(message.pk)
    (mail,) = mail_server.received
    link = re.search(r"http://testserver(/account/password/reset/key/\S+)", mail.get_content())
    assert link

    page = client.get(link[1], follow=True)
    new = "the shipping forecast"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})

    freda.user.refresh_from_db()
    assert link[1] not in str(message.keys)
    assert freda.user.check_password(new)
    assert answered(secret).json()["detail"] == "This token ended on 11 December 2021: the password was replaced."
    assert "Your API token Figures ended because your password was replaced" in told(freda)


def test_the_lists_of_its_owner_and_of_the_administrator_say_when_and_why(freda: Acting, administrator: Acting) -> None:
    made(freda)
    replace_password(freda)
    made(freda, "Monthly")

    own, users = page_of(freda, "accounts:tokens"), page_of(administrator, "accounts:users")

    for page in (own, users):
        assert "Ended on 11 December 2021, 12:00" in page
        assert "Because the password was replaced" in page
        assert flaws(page) == []
    assert f"Monthly, for {freda.organisation}: 11 March 2022" in users


def test_an_administrator_sees_no_tokens_for_organisations_of_others(freda: Acting, administrator: Acting) -> None:
    elsewhere = acting_as(Role.VIEW, organisation=PracticeFactory.create(), user=freda.user)

    made(elsewhere, "Secret of another place")

    assert "Secret of another place" not in page_of(administrator, "accounts:users")


def test_home_says_it_until_another_of_the_name_is_made(freda: Acting, set_clock: Any) -> None:
    made(freda)
    made(freda, "Monthly")
    replace_password(freda)
    before = page_of(freda, "home:home")
    set_clock(clock.now() + timedelta(hours=1))

    made(freda)

    after = page_of(freda, "home:home")
    set_clock(clock.now() + timedelta(days=14))
    assert "Your API token Figures ended: the password was replaced" in before
    assert "Your API token Figures" not in after
    assert "Your API token Monthly ended" in after
    assert "Your API token Monthly" not in page_of(freda, "home:home")


def test_what_one_revoked_oneself_is_news_to_nobody(freda: Acting) -> None:
    made(freda)

    commands.revoke_token(ApiToken.objects.get().pk, by=freda)

    assert told(freda) == []
    assert "Your API token" not in page_of(freda, "home:home")


def test_many_that_end_at_once_are_one_email_that_names_each(freda: Acting) -> None:
    for name in ("One", "Two", "Three", "Four"):
        made(freda, name)

    replace_password(freda)
    replace_password(freda)

    (mail,) = OutboxMessage.objects.filter(keys__to=freda.user.email)
    assert mail.keys["subject"] == "Your API tokens (4) ended because your password was replaced"
    assert "- Three, which acted for Portland Surgery" in mail.keys["text"]
    assert "the safety of your account" in mail.keys["text"]


def test_the_minute_after_its_time_is_up_its_owner_is_told_once(freda: Acting, set_clock: Any) -> None:
    secret = made(freda)
    expiry = ApiToken.objects.get().expiry
    set_clock(expiry - timedelta(minutes=1))
    early = commands.end_tokens_that_ran_out(by=SYSTEM)
    set_clock(expiry + timedelta(minutes=1))

    tick()
    again = commands.end_tokens_that_ran_out(by=SYSTEM)

    ended = ApiToken.objects.get()
    assert (early, again, ended.ended_at, ended.ended_because) == (0, 0, expiry, TokenEnd.EXPIRED)
    assert told(freda) == ["Your API token Figures ended because its time is up"]
    assert answered(secret).json()["detail"].startswith("This token expired on")
    assert "Expired on" in page_of(freda, "accounts:tokens")
    assert "Your API token Figures ended: its time was up" in page_of(freda, "home:home")


def test_that_the_time_is_up_one_may_choose_not_to_be_told_and_what_is_unsafe_one_may_not(
    freda: Acting, set_clock: Any
) -> None:
    nobody_asks = mail_choices_of(freda.user)
    made(freda)
    commands.choose_mail({MailKind.TOKENS: Frequency.NEVER}, by=freda)
    set_clock(ApiToken.objects.get().expiry)
    commands.end_tokens_that_ran_out(by=SYSTEM)
    silent = told(freda)
    made(freda)

    replace_password(freda)

    assert MailKind.TOKENS not in nobody_asks
    assert silent == []
    assert told(freda) == ["Your API token Figures ended because your password was replaced"]
