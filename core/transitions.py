"""A status changes only here: a transition acts on a set, one row is a set of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet

from core.actors import Actor
from core.commands import instant
from core.locking import lock
from core.permissions import Permission, permission


class Seen(NamedTuple):
    """A row as somebody saw it: what is approved is this version, and no other."""

    id: int
    version: int


class Refused(NamedTuple):
    """A row that did not move, and every reason."""

    id: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """What a transition did: ids that moved, rows that did not and why."""

    transition: Transition
    ids: tuple[int, ...] = ()
    refused: tuple[Refused, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ids)

    def __len__(self) -> int:
        return len(self.ids)


class Stateful(models.Model):
    """A row with a status. `state` is written by transitions alone, `version` counts every write to the row."""

    LOG: ClassVar[type[models.Model]]
    STATES: ClassVar[type[models.IntegerChoices]]

    state = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    @property
    def state_label(self) -> str:
        """The words on its tag."""
        return self.STATES(self.state).label

    @classmethod
    def after_move(cls, transition: Transition, ids: Sequence[int], by: Actor) -> None:
        """Called in the transaction of every move, with the rows that moved."""


class TransitionLog(models.Model):
    """One row is one move of one row: appended with the move, never changed. `by` is null for the portal itself."""

    COPIED: ClassVar[tuple[str, ...]] = ()

    at = models.DateTimeField()
    transition = models.CharField(max_length=40)
    from_state = models.PositiveSmallIntegerField(null=True)
    to_state = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    note = models.TextField(blank=True)

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Transition:
    """A named move from any of `sources` to `target`, by whoever the permission of that name does not refuse.

    `button` is the word on the screen, `done` the past participle in results ("approved").
    `stage` is the stage of a payment chain that the actor takes part in by it, if any.
    """

    name: str
    sources: frozenset[int]
    target: int
    permission: str
    button: str = ""
    done: str = ""
    needs_reason: bool = False
    stage: int | None = None

    @property
    def rule(self) -> Permission:
        return permission(self.permission)

    def apply(
        self,
        rows: QuerySet[Any],
        *,
        by: Actor,
        note: str = "",
        seen: Collection[Seen] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Moved:
        """Lock the rows in id order, judge them on a fresh snapshot, move and log those that may; say why not the rest.

        `seen` holds each row to the version its approver saw. `values` sets further columns with the move.
        Runs in the caller's transaction.
        """
        locked = lock(rows)
        model: type[Stateful] = rows.model
        judged = model._default_manager.filter(pk__any=locked, state__in=self.sources).filter(self.rule.allowed(by))
        moved = self._move(model, judged, by=by, note=note, seen=seen, values=values or {})
        if moved:
            model.after_move(self, moved, by)
        refused = self._refusals(model, set(locked) - set(moved), by, seen)
        missing = {row.id for row in seen or ()} - set(locked)
        gone = [Refused(id, ("It does not exist, or you may not see it.",)) for id in sorted(missing)]
        return Moved(self, tuple(moved), tuple(refused + gone))

    def apply_each(
        self,
        model: type[Stateful],
        relation: str,
        columns: Sequence[str] = (),
        *,
        by: Actor,
        note: str = "",
        params: Sequence[Any] = (),
        own_notes: bool = False,
    ) -> Moved:
        """The same for rows that a set-based command has judged: `relation` is SQL with `id` and `columns`, whose
        values are set with the move. Only rows in `sources` move; one that another transaction moved meanwhile does
        not, so the caller compares how many it expected. With `own_notes`, the relation's column `own_note` is what
        is noted of each row, after `note`."""
        sql = f"""
            WITH {self._each_moved(model, relation, columns, own_notes)}
            {self._log_insert(model.LOG, "concat(%s::text, m.own_note)" if own_notes else "%s")} RETURNING row_id"""
        ids = self._ids(sql, [*params, self.target, *self._log_params(by, note)])
        if ids:
            model.after_move(self, ids, by)
        return Moved(self, tuple(ids))

    def apply_totalled(
        self, model: type[Stateful], relation: str, columns: Sequence[str] = (), *, by: Actor, per: str, of: str
    ) -> dict[Any, tuple[int, Decimal]]:
        """The same for very many rows, in whose payment chains nobody takes part by it: value of column `per` -> how
        many moved, and the sum of column `of` as it then stands in them. Which they are stands in the log."""
        if self.stage is not None:
            raise ValueError(f"{self.name} is a stage of a payment chain: whose hand is in which row must be known.")
        sql = f"""
            WITH {self._each_moved(model, relation, columns)}, logged AS ({self._log_insert(model.LOG)})
            SELECT {per}, count(*), sum({of}) FROM moved GROUP BY 1"""
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.target, *self._log_params(by, "")])
            return {value: (count, total) for value, count, total in cursor.fetchall()}

    def _each_moved(self, model: type[Stateful], relation: str, columns: Sequence[str], own_notes: bool = False) -> str:
        """SQL: the rows `moved`, of those judged, in id order; a state they can only be in need not be looked up."""
        table, sources = model._meta.db_table, ", ".join(f"{state:d}" for state in sorted(self.sources))
        settings = "".join(f", {column} = r.{column}" for column in columns)
        state, joined = f"{sources}::smallint", ""
        if len(self.sources) > 1:
            state, joined = "t.state", f"JOIN {table} t USING (id) WHERE t.state IN ({sources})"
        return f"""
            judged AS MATERIALIZED (SELECT r.*, {state} AS from_state FROM ({relation}) r {joined} ORDER BY id),
            moved AS (UPDATE {table} t SET state = %s, version = t.version + 1{settings} FROM judged r
                      WHERE t.id = r.id AND t.state = r.from_state
                      RETURNING t.*, r.from_state{", r.own_note" if own_notes else ""})"""

    def _move(
        self, model: type[Stateful], judged: QuerySet[Any], *, by: Actor, note: str, seen: Collection[Seen] | None,
        values: Mapping[str, Any],
    ) -> list[int]:  # fmt: skip
        table = model._meta.db_table
        try:
            selected, selected_params = judged.order_by().values("pk", "state", "version").query.sql_with_params()
        except EmptyResultSet:  # nothing was locked, or nobody of this role may move anything: no SQL can be made of it
            return []
        columns = {name: field.column for field in model._meta.concrete_fields for name in (field.name, field.attname)}
        assigned = "".join(f", {columns[name]} = %s" for name in values)
        as_seen, seen_params = "", []
        if seen is not None:
            as_seen = "JOIN unnest(%s::bigint[], %s::int[]) AS s(id, version) USING (id, version)"
            seen_params = [[row.id for row in seen], [row.version for row in seen]]
        sql = f"""
            WITH permitted(id, from_state, version) AS ({selected}),
            judged AS (SELECT id, from_state FROM permitted {as_seen}),
            moved AS (UPDATE {table} t SET state = %s, version = t.version + 1{assigned} FROM judged j
                      WHERE t.id = j.id AND t.state = j.from_state RETURNING t.*, j.from_state)
            {self._log_insert(model.LOG)} RETURNING row_id"""
        params = [*selected_params, *seen_params, self.target, *values.values(), *self._log_params(by, note)]
        return self._ids(sql, params)

    def _log_insert(self, log: type[models.Model], note: str = "%s") -> str:
        copied: tuple[str, ...] = log.COPIED  # type: ignore[attr-defined]
        into = "".join(f", {column}" for column in copied)
        from_ = "".join(f", m.{column}" for column in copied)
        return f"""
            INSERT INTO {log._meta.db_table}
                (row_id, at, by_id, organisation_id, transition, from_state, to_state, version, note{into})
            SELECT m.id, %s, %s, %s, %s, m.from_state, m.state, m.version, {note}{from_}
            FROM moved m"""

    def _log_params(self, by: Actor, note: str) -> list[Any]:
        return [instant(), by.user_id, by.organisation_id, self.name, note]

    def _ids(self, sql: str, params: Sequence[Any]) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return [id for (id,) in cursor.fetchall()]

    def _refusals(
        self, model: type[Stateful], ids: Collection[int], by: Actor, seen: Collection[Seen] | None
    ) -> list[Refused]:
        if not ids:
            return []
        versions = {row.id: row.version for row in seen or ()}
        rows = model._default_manager.filter(pk__any=ids)
        not_permitted = self.rule.refusals_for(rows, by)
        refused = []
        for row in rows.order_by("pk"):
            reasons = list(not_permitted.get(row.pk, []))
            if row.state not in self.sources:
                reasons.append(f"It is {row.state_label}.")
            elif seen is not None and versions.get(row.pk) != row.version:
                reasons.append("It has changed since you saw it.")
            refused.append(Refused(row.pk, tuple(reasons)))
        return refused


@dataclass(frozen=True)
class Creation:
    """How a row comes to be: the first line of its history, and the state it starts in."""

    name: str
    target: int
    done: str = ""


def transition_table(transitions: Sequence[Transition]) -> dict[str, Transition]:
    """Transitions by name; each name once."""
    table = {transition.name: transition for transition in transitions}
    if len(table) != len(transitions):
        raise ValueError("A transition is named twice.")
    return table
