"""Dated facts on two clocks: when a fact is true (`valid`) and when we knew it (`recorded`). Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.db.transaction import TransactionManagementError

from core import clock
from core.commands import Running, within_command
from core.dates import last_day

NOW_BELIEVED = Q(recorded__upper_inf=True)
TICK = timedelta(microseconds=1)

Fact = TypeVar("Fact", bound="TwoClocked")
Key = tuple[Any, ...]
Row = dict[str, Any]


class TwoClockQuerySet(models.QuerySet[Fact]):
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
    keys: frozenset[Key]

    def __bool__(self) -> bool:
        return bool(self.closed or self.written)


def believe(
    model: type[TwoClocked], beliefs: Iterable[Belief], *, about: Collection[Mapping[str, Any]] | None = None
) -> Recorded:
    """Make `beliefs` the whole of what is now believed about their fact keys, and about the keys of `about`.

    Rows that say the same stay untouched; the others are closed at the command's instant, and what is new is
    written from it. A key of `about` without a belief ends up with none. The caller has locked the subjects, and is
    in a transaction. The instant is later than anything another command has recorded about the keys that change.
    Raises IntegrityError when two beliefs of one key share a day.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("Dated facts are recorded in a transaction: inside a command.")
    table = _Table(model)
    wanted = [table.row(belief) for belief in beliefs]
    keys = {table.key_of(row) for row in wanted} | {table.key_of_mapping(key) for key in about or ()}
    with within_command() as running:
        gone, new = table.no_longer_wanted(wanted, keys), table.not_yet_believed(wanted)
        changed = frozenset(gone.values()) | {table.key_of(row) for row in new}
        if changed:
            _be_later_than(table.last_recorded(changed, running), running)
            table.close(gone, running)
            table.write(new, running)
    return Recorded(len(gone), len(new), changed)


def _be_later_than(others: datetime | None, running: Running) -> None:
    """Move the command's one instant on where another command recorded later: time never runs backwards.

    What the command has recorded and closed so far moves with it, in every table.
    """
    before = running.taken_instant()
    if others is None or others < before:
        return
    running.instant = others + TICK
    with connection.cursor() as cursor:
        for name, ids in running.closed.items():
            cursor.execute(
                f"UPDATE {name} SET recorded = tstzrange(lower(recorded), %s)"
                " WHERE id = ANY(%s) AND upper(recorded) = %s",
                [running.instant, list(ids), before],
            )
        for name, ids in running.recorded.items():
            cursor.execute(
                f"UPDATE {name} SET recorded = tstzrange(%s, NULL) WHERE id = ANY(%s)", [running.instant, list(ids)]
            )


class _Table:
    """The statements of a correction, for one model: what goes, what is new; close, then insert."""

    def __init__(self, model: type[TwoClocked]) -> None:
        self.name = model._meta.db_table
        fields = {str(f.column): f for f in model._meta.concrete_fields if f.name not in ("id", "recorded")}
        self.columns = list(fields)
        self.attribute = {f.name: column for column, f in fields.items()} | {column: column for column in fields}
        self.key = [self.attribute[name] for name in model.FACT_KEY]
        self.types = {
            column: f.rel_db_type(connection) if f.is_relation else f.db_type(connection)
            for column, f in fields.items()
        }

    def row(self, belief: Belief) -> Row:
        said = {self.attribute[name]: value for name, value in {**belief.key, **belief.says}.items()}
        row = dict.fromkeys(self.columns) | said
        return {column: _plain(value) for column, value in row.items()} | {"valid": _range_text(belief.valid)}

    def key_of(self, row: Row) -> Key:
        return tuple(row[column] for column in self.key)

    def key_of_mapping(self, key: Mapping[str, Any]) -> Key:
        return self.key_of({self.attribute[name]: _plain(value) for name, value in key.items()})

    def relation(self, alias: str, columns: Sequence[str], *further: str) -> str:
        """Rows as arrays, one for each column: the planner sees how many there are, and joins large sets by hash.
        `further` columns are whole numbers."""
        arrays = [f"%s::{self.types[column]}[]" for column in columns] + ["%s::int[]"] * len(further)
        return f"unnest({', '.join(arrays)}) AS {alias}({', '.join([*columns, *further])})"

    def arrays(self, rows: Sequence[Row]) -> list[list[Any]]:
        """The parameters of a relation of all columns."""
        return [[row[column] for row in rows] for column in self.columns]

    def key_arrays(self, keys: Collection[Key]) -> list[list[Any]]:
        """The parameters of a relation of the key's columns."""
        return [[key[n] for key in keys] for n in range(len(self.key))]

    def same(self, left: str, right: str) -> str:
        """Two rows say the same; the key by equality, so that large sets are joined by hash."""
        said = [column for column in self.columns if column not in self.key]
        differs_in_none = " AND ".join(f"{left}.{column} IS NOT DISTINCT FROM {right}.{column}" for column in said)
        return f"{self.equal(self.key, left, right)} AND {differs_in_none}"

    def equal(self, columns: Sequence[str], left: str, right: str) -> str:
        return " AND ".join(f"{left}.{column} = {right}.{column}" for column in columns)

    def no_longer_wanted(self, wanted: list[Row], keys: Collection[Key]) -> dict[int, Key]:
        """Believed rows of these keys that are not wanted as they stand, locked: id -> fact key."""
        returned = ", ".join(f"t.{column}" for column in self.key)
        sql = f"""
            SELECT t.id, {returned} FROM {self.name} t
            JOIN {self.relation("k", self.key)} ON {self.equal(self.key, "t", "k")}
            WHERE upper_inf(t.recorded) AND NOT EXISTS (
                SELECT FROM {self.relation("w", self.columns)} WHERE {self.same("w", "t")})
            ORDER BY t.id FOR NO KEY UPDATE OF t"""
        with connection.cursor() as cursor:
            cursor.execute(sql, [*self.key_arrays(keys), *self.arrays(wanted)])
            return {id: tuple(_plain(part) for part in key) for id, *key in cursor.fetchall()}

    def not_yet_believed(self, wanted: list[Row]) -> list[Row]:
        """The wanted rows that nothing now believed says already."""
        sql = f"""
            SELECT w.n FROM {self.relation("w", self.columns, "n")}
            WHERE NOT EXISTS (SELECT FROM {self.name} t WHERE upper_inf(t.recorded) AND {self.same("t", "w")})
            ORDER BY w.n"""
        with connection.cursor() as cursor:
            cursor.execute(sql, [*self.arrays(wanted), list(range(len(wanted)))])
            return [wanted[n] for (n,) in cursor.fetchall()]

    def last_recorded(self, keys: Collection[Key], running: Running) -> datetime | None:
        """The latest instant at which another command began or ended a belief about these keys."""
        sql = f"""
            SELECT max(CASE WHEN t.id = ANY(%s) THEN lower(t.recorded)
                            ELSE greatest(lower(t.recorded), upper(t.recorded)) END)
            FROM {self.name} t JOIN {self.relation("k", self.key)} ON {self.equal(self.key, "t", "k")}
            WHERE t.id <> ALL(%s)"""
        mine = [list(running.closed[self.name]), list(running.recorded[self.name])]
        with connection.cursor() as cursor:
            cursor.execute(sql, [mine[0], *self.key_arrays(keys), mine[1]])
            return cursor.fetchone()[0]

    def close(self, gone: Collection[int], running: Running) -> None:
        """Close rows at the instant; those this very command wrote were never believed, and collapse."""
        mine = running.recorded[self.name] & set(gone)
        others = set(gone) - mine
        with connection.cursor() as cursor:
            if mine:
                cursor.execute(f"DELETE FROM {self.name} WHERE id = ANY(%s)", [list(mine)])
            if others:
                cursor.execute(
                    f"UPDATE {self.name} SET recorded = tstzrange(lower(recorded), %s) WHERE id = ANY(%s)",
                    [running.instant, list(others)],
                )
        running.closed[self.name] |= others

    def write(self, new: list[Row], running: Running) -> None:
        """Insert what is new, believed from the instant."""
        if not new:
            return
        columns = ", ".join(self.columns)
        sql = f"""
            INSERT INTO {self.name} ({columns}, recorded)
            SELECT {columns}, tstzrange(%s, NULL) FROM {self.relation("w", self.columns)}
            RETURNING id"""
        with connection.cursor() as cursor:
            cursor.execute(sql, [running.instant, *self.arrays(new)])
            running.recorded[self.name] |= {id for (id,) in cursor.fetchall()}


def _plain(value: Any) -> Any:
    """A value as an array carries it to PostgreSQL; a model instance is its id."""
    if isinstance(value, models.Model):
        return value.pk
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _range_text(span: DateRange) -> str:
    if span.isempty:
        return "empty"
    return f"{'[' if span.lower_inc else '('}{span.lower or ''},{span.upper or ''}{']' if span.upper_inc else ')'}"
