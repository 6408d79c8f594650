from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from accounts import commands
from accounts.models import ApiToken, Grant
from accounts.states import Role, UserState
from core.actors import SYSTEM
from core.errors import NotVisible
from cqrs_portal.api.access import PersonThrottle
from tests.api.conftest import Program
from tests.factories.accounts import GrantFactory, UserFactory, acting_as
from tests.factories.organisations import CommissionerFactory, PracticeFactory

pytestmark = pytest.mark.django_db

LIST = "/api/v1/organisations/"
PROBLEM = "application/problem+json"


@pytest.fixture
def ada():
    return acting_as(Role.VIEW, organisation=PracticeFactory.create())


def test_a_stranger_is_refused_in_a_problem_document_not_sent_to_sign_in():
    response = Client().get(LIST)

    assert (response.status_code, response["Content-Type"]) == (401, PROBLEM)
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["sentences"] == ["Sign in, or send a token of the API."]


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer nonsense", "Bearer two words", "Bearer \xff\xfe", "Token nonsense", "x"]
)
def test_what_is_no_token_is_refused(ada, program, header):
    response = Client().get(LIST, headers={"Authorization": header})

    assert (response.status_code, response["Content-Type"]) == (401, PROBLEM)


def test_only_the_hash_of_a_token_is_kept(ada):
    made = commands.create_token("Reports", ada.organisation_id, by=ada)

    kept = ApiToken.objects.values().get()

    assert len(made.secret) == 64
    assert made.secret not in str(kept)


def test_a_token_acts_for_its_organisation_whatever_the_session_says(ada):
    other = CommissionerFactory.create()
    GrantFactory(user=ada.user, organisation=other, role=Role.VIEW)
    secret = commands.create_token("Reports", ada.organisation_id, by=ada).secret
    client = Client()
    client.force_login(ada.user)
    session = client.session
    session["acting_organisation"] = other.pk
    session.save()

    with_token = client.get(LIST, headers={"Authorization": f"Bearer {secret}"}).json()["results"]
    with_session = client.get(LIST).json()["results"]

    assert [each["org_id"] for each in with_token] == [ada.organisation.code]
    assert [each["org_id"] for each in with_session] == [other.code]


def test_a_token_is_not_made_for_an_organisation_of_others(ada):
    with pytest.raises(NotVisible):
        commands.create_token("Reports", PracticeFactory.create().pk, by=ada)


def test_a_token_ends_by_itself_and_says_when(ada, program, set_clock):
    set_clock(date(2021, 12, 11))
    mine = program(ada)
    set_clock(date(2021, 12, 11) + timedelta(days=89))
    before = mine.get("organisations/").status_code
    set_clock(date(2021, 12, 11) + timedelta(days=90))

    after = mine.get("organisations/")

    assert before == 200
    assert (after.status_code, after.json()["detail"]) == (401, "This token expired on 11 March 2022.")


def test_a_revoked_token_is_refused_and_stays_listed(ada, program, training_day):
    mine = program(ada)
    commands.revoke_token(ApiToken.objects.get().pk, by=ada)

    response = mine.get("organisations/")

    assert (response.status_code, response.json()["detail"]) == (401, "This token was revoked on 11 December 2021.")
    assert ApiToken.objects.count() == 1


def test_a_token_dies_with_the_roles_it_stood_on(ada, program):
    mine = program(ada)
    commands.end_grant(Grant.objects.get(user=ada.user), by=SYSTEM)

    response = mine.get("organisations/")

    assert (response.status_code, "You hold no role in" in response.json()["detail"]) == (401, True)


def test_a_token_rests_while_its_person_is_disabled(ada, program):
    mine = program(ada)
    commands.disable_users([ada.user], by=SYSTEM)

    response = mine.get("organisations/")

    assert (response.status_code, response.json()["detail"]) == (401, "This account is not active.")


def test_use_is_noted_to_the_minute(ada, program, set_clock):
    set_clock(date(2021, 12, 11))
    mine = program(ada)

    mine.get("organisations/")
    first = ApiToken.objects.get().last_used_at
    mine.get("organisations/")

    assert first is not None
    assert ApiToken.objects.get().last_used_at == first


def test_an_act_of_a_session_needs_the_csrf_token(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.approver.user)

    response = client.post(
        "/api/v1/achievements/approve/", {"seen": [{"id": 1, "version": 1}]}, content_type="application/json"
    )

    assert (response.status_code, response["Content-Type"]) == (403, PROBLEM)
    assert response.json()["detail"] == (
        "The CSRF token, which shows that this comes from the portal, is missing or wrong. Nothing was saved."
    )


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b"])
def test_a_header_that_holds_no_token_is_told_what_it_must_be(db, header):
    response = Client().get(LIST, headers={"Authorization": header})

    assert response.status_code == 401
    assert response.json()["detail"] == "The header Authorization must be Bearer, one space, and the token."


def test_what_is_not_read_is_named_with_what_is(ada, program):
    mine = program(ada)

    response = mine.client.post("/api/v1/achievements/approve/", "x", content_type="text/plain", headers=mine.headers)

    assert response.json()["detail"] == (
        '"text/plain" is not read here: send application/json, or multipart/form-data where a file is asked for.'
    )


def test_an_act_of_a_token_needs_no_csrf_token(world):
    secret = commands.create_token("Acts", world.commissioner.pk, by=world.approver).secret
    mine = Program(secret)
    mine.client = Client(enforce_csrf_checks=True)

    response = mine.post("achievements/approve/", {"seen": [{"id": 1, "version": 1}]})

    assert response.status_code == 404


def test_too_many_requests_of_one_person_wait(ada, program, settings, monkeypatch):
    settings.API_RATE = "2/min"
    monkeypatch.setattr(PersonThrottle, "scope", uuid4().hex)  # the counts of other tests are in the same cache
    mine, others = program(ada), program(acting_as(Role.VIEW, organisation=PracticeFactory.create()))

    answers = [mine.get(each) for each in ("organisations/", "services/", "achievements/")]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert answers[2].json()["detail"].startswith("Too many requests. Try again in")
    assert others.get("organisations/").status_code == 200


def test_an_address_that_is_none_is_a_problem_too(ada, program):
    response = program(ada).get("nothing/here/")

    assert (response.status_code, response["Content-Type"]) == (404, PROBLEM)
    assert response.json()["detail"] == "There is no such address in the API."


@pytest.mark.parametrize(("method", "status"), [("put", 405), ("delete", 405)])
def test_what_an_address_does_not_do_is_a_problem_too(ada, program, method, status):
    mine = program(ada)

    response = getattr(mine.client, method)(LIST, headers=mine.headers)

    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)


def test_an_error_nobody_foresaw_is_a_problem_too(ada, program, monkeypatch):
    def broken(*_args):
        raise RuntimeError("secret of the machine")

    monkeypatch.setattr("organisations.api.organisations.queries.visible_to", broken)
    mine = program(ada)
    mine.client.raise_request_exception = False

    response = mine.get("organisations/")

    assert (response.status_code, response["Content-Type"]) == (500, PROBLEM)
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ("seen=1", "application/x-www-form-urlencoded", 415),
        ("[]", "application/json", 422),
    ],
)
def test_what_cannot_be_read_is_refused(world, program, body, content_type, status):
    mine = program(world.approver)

    response = mine.client.post("/api/v1/achievements/approve/", body, content_type=content_type, headers=mine.headers)

    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)


def test_more_than_one_request_may_hold_is_refused_unread(world, program, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = program(world.approver).post("achievements/approve/", {"note": "x" * 100})

    assert (response.status_code, response["Content-Type"]) == (413, PROBLEM)


def test_a_disabled_person_makes_no_use_of_a_session(ada):
    client = Client()
    client.force_login(ada.user)
    UserFactory._meta.model.objects.filter(pk=ada.user_id).update(state=UserState.DISABLED)

    assert client.get(LIST).status_code == 401
