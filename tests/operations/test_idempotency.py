from __future__ import annotations

import threading

import pytest
from django.db import connection

from accounts.states import Role
from core.actors import SYSTEM
from core.errors import Conflict
from operations.idempotency import once
from operations.models import IdempotencyKey
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory


@pytest.fixture
def somebody(db):
    return acting_as(Role.VIEW, organisation=CommissionerFactory.create())


def test_the_same_key_again_does_nothing_and_gives_the_same_answer(somebody):
    done = []

    answers = [once("k", {"a": 1}, lambda: done.append(1) or {"moved": 3}, by=somebody, action="approve") for _ in "ab"]

    assert answers == [{"moved": 3}] * 2
    assert done == [1]


def test_a_key_used_for_another_request_is_refused(somebody):
    once("k", {"a": 1}, dict, by=somebody, action="approve")

    with pytest.raises(Conflict, match="other values"):
        once("k", {"a": 2}, dict, by=somebody, action="approve")


def test_what_fails_leaves_the_key_free(somebody):
    with pytest.raises(ZeroDivisionError):
        once("k", {}, lambda: 1 / 0, by=somebody, action="approve")

    assert once("k", {}, lambda: "done", by=somebody, action="approve") == "done"


def test_keys_are_each_persons_and_each_actions_own(somebody):
    other = acting_as(Role.VIEW, organisation=somebody.organisation)

    for by, action in ((somebody, "approve"), (other, "approve"), (somebody, "reject")):
        once("k", {}, lambda: "done", by=by, action=action)

    assert IdempotencyKey.objects.count() == 3


def test_without_a_key_and_for_the_portal_itself_it_is_simply_done(somebody):
    assert once("", {}, lambda: 1, by=somebody, action="approve") == 1
    assert once("k", {}, lambda: 2, by=SYSTEM, action="approve") == 2
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_key_at_once_have_one_effect():
    somebody = acting_as(Role.VIEW, organisation=CommissionerFactory.create())
    barrier, done, answers = threading.Barrier(2), [], []

    def request() -> None:
        try:
            barrier.wait(10)
            answers.append(once("k", {}, lambda: done.append(1) or "done", by=somebody, action="approve"))
        finally:
            connection.close()

    threads = [threading.Thread(target=request) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert answers == ["done", "done"]
    assert done == [1]


def test_a_key_longer_than_its_column_is_kept_by_its_digest_and_still_counts_once(somebody):
    done = []
    long = "k" * 40 + ":" + "d" * 64

    answers = [once(long, {}, lambda: done.append(1) or {"n": 1}, by=somebody, action="approve") for _ in "ab"]
    other = once(long + "e", {}, lambda: {"n": 2}, by=somebody, action="approve")

    assert (answers, other, done) == ([{"n": 1}] * 2, {"n": 2}, [1])
    assert IdempotencyKey.objects.count() == 2
