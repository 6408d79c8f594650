"""The second factor of whoever lost the phone is reset by an administrator or by a command."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts import commands
from accounts.models import SecondFactorReset
from accounts.queries import acting_for
from accounts.states import Role
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotPermitted
from cqrs_portal.settings import training
from cqrs_portal.sign_in import used_key
from cqrs_portal.training.sign_in import codes_of
from operations.models import OutboxMessage
from tests.accounts.signing_in import SET_UP, sign_in, sign_in_with_app, with_app
from tests.factories.accounts import UserFactory, acting_as
from tests.factories.organisations import PracticeFactory
from tests.plugins.markup import flaws

pytestmark = pytest.mark.django_db


@pytest.fixture
def ewan(biscay):
    return acting_as(Role.ADVANCED_USER_ADMINISTRATOR, organisation=biscay)


@pytest.fixture
def administrator(client, ewan):
    client.force_login(ewan.user)
    return client


def test_an_administrator_resets_the_second_factor_of_whoever_lost_the_phone(required, administrator, ewan, ada):
    administrator.force_login(ewan.user)
    with_app(ewan.user)
    theirs = Client()
    sign_in_with_app(theirs, ada, with_app(ada))

    reset = commands.reset_second_factor(ada, "Rang back on the practice's own number.", by=ewan)

    assert not Authenticator.objects.filter(user=ada).exists()
    assert theirs.get("/")["Location"].startswith(reverse("account_login"))
    assert not UserSession.objects.filter(user=ada).exists()
    assert (reset.by, reset.organisation, reset.reason) == (
        ewan.user, ewan.organisation, "Rang back on the practice's own number.",
    )  # fmt: skip
    told = OutboxMessage.objects.get(task="operations.send_email").keys
    assert (told["to"], told["subject"]) == (ada.email, "Your second factor was reset")
    assert ewan.name in told["text"]


def test_who_was_reset_sets_up_another_app_at_the_next_sign_in(required, client, ada):
    with_app(ada)
    commands.reset_second_factor(ada, "Lost at sea.", by=SYSTEM)

    sign_in(client, ada)

    assert client.get("/")["Location"] == reverse(SET_UP)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reset_needs_a_reason(ewan, ada, reason):
    with_app(ada)

    with pytest.raises(Invalid, match="Enter reason"):
        commands.reset_second_factor(ada, reason, by=ewan)


def test_there_must_be_something_to_reset(ewan, ada):
    with pytest.raises(Conflict, match="Ada Marsh has no second factor"):
        commands.reset_second_factor(ada, "Lost.", by=ewan)


def test_nobody_resets_their_own_or_a_strangers(ewan, ada):
    with_app(ada)
    with_app(ewan.user)
    stranger = acting_as(Role.USER_ADMINISTRATOR, organisation=PracticeFactory())

    refused = []
    for person, by in ((ewan.user, ewan), (ada, stranger), (ada, acting_for(ada, None))):
        with pytest.raises(NotPermitted) as error:
            commands.reset_second_factor(person, "Lost.", by=by)
        refused.append(str(error.value))

    assert "your own account" in refused[0]
    assert "You do not administer" in refused[1]
    assert not SecondFactorReset.objects.exists()


def test_who_approves_elsewhere_too_is_not_reset_by_one_of_their_administrators(ewan, ada):
    with_app(ada)
    elsewhere = PracticeFactory()
    acting_as(Role.USER_ADMINISTRATOR, organisation=elsewhere, user=ada)

    with pytest.raises(NotPermitted, match="whoever runs the portal"):
        commands.reset_second_factor(ada, "Lost.", by=ewan)

    assert not SecondFactorReset.objects.exists()


def test_the_list_of_people_shows_who_has_one_and_leads_to_the_reset(administrator, ewan, ada, biscay):
    with_app(ada)
    acting_as(Role.VIEW, organisation=biscay)

    page = administrator.get(reverse("accounts:users")).text

    assert "Ada Marsh" in page
    assert "NHS Biscay CCG" in page
    assert "Approval Management" in page
    assert reverse("accounts:reset_second_factor", args=[ada.pk]) in page
    assert reverse("accounts:reset_second_factor", args=[ewan.user.pk]) not in page
    assert "3 people" in page
    assert flaws(page) == []


def test_the_list_is_narrowed_by_name_or_address(administrator, ada):
    found = administrator.get(reverse("accounts:users") + "?text=ADA.MARSH").text
    nobody = administrator.get(reverse("accounts:users") + "?text=nobody").text

    assert "Ada Marsh" in found
    assert "1 person" in found
    assert "Nobody matches. Clear the filter to see everybody." in nobody


def test_the_list_is_sorted_and_paged(administrator, biscay):
    for letter in "cab":
        acting_as(Role.VIEW, organisation=biscay, user=UserFactory(name=f"X{letter}", email=f"{letter}@x.example"))

    page = administrator.get(reverse("accounts:users") + "?text=x.example&sort=-email").text

    assert page.index("c@x.example") < page.index("b@x.example") < page.index("a@x.example")


def test_people_of_other_organisations_are_not_in_it(administrator):
    UserFactory(name="Nobody Here")
    acting_as(Role.VIEW, organisation=PracticeFactory(), user=UserFactory(name="Elsewhere Only"))

    page = administrator.get(reverse("accounts:users")).text

    assert "Elsewhere Only" not in page
    assert "Nobody Here" not in page


def test_the_list_takes_as_many_queries_for_two_people_as_for_forty(
    administrator, biscay, django_assert_max_num_queries
):
    for _ in range(40):
        acting_as(Role.VIEW, organisation=biscay)

    with django_assert_max_num_queries(10):
        administrator.get(reverse("accounts:users"))


def test_whoever_administers_nobody_is_told_who_does(client, ada, ewan):
    client.force_login(ada)

    page = client.get(reverse("accounts:users"))

    assert page.status_code == 403
    assert f"{ewan.name} can." in page.text


def test_the_page_asks_why_and_resets(administrator, ada):
    with_app(ada)
    address = reverse("accounts:reset_second_factor", args=[ada.pk])

    question = administrator.get(address)
    empty = administrator.post(address, {"reason": ""})
    done = administrator.post(address, {"reason": "Rang back."}, follow=True)
    again = administrator.post(address, {"reason": "Rang back."})

    assert "signed out everywhere" in question.text
    assert flaws(question.text) == []
    assert (empty.status_code, "Enter reason." in empty.text) == (422, True)
    assert "Ada Marsh&#39;s second factor was reset." in done.text
    assert again.status_code == 409


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_not_found(administrator, method):
    stranger = acting_as(Role.VIEW, organisation=PracticeFactory()).user

    answer = getattr(administrator, method)(reverse("accounts:reset_second_factor", args=[stranger.pk]))

    assert answer.status_code == 404


def test_the_last_administrator_is_helped_by_a_command(ada, capsys):
    with_app(ada)

    call_command("reset_second_factor", "ADA.MARSH@biscay.example", reason="Seen in person with a passport.")

    assert not Authenticator.objects.filter(user=ada).exists()
    assert SecondFactorReset.objects.get().by is None
    assert "Ada Marsh signs in with the password" in capsys.readouterr().out


@pytest.mark.parametrize("email, said", [("nobody@biscay.example", "has no account"), ("", "has no account")])
def test_the_command_says_who_is_not_there(email, said):
    with pytest.raises(CommandError, match=said):
        call_command("reset_second_factor", email, reason="Lost.")


def test_the_command_says_that_there_is_nothing_to_reset(ada):
    with pytest.raises(CommandError, match="has no second factor"):
        call_command("reset_second_factor", ada.email, reason="Lost.")


def test_training_fills_in_a_code_that_was_not_used(client, ada, settings):
    settings.MFA_FORMS, settings.MFA_TOTP_TOLERANCE = training.MFA_FORMS, training.MFA_TOTP_TOLERANCE
    codes = codes_of(with_app(ada))
    used, next_one = next(codes), next(codes)
    cache.set(used_key(ada.pk, used), "y")
    sign_in(client, ada)

    page = client.get(reverse("mfa_authenticate")).text
    answer = client.post(reverse("mfa_authenticate"), {"code": next_one})

    assert f'value="{next_one}"' in page
    assert "In training, this is what your phone would show" in page
    assert answer["Location"] == reverse("home:home")


def test_only_a_training_portal_sets_up_apps_for_people(ada, settings):
    settings.TRAINING = False

    with pytest.raises(NotPermitted):
        commands.set_training_second_factor([ada], by=SYSTEM)


def test_sessions_are_ended_in_the_database(required, client, ada):
    sign_in_with_app(client, ada, with_app(ada))
    key = client.session.session_key

    commands.reset_second_factor(ada, "Lost.", by=SYSTEM)

    assert not Session.objects.filter(session_key=key).exists()
