"""Corrections of one subject at once: each is remembered, and each records after what it waited for."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from core.actors import SYSTEM, Actor
from core.commands import command, instant
from core.locking import lock_ids
from core.two_clocks import Belief, believe
from organisations.models import Organisation, Payee
from tests.core.correcting import DAYS
from tests.factories.organisations import (
    NetworkFactory,
    PracticeFactory,
)


@command
def nominate_late(
    network: Organisation, payee: Organisation, locked: threading.Event, go: threading.Event, *, by: Actor
) -> None:
    """Locks first, then waits with its transaction open, then records."""
    lock_ids(Organisation, [network.pk])
    locked.set()
    assert go.wait(10)
    believe(Payee, [Belief({"network": network}, DateRange(DAYS[0], None), {"payee": payee})])


@command
def nominate_with_an_early_instant(
    network: Organisation, payee: Organisation, taken: threading.Event, go: threading.Event, *, by: Actor
) -> None:
    """Takes its instant before it has its lock: what a command that corrects two subjects may do with the second."""
    instant()
    taken.set()
    assert go.wait(10)
    lock_ids(Organisation, [network.pk])
    believe(Payee, [Belief({"network": network}, DateRange(DAYS[0], None), {"payee": payee})])


def in_a_thread(work):
    """Run work in a thread with a connection of its own; its error is raised by join()."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()

    def join() -> None:
        thread.join(20)
        assert not thread.is_alive()
        if errors:
            raise errors[0]

    return join


def histories(network: Organisation) -> list[tuple[int, datetime, datetime | None]]:
    rows = Payee.objects.filter(network=network).order_by("recorded")
    return [(row.payee_id, row.recorded.lower, row.recorded.upper) for row in rows]


@pytest.mark.django_db(transaction=True)
def test_a_correction_that_waits_for_an_open_one_records_after_it():
    network, first, second = NetworkFactory(), PracticeFactory(), PracticeFactory()
    locked, go = threading.Event(), threading.Event()
    open_one = in_a_thread(lambda: nominate_late(network, first, locked, go, by=SYSTEM))
    assert locked.wait(10)
    waiting = in_a_thread(lambda: nominate_late(network, second, threading.Event(), go, by=SYSTEM))

    go.set()
    open_one()
    waiting()

    (a, a_from, a_until), (b, b_from, b_until) = histories(network)
    assert (a, b) == (first.pk, second.pk)
    assert a_from < a_until == b_from
    assert b_until is None


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_with_an_instant_taken_early_records_after_what_was_committed_meanwhile():
    network, first, second = NetworkFactory(), PracticeFactory(), PracticeFactory()
    taken, go = threading.Event(), threading.Event()
    late = in_a_thread(lambda: nominate_with_an_early_instant(network, second, taken, go, by=SYSTEM))
    assert taken.wait(10)
    ready = threading.Event()
    ready.set()
    nominate_late(network, first, threading.Event(), ready, by=SYSTEM)

    go.set()
    late()

    (a, a_from, a_until), (b, b_from, b_until) = histories(network)
    assert (a, b) == (first.pk, second.pk)
    assert a_from < a_until == b_from
    assert b_until is None


@pytest.mark.django_db(transaction=True)
def test_of_many_corrections_at_once_each_is_remembered_and_none_clashes():
    network, payees = NetworkFactory(), [PracticeFactory() for _ in range(6)]
    go = threading.Event()
    joins = [
        in_a_thread(lambda payee=payee: nominate_late(network, payee, threading.Event(), go, by=SYSTEM))
        for payee in payees
    ]

    go.set()
    for join in joins:
        join()

    history = histories(network)
    assert {payee for payee, _from, _until in history} == {payee.pk for payee in payees}
    assert [until for _payee, _from, until in history] == [from_ for _payee, from_, _until in history[1:]] + [None]
