from __future__ import annotations

import re

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.urls import reverse

from accounts.states import Role
from core.sealing import unseal
from operations.models import OutboxMessage
from operations.notifications import MAIL, SEALED, SEND
from tests.factories.accounts import PASSWORD, GrantFactory, UserFactory
from tests.factories.organisations import CommissionerFactory, PracticeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    user = UserFactory(name="Ada Marsh", email="ada.marsh@biscay.example")
    GrantFactory(user=user, organisation=CommissionerFactory(name="NHS Biscay CCG"), role=Role.APPROVAL_MANAGEMENT)
    return user


def sign_in(client, user, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": user.email, "password": password})


def test_a_stranger_is_asked_to_sign_in(client):
    response = client.get(reverse("accounts:my_account"))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_signing_in_leads_to_home(client, ada):
    response = sign_in(client, ada)

    assert (response.status_code, response["Location"]) == (302, reverse("home:home"))


def test_a_wrong_password_does_not_sign_in(client, ada):
    response = sign_in(client, ada, "not the password")

    assert response.status_code == 422
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client):
    response = client.get(reverse("account_signup"))

    assert "Sign Up Closed" in response.text or "closed" in response.text.lower()


def test_my_account_shows_organisations_and_roles(client, ada):
    client.force_login(ada)

    page = client.get(reverse("accounts:my_account")).text

    assert "NHS Biscay CCG" in page
    assert "Approval Management" in page
    assert reverse("account_change_password") in page
    assert reverse("mfa_index") in page
    assert reverse("accounts:sessions") in page


def test_choosing_another_organisation_is_kept_for_the_session(client, ada):
    practice = PracticeFactory(name="Portland Surgery")
    GrantFactory(user=ada, organisation=practice)
    client.force_login(ada)

    response = client.post(reverse("accounts:choose_organisation"), {"organisation": practice.pk})

    assert response.status_code == 302
    assert "You now act for Portland Surgery." in client.get(reverse("accounts:my_account")).text
    assert client.session["acting_organisation"] == practice.pk


@pytest.mark.parametrize("path", ["//elsewhere.example/", "https://elsewhere.example/", "javascript:alert(1)"])
def test_choosing_an_organisation_never_leads_out_of_the_portal(client, ada, path):
    client.force_login(ada)
    organisation = ada.grants.get().organisation_id

    response = client.post(reverse("accounts:choose_organisation"), {"organisation": organisation, "next": path})

    assert response["Location"] == "/"


def test_an_organisation_that_is_not_ones_own_is_not_found(client, ada):
    client.force_login(ada)

    response = client.post(reverse("accounts:choose_organisation"), {"organisation": PracticeFactory().pk})

    assert response.status_code == 404


def test_choosing_nothing_is_an_error_that_names_the_field(client, ada):
    client.force_login(ada)

    response = client.post(reverse("accounts:choose_organisation"), {})

    assert response.status_code == 422
    assert "Select organisation to act for." in response.text


def test_the_frame_names_who_acts_for_whom_and_offers_a_change_only_where_there_is_one(client, ada):
    client.force_login(ada)

    alone = client.get(reverse("accounts:my_account")).text
    GrantFactory(user=ada, organisation=PracticeFactory())
    with_two = client.get(reverse("accounts:my_account")).text

    assert "Ada Marsh" in alone
    assert reverse("accounts:choose_organisation") not in alone
    assert reverse("accounts:choose_organisation") in with_two


def test_a_second_factor_is_switched_on_and_then_asked_for(client, ada):
    sign_in(client, ada)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]

    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    client.post(reverse("account_logout"))
    response = sign_in(client, ada)

    assert response["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("accounts:my_account")).status_code == 302


def test_the_second_factor_signs_in(client, ada):
    secret = generate_totp_secret()
    TOTP.activate(ada, secret)

    sign_in(client, ada)
    response = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert response["Location"] == reverse("home:home")
    assert get_adapter().is_mfa_enabled(ada)


def test_the_sessions_page_lists_this_session(client, ada):
    sign_in(client, ada)

    assert client.get(reverse("accounts:sessions")).status_code == 200


def test_somebody_disabled_while_signed_in_is_out_at_once(client, ada):
    client.force_login(ada)
    type(ada).objects.filter(pk=ada.pk).update(state=2)

    assert client.get(reverse("accounts:my_account")).status_code == 302


def code_of(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time

    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_sets_no_password_any_more_says_so_and_leads_to_another(client, method):
    new = {"password1": "a password of one's own", "password2": "a password of one's own"}
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "old"})

    response = client.get(address) if method == "get" else client.post(address, new)

    assert response.status_code == 422
    assert "This link sets no password any more" in response.text
    assert f'href="{reverse("account_reset_password")}"' in response.text
    assert "<title>Error: Set a new password" in " ".join(response.text.split())


def test_the_link_of_an_email_sets_a_new_password(client, ada):
    client.post(reverse("account_reset_password"), {"email": ada.email})
    told = unseal(OutboxMessage.objects.get(task=SEND).keys[SEALED], MAIL)
    (link,) = re.findall(r"https?://[^/\s]+(/account/\S+)", told)
    page = client.get(link, follow=True)
    new = "a password of one's own"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})

    assert "Set password" in page.text
    assert sign_in(client, ada, new)["Location"] == reverse("home:home")


def test_nobody_changes_the_address_they_sign_in_with(client, ada):
    client.force_login(ada)

    response = client.post("/account/email/", {"action_add": "", "email": "mallory@elsewhere.example"})

    assert (response.status_code, response["Location"]) == (302, reverse("accounts:my_account"))
    ada.refresh_from_db()
    assert ada.email == "ada.marsh@biscay.example"
