"""The OpenAPI document says what the API answers: Schemathesis asks it everything, whoever asks, and compares.

Its answers to those who may do a thing, to things there are, are compared in test_successful_answers; a server's, over
a wire, in test_over_the_wire.
"""

from __future__ import annotations

import json
from functools import cache
from zlib import crc32

import pytest
import schemathesis
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings as settings_of
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.http import HttpRequest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.states import Role
from tests.authorisation.table import Who, with_role
from tests.factories.accounts import UserFactory

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
CHECKS_OF_A_SESSION = CHECKS[:-1]
"""Whether an operation asks who comes is tried with tokens: a session goes in a cookie, which that check leaves on."""
SECONDS_OF_EACH = 0.8
ENTRY = (Role.ACHIEVEMENT_ENTRY, Role.DECLARATION_MANAGEMENT, Role.FINANCE_VIEW)
ASKING = {
    "practice": Who("own", frozenset({*ENTRY, Role.SERVICE_MANAGEMENT})),
    "pcn": Who("network", frozenset({*ENTRY, Role.PCN_MANAGEMENT})),
    "commissioner": Who("lead", frozenset({Role.APPROVAL_MANAGEMENT, Role.COMMISSIONING_MANAGEMENT, *ENTRY[:1]})),
    "finance": Who("lead", frozenset({Role.FINANCE_MANAGEMENT})),
    "view": with_role("own", Role.VIEW),
    "other": Who("other-commissioner", frozenset(Role)),
    "operator": Who("national", frozenset(Role)),
}
"""Whose tokens Schemathesis comes with, besides that of somebody whose roles have ended."""


def document_of(path):
    return document()["paths"][path]["get"]


@cache
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


def asked(examples):
    """So many examples of each operation, and those of each rule of its schema, the same each time."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


api = schemathesis.openapi.from_dict(document())
api.app = WSGIHandler()
"""Asked in the test's own process and transaction."""


@pytest.fixture
def kept_open():
    """A request does not close the connection that its answer is asked in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


SIGNED_IN = [(who, gave) for who in ("commissioner", "practice") for gave in (True, False)]
"""Whose sessions Schemathesis comes with, and whether they gave the second factor that approvers need."""


@api.parametrize()
@asked(examples=2)
def test_every_answer_is_documented_whoever_asks(case, things, sessions, kept_open, settings):
    """The examples are shared out among those who ask, with tokens and with sessions: which of them an example goes to
    is its own to say. With a session, one of five examples comes without the token against forgery."""
    secrets = [*(things["people"][who].secret for who in ASKING.values()), things["without_role"].secret]
    comes_with = [*secrets, *SIGNED_IN, *SIGNED_IN]
    number = number_of(case)
    by = comes_with[number % len(comes_with)]

    with transaction.atomic():
        if isinstance(by, str):
            case.call_and_validate(headers={"Authorization": f"Bearer {by}"}, checks=CHECKS)
        else:
            settings.SECOND_FACTOR_REQUIRED = True
            proof = {"X-CSRFToken": TOKEN} if number % 5 else {}
            case.call_and_validate(headers=proof, cookies=cookies_of(sessions[by]), checks=CHECKS_OF_A_SESSION)
            settings.SECOND_FACTOR_REQUIRED = False
        transaction.set_rollback(True)


def number_of(case):
    """An example's own number, the same each time."""
    example = f"{case.operation.label} {case.path_parameters} {case.query} {case.body}"
    return crc32(example.encode(errors="replace"))


@pytest.fixture(scope="module")
def sessions(things):
    """The key of a session of each of SIGNED_IN; what a request does to it is undone with the rest."""
    people = things["people"]
    return {(who, gave): session_of(people[ASKING[who]].user, second_factor=gave) for who, gave in SIGNED_IN}


def session_of(user, *, second_factor):
    """The key of a session of somebody, as it is after they have signed in."""
    client = Client()
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    for method in ("password", *(["mfa"] if second_factor else [])):
        record_authentication(request, user, method)
    request.session.save()
    return request.session.session_key


TOKEN = "c" * 32


def cookies_of(session):
    """What a browser sends with a session; with the header X-CSRFToken, the proof that the page was ours."""
    return {settings_of.SESSION_COOKIE_NAME: session, settings_of.CSRF_COOKIE_NAME: TOKEN}


@pytest.fixture
def program_of(things, settings):
    """Calls the API with the session of a commissioner whose roles need a second factor."""
    user = things["people"][ASKING["commissioner"]].user
    settings.SECOND_FACTOR_REQUIRED = True

    def ask(method, path, *, second_factor, forged=False, **sent):
        client = Client(enforce_csrf_checks=True)
        client.cookies.load(cookies_of(session_of(user, second_factor=second_factor)))
        return client.generic(method, path, headers={} if forged else {"X-CSRFToken": TOKEN}, **sent)

    return ask


def test_a_session_without_the_second_factor_is_refused_everything_in_the_words_that_are_documented(program_of):
    lists = [path for path, each in document()["paths"].items() if "get" in each and "{" not in path]

    without = {path: program_of("GET", path, second_factor=False) for path in lists}
    given = program_of("GET", "/api/v1/achievements/", second_factor=True)

    assert {answer.status_code for answer in without.values()} == {403}
    assert {answer["Content-Type"] for answer in without.values()} == {"application/problem+json"}
    assert all("403" in document_of(path)["responses"] for path in lists)
    assert given.status_code == 200


def test_an_act_of_a_session_needs_the_token_against_forgery(program_of):
    path, body = "/api/v1/achievements/approve/", json.dumps({"seen": [{"id": 1, "version": 1}]})
    sent = {"data": body, "content_type": "application/json", "second_factor": True}

    answers = [program_of("POST", path, forged=forged, **sent).status_code for forged in (True, False)]

    assert answers[0] == 403
    assert answers[1] in (404, 409, 200)


def test_the_document_is_drawn_without_a_warning():
    GENERATOR_STATS.reset()

    document.__wrapped__()

    assert not GENERATOR_STATS
    assert not list(GENERATOR_STATS._error_cache) + list(GENERATOR_STATS._warn_cache)


def test_every_operation_says_who_may_come_and_what_it_refuses():
    operations = [each for path in document()["paths"].values() for each in path.values()]

    assert all({"401", "429"} <= each["responses"].keys() for each in operations)
    assert all(each["security"] == [{"token": []}, {"session": []}] for each in operations)
    assert all("429" in each["responses"] for each in operations)


def test_the_document_is_served_as_json_to_those_who_are_signed_in(client, db):
    stranger = client.get("/api/v1/schema/")
    client.force_login(UserFactory.create())
    served = client.get("/api/v1/schema/")

    assert (stranger.status_code, served.status_code) == (401, 200)
    assert json.loads(served.content)["info"]["title"] == "CQRS Portal"
