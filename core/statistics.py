"""The planner's picture of tables after a large write: autovacuum draws it too, but minutes later."""

from __future__ import annotations

from functools import partial

from django.db import connection, models, transaction

LARGE, PART = 1_000, 0.05
"""Rows in one write from which it is worth it: a plan made for an empty table is a hundred times too slow by then. And
the part of the table that they must be: a month more of years does not change a plan, and to look costs a second."""


def refresh_statistics(*of: type[models.Model]) -> None:
    """Have these tables analysed once this transaction has committed, those of them in which much has changed since
    they last were; in it, the lock would be held until its end."""
    transaction.on_commit(partial(_analyse, [model._meta.db_table for model in of]), robust=True)


def _analyse(tables: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")  # what this session has just written counts, too
        cursor.execute(
            """SELECT relname FROM pg_stat_user_tables
               WHERE relname = ANY(%s) AND n_mod_since_analyze >= greatest(%s, n_live_tup * %s) ORDER BY relname""",
            [tables, LARGE, PART],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
