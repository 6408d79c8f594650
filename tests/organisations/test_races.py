"""Corrections of the same facts at once, from two connections."""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import date

import pytest
from django.db import connection

from core import changes
from core.actors import SYSTEM
from organisations import commands
from organisations.commands import Spell
from organisations.models import ListKind, ListSize, Membership
from tests.factories.organisations import MembershipFactory, NetworkFactory, PracticeFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _handlers_away(monkeypatch):
    monkeypatch.setattr(changes, "_handlers", defaultdict(list))


def at_once(*works):
    """Run each in a thread with a connection of its own, started together; the errors they met."""
    barrier, errors = threading.Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait(10)
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def test_sets_that_overlap_are_corrected_one_after_the_other_without_a_deadlock():
    practices, networks = [PracticeFactory() for _ in range(6)], [NetworkFactory() for _ in range(3)]
    pairs = [(practice.pk, networks[n % 3].pk) for n, practice in enumerate(practices)]
    first = {pair: [Spell(date(2021, 4, 1))] for pair in pairs}
    second = {pair: [Spell(date(2021, 9, 16))] for pair in reversed(pairs)}

    for _ in range(5):
        errors = at_once(
            lambda: commands.correct_memberships(first, by=SYSTEM),
            lambda: commands.correct_memberships(second, by=SYSTEM),
        )

        assert errors == []
        assert len({row.start_date for row in Membership.objects.known()}) == 1
    assert Membership.objects.known().count() == len(pairs)


def test_list_sizes_of_two_days_set_at_once_are_both_kept():
    practice = PracticeFactory()
    days = (date(2020, 1, 1), date(2021, 1, 1))

    errors = at_once(
        *(lambda day=day: commands.set_list_sizes(ListKind.CRP, day, {practice: 1000}, by=SYSTEM) for day in days)
    )

    assert errors == []
    assert {row.start_date for row in ListSize.objects.known()} == set(days)


def test_a_membership_ended_by_two_at_once_ends_once_and_the_other_is_told():
    membership = MembershipFactory()
    practice, network = membership.practice, membership.network
    ends = (date(2021, 10, 31), date(2021, 11, 30))

    errors = at_once(*(lambda end=end: commands.end_membership(practice, network, end, by=SYSTEM) for end in ends))

    known = Membership.objects.known().get()
    assert known.end_date in ends
    assert len(errors) <= 1
    assert Membership.objects.count() == 3 - len(errors)
