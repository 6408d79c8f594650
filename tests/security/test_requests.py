"""Requests that nobody honest sends: addresses of other sites, stolen sessions, guessed passwords, names of files."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLResolver, get_resolver

from accounts.models import ApiToken, User
from accounts.rules import Acting
from accounts.states import Role
from cqrs_portal.settings import base, training
from home import queries
from operations.models import OutboxMessage
from organisations.models import OdsUpload, OdsUploadFile
from tests.achievement.payments import said, signed_in
from tests.cqrs_portal.test_settings import GOOD, started_with
from tests.factories.accounts import PASSWORD, GrantFactory, acting_as
from tests.factories.achievement import seen, utsire
from tests.factories.organisations import CommissionerFactory, NationalOperatorFactory, ParentFactory, PracticeFactory
from ui.sheets import Sheet, to_csv

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "///evil.example",
    "javascript:alert(1)",
    " https://evil.example/",
    "http:evil.example",
]


@pytest.fixture
def ada(db: None, training_day: object) -> Acting:
    return acting_as(Role.APPROVAL_MANAGEMENT, organisation=CommissionerFactory.create())


@pytest.fixture
def petra(db: None, training_day: object) -> Acting:
    return acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory.create())


def sign_in(client: Client, user: User, password: str = PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"login": user.email, "password": password, **more})


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_led_elsewhere_after_signing_in(address: str, ada: Acting) -> None:
    response = sign_in(Client(), ada.user, next=address)

    assert response.status_code == 302
    assert response["Location"] == "/"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_led_elsewhere_after_choosing_whom_to_act_for(address: str, ada: Acting) -> None:
    posted = {"organisation": ada.organisation_id, "next": address}

    assert signed_in(ada).post("/account/organisation/", posted)["Location"] == "/"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_led_elsewhere_after_an_act(address: str, db: None, training_day: object) -> None:
    world = utsire()
    world.calculate()
    row = seen(world.lines()[0])[0]
    posted = {"action": "approve", "seen": f"{row.id}:{row.version}", "key": "k", "back": address}

    response = signed_in(world.approver).post("/achievement/declarations/act/", posted)

    assert response["Location"] == "/achievement/declarations/"


def text_addresses(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every address with a text in it, and NUL in each of its texts in turn; numbers and the like are 1."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from text_addresses(pattern.url_patterns, before + str(pattern.pattern))
            continue
        route = re.sub(r"\(\?P<\w+>((?:[^()]|\([^()]*\))*)\)", "<str:x>", before + str(pattern.pattern))
        parts = re.split(r"<(?:(\w+):)?\w+>", re.sub(r"[\^$?]|\\Z|\\", "", route))
        holes = parts[1::2]
        for at, kind in enumerate(holes):
            if kind in (None, "str", "path"):
                filled = ["%00" if here == at else "1" for here in range(len(holes))]
                yield "/" + "".join(part + hole for part, hole in zip(parts[::2], [*filled, ""], strict=True))


@pytest.mark.parametrize("address", sorted(set(text_addresses())))
def test_an_address_with_a_nul_byte_names_nothing(address: str, ada: Acting) -> None:
    client = signed_in(ada)

    assert {client.get(address).status_code, client.post(address, {}).status_code} <= {403, 404}


@pytest.mark.parametrize(
    "address",
    [
        f"/submission/{at}/{rest}"
        for at in ("WM%00/2021-11-30/V37647", "WM-2021-22/2021-11-30/V%00", "WM-2021-22/2021%00/V37647")
        for rest in ("", "check/", "submitted/", "nil-return/", "groups/WM/", "groups/WM/check/")
    ]
    + ["/submission/WM-2021-22/2021-11-30/V37647/groups/%00/", "/organisations/%00/", "/services/%00/"],
)
def test_a_nul_byte_in_a_code_is_not_found_and_nothing_breaks(address: str, ada: Acting) -> None:
    client = signed_in(ada)

    assert [client.get(address).status_code, client.post(address).status_code] == [404, 404]


def test_a_session_that_somebody_else_began_is_not_the_one_that_is_signed_in(ada: Acting) -> None:
    client = Client()
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key

    sign_in(client, ada.user)

    assert client.session.session_key != planted
    assert Client(headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={planted}"}).get("/").status_code == 302


def test_whom_one_acts_for_changes_within_one_session(ada: Acting) -> None:
    """Nothing is opened by it that this session did not open before (ADR 0043)."""
    second = CommissionerFactory.create(name="NHS Viking CCG")
    GrantFactory.create(user=ada.user, organisation=second, role=Role.VIEW)
    client = Client()
    sign_in(client, ada.user)
    client.get("/")
    key = client.session.session_key

    changed = client.post("/account/organisation/", {"organisation": second.pk}, follow=True)

    assert "You now act for NHS Viking CCG." in said(changed)
    assert client.session.session_key == key
    assert UserSession.objects.get(user=ada.user).session_key == key


def test_a_session_does_not_come_to_act_for_an_organisation_its_person_holds_no_role_in(ada: Acting) -> None:
    other = CommissionerFactory.create(name="NHS Trafalgar CCG")
    client = Client()
    sign_in(client, ada.user)

    refused = client.post("/account/organisation/", {"organisation": other.pk})

    assert refused.status_code == 404
    assert "NHS Trafalgar CCG" not in said(client.get("/"))


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie(ada: Acting) -> None:
    client = Client()
    sign_in(client, ada.user)
    kept = client.session.session_key

    client.post("/account/logout/")

    assert Client(headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={kept}"}).get("/").status_code == 302


def test_an_account_that_is_disabled_cannot_sign_in(ada: Acting) -> None:
    User.objects.filter(pk=ada.user_id).update(state=2)
    client = Client()

    sign_in(client, ada.user)

    assert client.get("/").status_code == 302


@pytest.mark.parametrize("settings_of", [base, training])
def test_guessing_a_password_is_stopped_after_five_attempts(ada: Acting, settings: Any, settings_of: Any) -> None:
    """As the portal is set, and not the suite, which signs in far more often than a person."""
    settings.ACCOUNT_RATE_LIMITS = getattr(settings_of, "ACCOUNT_RATE_LIMITS", {})
    cache.clear()
    client = Client(REMOTE_ADDR="192.0.2.1")

    answers = [said(sign_in(client, ada.user, "wrong")) for _ in range(6)]
    right = sign_in(client, ada.user)
    cache.clear()

    assert "Too many failed" in answers[-1]
    assert "Too many failed" not in answers[0]
    assert right.status_code == 422, "the right password is of no use either, for a while"


def test_the_production_settings_leave_the_limits_as_they_are() -> None:
    asked = started_with(**GOOD, ASKED="ACCOUNT_RATE_LIMITS")

    assert "object has no attribute 'ACCOUNT_RATE_LIMITS'" in asked.stderr


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(ada: Acting) -> None:
    wrong = said(sign_in(Client(), ada.user, "wrong"))
    unknown = said(Client().post(LOGIN, {"login": "nobody@tests.example", "password": "wrong"}))

    assert wrong.replace(ada.user.email, "") == unknown.replace("nobody@tests.example", "")


def test_asking_for_a_new_password_does_not_tell_who_has_an_account(ada: Acting) -> None:
    known, unknown = (
        Client().post("/account/password/reset/", {"email": email}) for email in (ada.user.email, "no@tests.example")
    )

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_a_new_password_is_asked_for_while_the_mail_server_is_away(ada: Acting, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    response = Client().post("/account/password/reset/", {"email": ada.user.email})

    (message,) = OutboxMessage.objects.filter(task="operations.send_email")
    assert response.status_code == 302
    assert message.keys["to"] == ada.user.email
    assert "text" not in message.keys, "the link stands in it sealed"


def test_a_request_to_another_host_is_not_answered(ada: Acting) -> None:
    response = signed_in(ada).get("/", headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert "evil" not in response.content.decode()


def test_an_error_that_nobody_foresaw_tells_nothing(ada: Acting, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_actor: object) -> None:
        raise RuntimeError("the secret of the database is 42")

    monkeypatch.setattr(queries, "needs_of", fails)
    client = signed_in(ada)
    client.raise_request_exception = False

    response = client.get("/", headers={"X-Request-ID": "<b>7</b>"})

    assert response.status_code == 500
    assert "secret" not in response.content.decode()
    assert "<b>7</b>" not in response.content.decode()
    assert "RuntimeError" not in response.content.decode()


def test_fields_that_a_form_does_not_have_change_nothing(ada: Acting) -> None:
    other = acting_as(Role.VIEW, organisation=PracticeFactory.create())
    posted = {"name": "Figures", "organisation": ada.organisation_id, "user": other.user_id, "expiry": "2099-01-01"}

    signed_in(ada).post("/account/tokens/new/", posted)

    token = ApiToken.objects.get()
    assert (token.user_id, token.expiry.year) == (ada.user_id, 2022)


def test_a_token_is_not_made_for_an_organisation_of_others_whatever_is_posted(ada: Acting) -> None:
    other = PracticeFactory.create()

    response = signed_in(ada).post("/account/tokens/new/", {"name": "Figures", "organisation": other.pk})

    assert response.status_code == 422
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "/etc/cron.d/x.csv", "..\\..\\x.csv"])
def test_the_name_of_an_uploaded_file_leads_nowhere(name: str, petra: Acting) -> None:
    given = {"practices": SimpleUploadedFile(name, b"A81001,Practice"), "as_at": "2021-11-30"}

    signed_in(petra).post("/organisations/ods/upload/", given)

    kept = OdsUploadFile.objects.values_list("name", flat=True)
    assert not any("/" in each or "\\" in each or ".." in each for each in kept)


@pytest.mark.parametrize("name", ["macros.xlsm", "page.html", "program.exe"])
def test_a_file_of_another_kind_is_refused_before_it_is_kept(name: str, petra: Acting) -> None:
    response = signed_in(petra).post("/organisations/ods/upload/", {"practices": SimpleUploadedFile(name, b"MZ")})

    assert response.status_code == 422
    assert not OdsUpload.objects.exists()


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_text_of_a_csv_is_never_a_formula(begins: str) -> None:
    sheet = Sheet("Report", [], ["Name"], [10], [[f"{begins}cmd|' /C calc'!A0"]])

    assert to_csv(sheet).decode("utf-8-sig").split("\r\n")[1].lstrip('"').startswith("'")


def test_in_production_cookies_travel_over_https_alone_and_each_visitor_has_an_address_of_their_own() -> None:
    done: subprocess.CompletedProcess[str] = started_with(
        **GOOD,
        ASKED="SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SECURE_SSL_REDIRECT "
        "SECURE_HSTS_SECONDS ALLAUTH_TRUSTED_PROXY_COUNT",
    )

    assert done.stdout.split() == ["False", "True", "True", "True", "True", "31536000", "1"], done.stderr


def test_an_achievement_leads_to_its_network_only_those_who_may_open_it(db: None, training_day: object) -> None:
    world = utsire()
    parent = CommissionerFactory.create()
    ParentFactory.create(organisation=world.practices[0], parent=parent)
    world.calculate()
    line = next(each for each in world.lines() if each.provider == world.practices[0])
    own, above = (acting_as(Role.VIEW, organisation=each) for each in (line.provider, parent))
    link = f"/achievement/networks/{world.network.code}/"

    pages = [signed_in(by).get(f"/achievement/{line.pk}/").content.decode() for by in (own, above)]

    assert [link in page for page in pages] == [True, False]
