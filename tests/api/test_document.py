"""The OpenAPI document says what the API answers: Schemathesis asks it everything, in two ways, and compares.

Its answers to those who may do a thing, to things there are, are compared in test_successful_answers.
"""

from __future__ import annotations

import json

import pytest
import schemathesis
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
from tests.factories.accounts import UserFactory, acting_as
from tests.factories.achievement import NOVEMBER, utsire

EXAMPLES = 3
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]


def document():
    return SchemaGenerator().get_schema(request=None, public=True)


api = schemathesis.openapi.from_dict(document())


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
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_documented_and_none_is_an_error_of_the_server(case, secret, live_server):
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
