"""Approvers and administrators do not work without a second factor; whoever lost their phone is helped."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts import commands
from accounts.models import SecondFactorReset
from accounts.queries import acting_for
from accounts.states import NEEDS_A_SECOND_FACTOR, Role
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotPermitted
from cqrs_portal.settings import base, training
from cqrs_portal.sign_in import used_key
from cqrs_portal.training.sign_in import codes_of
from operations.models import OutboxMessage
from tests.api.conftest import Program
from tests.factories.accounts import PASSWORD, GrantFactory, UserFactory, acting_as
from tests.factories.organisations import CommissionerFactory, PracticeFactory
from tests.plugins.markup import flaws

pytestmark = pytest.mark.django_db

SET_UP = "accounts:set_up_second_factor"
DECLARATIONS = "achievement:declaration_management"


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    cache.clear()


@pytest.fixture
def biscay():
    return CommissionerFactory(name="NHS Biscay CCG")


@pytest.fixture
def ada(biscay):
    user = UserFactory(name="Ada Marsh", email="ada.marsh@biscay.example")
    GrantFactory(user=user, organisation=biscay, role=Role.APPROVAL_MANAGEMENT)
    return user


def sign_in(client, user):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def set_up(client):
    """Follow the page that sets up an app; answers its secret."""
    client.get(reverse(SET_UP))
    secret = client.session["mfa.totp.secret"]
    return secret, client.post(reverse(SET_UP), {"code": next(codes_of(secret))})


def with_app(user):
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def sign_in_with_app(client, user, secret):
    sign_in(client, user)
    return client.post(reverse("mfa_authenticate"), {"code": next(codes_of(secret))})


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
    assert right.status_code == 200, "the right code is of no use either, for a while"
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

    assert (first.status_code, opened, second.status_code) == (302, 200, 200)


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
