from __future__ import annotations

import pytest

from accounts.states import Role
from core.needs import Need
from operations.models import Task
from operations.tasks_for_people import ask, needs_of, settle
from organisations.models import Organisation
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory, NationalOperatorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(training_day: object) -> Organisation:
    return NationalOperatorFactory.create()


def put(operator: Organisation, key: str = "run 7 failed") -> bool:
    return ask(key, operator.pk, Role.OPERATIONS, "The overnight run failed", "/runs/7/")


def test_a_task_is_before_everybody_who_holds_the_role_there_and_nobody_else(operator):
    put(operator)
    others = (
        acting_as(Role.VIEW, organisation=operator),
        acting_as(Role.OPERATIONS, organisation=CommissionerFactory()),
    )

    holders = [needs_of(acting_as(Role.OPERATIONS, organisation=operator)) for _ in range(2)]

    assert holders == [[Need("The overnight run failed", None, "/runs/7/")]] * 2
    assert [needs_of(by) for by in others] == [[], []]


def test_the_same_thing_is_asked_once_also_after_it_was_settled(operator):
    first, again = put(operator), put(operator)
    settle("run 7")
    afterwards = put(operator)

    assert (first, again, afterwards) == (True, False, False)
    assert Task.objects.count() == 1


def test_a_settled_task_is_gone_from_home_and_kept(operator):
    by = acting_as(Role.OPERATIONS, organisation=operator)
    put(operator)
    put(operator, "run 8 failed")

    settled = settle("run 7", "run 9")

    assert settled == 1
    assert [need.href for need in needs_of(by)] == ["/runs/7/"]
    assert Task.objects.exclude(done_at=None).get().key == "run 7 failed"


def test_nothing_named_settles_nothing(operator):
    put(operator)

    assert settle() == 0
    assert Task.objects.open().count() == 1
