"""Dated facts on two clocks: when a fact is true (`valid`) and when we knew it (`recorded`). Nothing is overwritten."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from core import clock
from core.commands import Running, within_command
from core.dates import last_day

NOW_BELIEVED = Q(recorded__upper_inf=True)
TICK = timedelta(microseconds=1)


class TwoClockQuerySet(models.QuerySet["TwoClocked"]):
    """Reads of dated facts."""

    def known(self, known_at: date | datetime | None = None) -> Self:
        """Facts as believed at an instant; a date means the end of that day in London, None means now."""
        if known_at is None:
            return self.filter(NOW_BELIEVED)
        moment = known_at if isinstance(known_at, datetime) else clock.end_of(known_at)
        return self.filter(recorded__contains=moment)

    def as_of(self, day: date, known_at: date | datetime | None = None) -> Self:
        """Facts true on a day, as believed at an instant."""
        return self.known(known_at).filter(valid__contains=day)


class TwoClocked(models.Model):
    """One row is one belief: that a fact held on the days of `valid`, held by us during `recorded`.

    A subclass names its `FACT_KEY`, the columns that say what the fact is about, and adds
    `believed_once(...)` to its constraints; its other columns are what the fact says.
    """

    FACT_KEY: ClassVar[tuple[str, ...]]

    valid = DateRangeField()
    recorded = DateTimeRangeField()

    objects = TwoClockQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def start_date(self) -> date | None:
        return self.valid.lower

    @property
    def end_date(self) -> date | None:
        """The last day, inclusive; None while open."""
        return last_day(self.valid)


def believed_once(name: str, *key: str) -> ExclusionConstraint:
    """Among rows now believed, no two of one fact key share a day."""
    return ExclusionConstraint(
        name=name,
        expressions=[*((column, RangeOperators.EQUAL) for column in key), ("valid", RangeOperators.OVERLAPS)],
        condition=NOW_BELIEVED,
    )


@dataclass(frozen=True)
class Belief:
    """What is to be believed: a fact key, the days it holds, and what it says (column -> value)."""

    key: Mapping[str, Any]
    valid: DateRange
    says: Mapping[str, Any]


@dataclass(frozen=True)
class Recorded:
    """What a correction did: rows closed and rows written, and the fact keys that changed."""

    closed: int
    written: int
    keys: frozenset[tuple[Any, ...]]

    def __bool__(self) -> bool:
        return bool(self.closed or self.written)


def believe(
    model: type[TwoClocked], beliefs: Iterable[Belief], *, about: Collection[Mapping[str, Any]] | None = None
) -> Recorded:
    """Make `beliefs` the whole of what is now believed about their fact keys, and about the keys of `about`.

    Rows that say the same stay untouched; the others are closed at the command's instant, and what is new is
    written from it. A key of `about` without a belief ends up with none. The caller has locked the subjects.
    Raises IntegrityError when two beliefs of one key share a day.
    """
    table = _Table(model)
    wanted = [table.row(belief) for belief in beliefs]
    keys = {table.key_of(row) for row in wanted} | {table.key_of_mapping(key) for key in about or ()}
    with within_command() as running:
        gone = table.rows_no_longer_wanted(wanted, keys)
        instant = table.instant_after(gone, running)
        closed = table.close(gone, instant, running)
        written = table.write(wanted, instant, running)
    return Recorded(len(closed), len(written), frozenset([*closed, *written]))


class _Table:
    """The two statements of a correction, for one model: close, then insert."""

    def __init__(self, model: type[TwoClocked]) -> None:
        self.name = model._meta.db_table
        fields = {f.name: f for f in model._meta.concrete_fields if f.name not in ("id", "recorded")}
        self.key = [fields[name].column for name in model.FACT_KEY]
        self.columns = [f.column for f in fields.values()]
        self.types = {f.column: f.rel_db_type(connection) if f.is_relation else f.db_type(connection) for f in fields.values()}
        self.attribute = {f.name: f.column for f in fields.values()} | {f.column: f.column for f in fields.values()}

    def row(self, belief: Belief) -> dict[str, Any]:
        said = {self.attribute[name]: value for name, value in {**belief.key, **belief.says}.items()}
        row = {column: None for column in self.columns} | said
        return {column: _plain(value) for column, value in row.items()} | {"valid": _range_text(belief.valid)}

    def key_of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row[column] for column in self.key)

    def key_of_mapping(self, key: Mapping[str, Any]) -> tuple[Any, ...]:
        return self.key_of({self.attribute[name]: _plain(value) for name, value in key.items()})

    def recordset(self, alias: str, columns: Sequence[str]) -> str:
        typed = ", ".join(f"{column} {self.types[column]}" for column in columns)
        return f"jsonb_to_recordset(%s::jsonb) AS {alias}({typed})"

    def same(self, left: str, right: str) -> str:
        """Two rows say the same; the key by equality, so that large sets are joined by hash."""
        said = [column for column in self.columns if column not in self.key]
        differs_in_none = " AND ".join(f"{left}.{column} IS NOT DISTINCT FROM {right}.{column}" for column in said)
        return f"{self.equal(self.key, left, right)} AND {differs_in_none}"

    def equal(self, columns: Sequence[str], left: str, right: str) -> str:
        return " AND ".join(f"{left}.{column} = {right}.{column}" for column in columns)

    def rows_no_longer_wanted(self, wanted: list[dict[str, Any]], keys: set[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """(id, lower(recorded), *key) of believed rows of these keys that are not wanted as they stand."""
        about = [dict(zip(self.key, key, strict=True)) for key in keys]
        returned = ", ".join(f"t.{column}" for column in self.key)
        sql = f"""
            SELECT t.id, lower(t.recorded), {returned} FROM {self.name} t
            JOIN {self.recordset("k", self.key)} ON {self.equal(self.key, "t", "k")}
            WHERE upper_inf(t.recorded) AND NOT EXISTS (
                SELECT FROM {self.recordset("w", self.columns)} WHERE {self.same("w", "t")})
            ORDER BY t.id FOR NO KEY UPDATE OF t"""
        with connection.cursor() as cursor:
            cursor.execute(sql, [json.dumps(about), json.dumps(wanted)])
            return cursor.fetchall()

    def instant_after(self, gone: list[tuple[Any, ...]], running: Running) -> datetime:
        """The command's instant, moved on where another command recorded later: time never runs backwards."""
        mine = running.recorded[self.name]
        others = [recorded_from for id, recorded_from, *_ in gone if id not in mine]
        instant = running.taken_instant()
        if others and max(others) >= instant:
            instant = max(others) + TICK
            running.instant = instant
        return instant

    def close(self, gone: list[tuple[Any, ...]], instant: datetime, running: Running) -> list[tuple[Any, ...]]:
        """Close rows at the instant; those this very command wrote were never believed, and collapse."""
        mine = running.recorded[self.name]
        ids = [id for id, *_ in gone]
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.name} WHERE id = ANY(%s)", [[id for id in ids if id in mine]])
            cursor.execute(
                f"UPDATE {self.name} SET recorded = tstzrange(lower(recorded), %s) WHERE id = ANY(%s)",
                [instant, [id for id in ids if id not in mine]],
            )
        return [tuple(_plain(part) for part in key) for _id, _recorded_from, *key in gone]

    def write(self, wanted: list[dict[str, Any]], instant: datetime, running: Running) -> list[tuple[Any, ...]]:
        """Insert what is wanted and not yet believed."""
        columns = ", ".join(self.columns)
        sql = f"""
            INSERT INTO {self.name} ({columns}, recorded)
            SELECT {columns}, tstzrange(%s, NULL) FROM {self.recordset("w", self.columns)}
            WHERE NOT EXISTS (SELECT FROM {self.name} t
                WHERE upper_inf(t.recorded) AND {self.same("t", "w")})
            RETURNING id, {", ".join(self.key)}"""
        with connection.cursor() as cursor:
            cursor.execute(sql, [instant, json.dumps(wanted)])
            rows = cursor.fetchall()
        running.recorded[self.name] |= {id for id, *_ in rows}
        return [tuple(_plain(part) for part in key) for _id, *key in rows]


def _plain(value: Any) -> Any:
    """A value as JSON carries it to PostgreSQL; a model instance is its id."""
    if isinstance(value, models.Model):
        return value.pk
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _range_text(span: DateRange) -> str:
    if span.isempty:
        return "empty"
    return f"[{span.lower or ''},{span.upper or ''})"
