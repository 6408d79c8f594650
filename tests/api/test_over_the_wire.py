"""What a server answers over a wire is as the OpenAPI document says, too.

Every example is asked in test_document, in one process with whoever looks. Here each operation is asked some of them,
of a server in a thread of its own, whose requests commit: all in one world, which goes on from one to the next.
"""

from __future__ import annotations

import pytest
import schemathesis
from django.test import modify_settings
from pytest_django.live_server_helper import LiveServer
from schemathesis.generation.meta import TestPhase

from accounts import commands
from accounts.states import Role
from core import clock
from tests.api.test_document import CHECKS, asked, document, number_of
from tests.conftest import TRAINING_DAY
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER, utsire

SECONDS_OF_EACH = 0.3
ONE_OF = 10
"""Of so many examples that a rule of the schema gave, one is asked; those made up by chance all are."""

api = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def secret(copies, django_db_blocker):
    """A token of somebody who may do nearly everything, in a world with rows to act on."""
    with django_db_blocker.unblock(), clock.held_at(TRAINING_DAY):
        world = utsire()
        world.aggregated()
        world.calculate(NOVEMBER)
        roles = (Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, Role.COMMISSIONING_MANAGEMENT)
        may = acting_as(*roles, organisation=world.commissioner)
        yield commands.create_token("Schemathesis", world.commissioner.pk, by=may).secret
        copies.empty_again()


@pytest.fixture(scope="module")
def server(secret):
    """`live_server` would empty the database after each test."""
    serving = LiveServer("localhost")
    with modify_settings(ALLOWED_HOSTS={"append": "localhost"}):
        yield serving.url
        serving.stop()


@api.parametrize()
@asked(examples=1)
def test_every_answer_over_the_wire_is_documented_and_none_is_an_error_of_the_server(case, secret, server):
    if case.meta.phase.name == TestPhase.COVERAGE and number_of(case) % ONE_OF:
        return
    case.call_and_validate(base_url=server, headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)


def test_whoever_asked_may_still_come_after_all_of_it(secret, server):
    case = api["/api/v1/achievements/"]["GET"].Case()

    answer = case.call(base_url=server, headers={"Authorization": f"Bearer {secret}"})

    assert answer.status_code == 200
    assert answer.json()["results"]
