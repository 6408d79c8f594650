"""Locks in one order, on real connections."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection, transaction

from core.locking import lock, lock_ids, wait_for_locks_at_most
from organisations.models import Organisation
from tests.achievement.racing import at_once, meanwhile, overtaken
from tests.factories.organisations import MembershipFactory, NetworkFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def networks() -> list[int]:
    return sorted(NetworkFactory.create().pk for _ in range(3))


def locked_in_transaction(*ids: int, **how: bool) -> list[int]:
    with transaction.atomic():
        return lock_ids(Organisation, ids, **how)


def test_rows_are_locked_in_the_order_of_their_ids_however_they_are_named(networks):
    first, second, third = networks

    with transaction.atomic():
        assert lock_ids(Organisation, [third, first, third, second]) == networks
        assert lock(Organisation.objects.filter(pk__in=networks).order_by("-name")) == networks


def test_rows_that_are_not_there_are_not_locked(networks):
    with transaction.atomic():
        assert lock_ids(Organisation, [*networks, 987_654_321]) == networks
        assert lock_ids(Organisation, []) == []


def test_a_second_writer_waits_for_the_first(networks):
    answer = overtaken(lambda: locked_in_transaction(*networks), by=lambda: lock_ids(Organisation, networks[1:2]))

    assert answer == networks


def test_whoever_skips_what_is_locked_is_told_what_is_left(networks):
    with transaction.atomic():
        lock_ids(Organisation, networks[1:2])
        with meanwhile(lambda: locked_in_transaction(*networks, skip_locked=True)) as other:
            answer = other.result(10)

    assert answer == [networks[0], networks[2]]


def test_the_lock_does_not_stop_others_from_referring_to_the_row(networks):
    network = Organisation.objects.get(pk=networks[0])

    with transaction.atomic():
        lock_ids(Organisation, networks)
        with meanwhile(lambda: MembershipFactory.create(network=network).pk) as other:
            made = other.result(10)

    assert network.member_practices.get().pk == made


def test_many_lockers_of_the_same_rows_in_any_order_all_get_them(networks):
    orders = [networks, networks[::-1], networks[1:] + networks[:1], networks[::-1]]

    answers = at_once(*[lambda order=order: locked_in_transaction(*order) for order in orders])

    assert answers == [networks] * 4


def test_whoever_will_not_wait_long_gives_up_and_only_for_that_transaction(networks):
    def impatient() -> list[int]:
        with transaction.atomic():
            wait_for_locks_at_most(50)
            return lock_ids(Organisation, networks)

    with transaction.atomic():
        lock_ids(Organisation, networks[:1])
        with meanwhile(impatient) as other:
            error = other.exception(10)
    with transaction.atomic():
        wait_for_locks_at_most(50)

    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
    assert isinstance(error, OperationalError)
    assert "lock timeout" in str(error)
