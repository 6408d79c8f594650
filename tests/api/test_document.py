"""The OpenAPI document says what the API answers: Schemathesis asks it everything, whoever asks, and compares.

Its answers to those who may do a thing, to things there are, are compared in test_successful_answers.
"""

from __future__ import annotations

import json
from zlib import crc32

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
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

from accounts import commands
from accounts.states import Role
from tests.authorisation.table import Who, with_role
from tests.factories.accounts import UserFactory, acting_as
from tests.factories.achievement import NOVEMBER, utsire

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]


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


def document():
    return SchemaGenerator().get_schema(request=None, public=True)


def asked(examples):
    """So many examples of each operation, the same each time."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


api = schemathesis.openapi.from_dict(document())
within = schemathesis.openapi.from_dict(document())
within.app = WSGIHandler()
"""The same, asked in the test's own process and transaction."""


@pytest.fixture
def kept_open():
    """A request does not close the connection that its answer is asked in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@within.parametrize()
@asked(examples=2)
def test_every_answer_is_documented_whoever_asks(case, things, kept_open):
    """The examples are shared out among those who ask: which of them an example goes to is its own to say."""
    secrets = [*(things["people"][who].secret for who in ASKING.values()), things["without_role"].secret]
    example = f"{case.operation.label} {case.path_parameters} {case.query} {case.body}"
    secret = secrets[crc32(example.encode(errors="replace")) % len(secrets)]

    with transaction.atomic():
        case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)
        transaction.set_rollback(True)


@pytest.fixture
def secret(transactional_db, training_day):
    """A token of somebody who may do nearly everything, in a world with rows to act on."""
    world = utsire()
    world.aggregated()
    world.calculate(NOVEMBER)
    roles = (Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, Role.COMMISSIONING_MANAGEMENT)
    return commands.create_token(
        "Schemathesis", world.commissioner.pk, by=acting_as(*roles, organisation=world.commissioner)
    ).secret


@api.parametrize()
@asked(examples=1)
def test_every_answer_over_the_wire_is_documented_and_none_is_an_error_of_the_server(case, secret, live_server):
    case.call_and_validate(base_url=live_server.url, headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)


def test_the_document_is_drawn_without_a_warning():
    GENERATOR_STATS.reset()

    document()

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
