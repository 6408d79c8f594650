"""One of many ids, as one array."""

from __future__ import annotations

import pytest

from core.locking import lock_ids
from organisations.models import Organisation
from tests.factories.organisations import PracticeFactory

pytestmark = pytest.mark.django_db


def test_any_finds_what_in_finds(django_assert_num_queries):
    some = {PracticeFactory.create().pk, PracticeFactory.create().pk}
    PracticeFactory.create()

    with django_assert_num_queries(1):
        found = set(Organisation.objects.filter(pk__any=some).values_list("pk", flat=True))

    assert found == some


def test_one_of_none_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        found = list(Organisation.objects.filter(pk__any=[]))
        locked = lock_ids(Organisation, [])

    assert (found, locked) == ([], [])
