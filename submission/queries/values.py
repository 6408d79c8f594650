"""The submitted values that count: the latest of each field, now or as recorded at an instant."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from core import clock
from submission.changes import Key
from submission.formats import Path, Value
from submission.models import IndicatorValue, Submission
from submission.states import Source


class SubmittedValue(NamedTuple):
    """A value that counts: the id of its row, when it was submitted, by whom, and how it came."""

    id: int
    value: Value
    submitted_at: datetime
    by_id: int | None
    source: Source


def values_of(
    service_id: int, achievement_date: date, provider_id: int, known_at: date | datetime | None = None
) -> dict[Path, SubmittedValue]:
    """Path -> the value that counts, for one service, date and provider; of `known_at` a day means its end."""
    key = Key(service_id, achievement_date, provider_id)
    return values_for([key], known_at).get(key, {})


def values_for(
    keys: Collection[tuple[int, date, int]], known_at: date | datetime | None = None
) -> dict[Key, dict[Path, SubmittedValue]]:
    """The same for many keys (service id, achievement date, provider id), in one query; keys without values are left
    out."""
    columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], []]
    moments = [] if known_at is None else [_moment(known_at)]
    sql = f"""
        SELECT DISTINCT ON (v.submission_id, v.path)
               s.service_id, s.achievement_date, s.provider_id, v.path, v.id, v.value::text, v.submitted_at, v.by_id,
               v.source
        FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) AS k(service_id, achievement_date, provider_id)
        JOIN {Submission._meta.db_table} s USING (service_id, achievement_date, provider_id)
        JOIN {IndicatorValue._meta.db_table} v ON v.submission_id = s.id{" AND v.submitted_at <= %s" if moments else ""}
        ORDER BY v.submission_id, v.path, v.id DESC"""
    found: dict[Key, dict[Path, SubmittedValue]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [*columns, *moments])
        for service, day, provider, path, id, value, at, by_id, source in cursor.fetchall():
            submitted = SubmittedValue(id, json.loads(value), at, by_id, Source(source))
            found.setdefault(Key(service, day, provider), {})[tuple(path)] = submitted
    return found


def _moment(known_at: date | datetime) -> datetime:
    return known_at if isinstance(known_at, datetime) else clock.end_of(known_at)
