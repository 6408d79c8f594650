"""The second factor: whom it is asked of, when, and what it opens."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import commands
from accounts.queries import acting_for
from accounts.states import NEEDS_A_SECOND_FACTOR, Role
from core.errors import NotPermitted
from cqrs_portal.settings import base, training
from cqrs_portal.training.sign_in import codes_of
from tests.accounts.signing_in import SET_UP, sign_in, sign_in_with_app, with_app
from tests.api.conftest import Program
from tests.factories.accounts import PASSWORD, GrantFactory, UserFactory, acting_as
from tests.factories.organisations import PracticeFactory

pytestmark = pytest.mark.django_db


DECLARATIONS = "achievement:declaration_management"


def set_up(client):
    """Follow the page that sets up an app; answers its secret."""
    client.get(reverse(SET_UP))
    secret = client.session["mfa.totp.secret"]
    return secret, client.post(reverse(SET_UP), {"code": next(codes_of(secret))})


def test_it_is_required_for_real():
    assert base.SECOND_FACTOR_REQUIRED
    assert training.SECOND_FACTOR_REQUIRED


@pytest.mark.parametrize("role", sorted(Role))
def test_whose_roles_need_one_is_led_to_set_it_up_and_nobody_else(required, client, biscay, role):
    user = UserFactory()
    GrantFactory(user=user, organisation=biscay, role=role)

    sign_in(client, user)
    home = client.get("/")

    led = home.status_code == 302 and home["Location"] == reverse(SET_UP)
    assert led == (role in NEEDS_A_SECOND_FACTOR)
    assert led or home.status_code == 200


def test_a_role_in_any_of_ones_organisations_counts(required, client, ada, biscay):
    practice = PracticeFactory()
    GrantFactory(user=ada, organisation=practice, role=Role.VIEW)
    sign_in(client, ada)
    session = client.session
    session["acting_organisation"] = practice.pk
    session.save()

    assert client.get(reverse("accounts:my_account"))["Location"] == reverse(SET_UP)


def test_a_role_that_is_not_yet_confirmed_does_not_count(required, client, biscay):
    user = UserFactory()
    GrantFactory(user=user, organisation=biscay, role=Role.APPROVAL_MANAGEMENT, granted_by=UserFactory())
    GrantFactory(user=user, organisation=biscay, role=Role.VIEW)

    sign_in(client, user)

    assert client.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/account/", "/account/tokens/new/", "/achievement/declarations/", "/help/"])
def test_no_page_opens_before_it_is_set_up(required, client, ada, path):
    sign_in(client, ada)

    answers = [client.get(path), client.post(path)]

    assert [answer["Location"] for answer in answers] == [reverse(SET_UP)] * 2


def test_the_api_says_so_to_a_session_without_one(required, client, ada):
    sign_in(client, ada)

    answer = client.get("/api/v1/organisations/")

    assert answer.status_code == 403
    assert "second factor" in answer.json()["detail"]


def test_signing_out_needs_none(required, client, ada):
    sign_in(client, ada)

    answer = client.post(reverse("account_logout"))

    assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))


def test_once_set_up_one_goes_on_to_what_one_asked_for(required, client, ada):
    sign_in(client, ada)
    client.get(reverse(DECLARATIONS) + "?status=3")
    page = client.get(reverse(SET_UP))

    _secret, answer = set_up(client)
    codes = client.get(answer["Location"])
    onward = client.get(reverse("accounts:go_on"))

    assert "Your roles need a second factor" in page.text
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert "Unused codes" in codes.text
    assert onward["Location"] == reverse(DECLARATIONS) + "?status=3"
    assert client.get(reverse(DECLARATIONS)).status_code == 200


def test_the_next_sign_in_asks_for_the_code(required, client, ada):
    secret = with_app(ada)

    asked = sign_in(client, ada)
    before = client.get("/")
    client.post(reverse("mfa_authenticate"), {"code": next(codes_of(secret))})

    assert asked["Location"] == reverse("mfa_authenticate")
    assert before["Location"].startswith(reverse("account_login"))
    assert client.get("/").status_code == 200


def test_a_code_signs_in_once_however_long_it_is_valid(required, client, ada):
    secret = with_app(ada)
    code = next(codes_of(secret))
    sign_in(client, ada)
    client.post(reverse("mfa_authenticate"), {"code": code})
    cache.delete(f"allauth.mfa.totp.used?user={ada.pk}&code={code}")  # as allauth does after half a minute
    other = Client()
    sign_in(other, ada)

    again = other.post(reverse("mfa_authenticate"), {"code": code})

    assert "this one is wrong, or was used before" in again.text
    assert other.get("/").status_code == 302


def test_guessing_a_code_is_stopped_after_five_attempts(required, client, ada, settings):
    secret = with_app(ada)
    sign_in(client, ada)
    settings.ACCOUNT_RATE_LIMITS = {}

    guesses = [client.post(reverse("mfa_authenticate"), {"code": "none"}).text for _ in range(6)]
    right = client.post(reverse("mfa_authenticate"), {"code": next(codes_of(secret))})
    cache.clear()

    assert ["Too many failed" in each for each in guesses] == [False] * 5 + [True]
    assert right.status_code == 422, "the right code is of no use either, for a while"
    assert client.get("/").status_code == 302


def test_a_recovery_code_signs_in_once(required, client, ada):
    sign_in(client, ada)
    set_up(client)
    codes = Authenticator.objects.get(user=ada, type="recovery_codes").wrap().get_unused_codes()
    client.post(reverse("account_logout"))
    sign_in(client, ada)

    first = client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    opened = client.get("/").status_code
    client.post(reverse("account_logout"))
    sign_in(client, ada)
    second = client.post(reverse("mfa_authenticate"), {"code": codes[0]})

    assert (first.status_code, opened, second.status_code) == (302, 200, 422)


def test_a_session_from_before_the_app_was_set_up_elsewhere_is_asked_for_the_code(required, client, ada):
    sign_in(client, ada)
    secret = with_app(ada)

    led = client.get(reverse(DECLARATIONS))
    page = client.get(led["Location"])
    client.post(led["Location"], {"code": next(codes_of(secret)), "next": reverse("accounts:go_on")})

    assert led["Location"].startswith(reverse("mfa_reauthenticate"))
    assert "you have not given it since you signed in" in page.text
    assert client.get(reverse("accounts:go_on"))["Location"] == reverse(DECLARATIONS)


def test_the_password_again_is_no_second_factor(required, client, ada):
    sign_in(client, ada)
    with_app(ada)

    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert client.get("/")["Location"].startswith(reverse("mfa_reauthenticate"))


def test_another_phone_is_set_up_straight_after_the_old_one_is_taken_off(required, client, ada):
    sign_in(client, ada)
    old, _answer = set_up(client)

    page = client.get(reverse("accounts:change_second_factor"))
    answer = client.post(reverse("accounts:change_second_factor"))
    meanwhile = client.get("/")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    new, _answer = set_up(client)

    assert "Change to another phone" in page.text
    assert answer["Location"] == reverse(SET_UP)
    assert meanwhile["Location"] == reverse(SET_UP)
    assert new != old
    assert client.get("/").status_code == 200


def test_whoever_needs_none_may_switch_it_off(required, client, biscay):
    user = UserFactory()
    GrantFactory(user=user, organisation=biscay, role=Role.VIEW)
    sign_in(client, user)
    set_up(client)

    answer = client.post(reverse("accounts:change_second_factor"))

    assert answer["Location"] == reverse("mfa_index")
    assert client.get("/").status_code == 200
    assert not Authenticator.objects.filter(user=user).exists()


def test_the_secret_is_not_kept_in_clear(client, ada):
    secret = with_app(ada)

    kept = Authenticator.objects.get(user=ada).data["secret"]

    assert secret not in kept


def test_an_earlier_secret_key_still_reads_what_it_encrypted(client, ada, settings):
    secret = with_app(ada)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key of this portal", [settings.SECRET_KEY]

    answer = sign_in_with_app(client, ada, secret)

    assert answer["Location"] == reverse("home:home")


def test_a_token_is_made_with_the_second_factor_and_opens_the_api(required, client, ada, biscay):
    secret = with_app(ada)
    sign_in_with_app(client, ada, secret)

    made = client.post(reverse("accounts:new_token"), {"name": "Figures", "organisation": biscay.pk})

    token = made.text.split('id="token">')[1].split("<")[0]
    assert Program(token).get("organisations/").status_code == 200


def test_a_token_is_not_made_without_it(required, ada, biscay):
    by = acting_for(ada, biscay.pk)

    with pytest.raises(NotPermitted, match="second factor"):
        commands.create_token("Figures", biscay.pk, by=by)


def test_a_token_made_before_ones_roles_needed_it_opens_nothing_more(required, biscay):
    by = acting_as(Role.VIEW, organisation=biscay)
    program = Program(commands.create_token("Figures", biscay.pk, by=by).secret)
    before = program.get("organisations/").status_code

    GrantFactory(user=by.user, organisation=biscay, role=Role.FINANCE_MANAGEMENT)
    after = program.get("organisations/")

    assert (before, after.status_code) == (200, 401)
    assert "Make another token" in after.json()["detail"]
