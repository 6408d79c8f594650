"""Tables are analysed after a large write, and not again while nothing much has changed."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from core.statistics import LARGE, refresh_statistics
from organisations.models import Kind, Organisation

pytestmark = pytest.mark.django_db(transaction=True)


def analysed() -> int:
    """How often the table was, by hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT analyze_count FROM pg_stat_user_tables WHERE relname = 'organisations_organisation'")
        return int(cursor.fetchone()[0])


def write(first: int, many: int) -> None:
    """So many organisations, and the wish to have them known to the planner, in one transaction."""
    with transaction.atomic():
        Organisation.objects.bulk_create(
            Organisation(code=f"V{first + n:06d}", name="Somebody", kind=Kind.PRACTICE) for n in range(many)
        )
        refresh_statistics(Organisation)


def test_a_table_is_analysed_after_a_large_write_and_left_alone_after_a_small_one():
    write(0, LARGE)
    before = analysed()

    write(LARGE, 10)
    after_a_few = analysed()
    write(2 * LARGE, LARGE)

    assert (after_a_few - before, analysed() - before) == (0, 1)
