"""How far a network is for a service and date: every expected practice, its line, and what is missing in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from achievement.models import PAID_ELSEWHERE_SQL, SETTLED_AS_NIL_SQL
from achievement.queries.expected import EXPECTED_LINES_SQL
from achievement.states import SETTLED_STATES, STANDING_STATES, NilState, State
from participation.states import COVERING

_IS_SETTLED = SETTLED_AS_NIL_SQL.format(row="e", practice="practice_id")
_IS_PAID = PAID_ELSEWHERE_SQL.format(row="e", practice="practice_id")
APPROVED = frozenset({State.AWAITING_NETWORK, State.AGGREGATED, State.AGGREGATED_COMPLETE})

_SETTLED = {
    NilState.SETTLED: "It counts as nil here, until it is resolved.",
    NilState.COMPLETE: "The total has finance approval without it: what is due for it is to be adjusted.",
}
"""How its nil settlement stands -> what is said of a line that counts as nil."""


@dataclass(frozen=True)
class MemberLine:
    """One practice that a network waits for, or that has a line in it."""

    practice_id: int
    code: str
    name: str
    expected: bool
    line_id: int | None
    version: int
    state: State | None
    amount: Decimal | None
    participates: bool
    nil_id: int | None = None
    nil_state: NilState | None = None
    is_paid_elsewhere: bool = False

    @property
    def is_approved(self) -> bool:
        return self.state in APPROVED

    @property
    def is_settled_as_nil(self) -> bool:
        return self.nil_state in SETTLED_STATES

    @property
    def is_ready(self) -> bool:
        """The network waits for it no more."""
        return self.is_approved or self.is_settled_as_nil or (self.is_paid_elsewhere and self.state is None)

    @property
    def holds_up(self) -> bool:
        """The network has no total because of it."""
        stands = self.expected or self.state is not None
        return stands and not self.is_ready

    @property
    def status(self) -> str:
        """The words on its tag: the line's state, or what there is instead of a line."""
        if self.is_settled_as_nil and self.nil_state is not None:
            return self.nil_state.label
        if self.state is not None:
            return self.state.label
        if self.is_paid_elsewhere:
            return "Paid through another PCN"
        return State.AWAITING_DATA.label if self.participates else "Not participating"

    @property
    def missing(self) -> str:
        """What is missing, in words; empty where nothing is."""
        if self.is_ready:
            return self._is_left_out
        proposed = " To settle it as nil awaits a second person." if self.nil_state == NilState.PROPOSED else ""
        return f"{self._lacks}{proposed}"

    @property
    def _is_left_out(self) -> str:
        if self.nil_state in _SETTLED:
            return _SETTLED[self.nil_state]
        if self.is_paid_elsewhere:
            return "It was paid for this date through another PCN: what is due here is to be adjusted."
        return ""

    @property
    def _lacks(self) -> str:
        if self.state is not None:
            return {State.HELD: "It was rejected and is held."}.get(self.state, "It awaits approval.")
        if self.participates:
            return "It has no list size, rate or figures for this date."
        return "No approved participation covers this date."


@dataclass(frozen=True)
class Readiness:
    """How many practices a network waits for, how many have a line, how many are approved, the pounds approved, and how
    many lines are settled as nil."""

    expected: int
    lines: int
    approved: int
    pounds: Decimal
    nil: int = 0

    @property
    def is_complete(self) -> bool:
        """Nothing is missing, and there is something to pay."""
        return self.approved > 0 and self.expected == self.approved + self.nil


def member_lines(service_id: int, achievement_date: date, network_id: int) -> list[MemberLine]:
    """Every expected practice and every line of a network, by practice name."""
    sql = f"""
        WITH k AS (SELECT %s::bigint AS service_id, %s::date AS achievement_date, %s::bigint AS network_id),
        expected AS ({EXPECTED_LINES_SQL.format(keys="k")}),
        lines AS (SELECT a.* FROM achievement_achievement a JOIN k USING (service_id, achievement_date, network_id)
                  WHERE a.state <> {State.WITHDRAWN:d})
        SELECT o.id, o.code, o.name, e.practice_id IS NOT NULL, l.id, coalesce(l.version, 0), l.state, l.amount,
               EXISTS (SELECT FROM participation_participation p
                       JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
                       JOIN k ON k.service_id = p.service_id AND k.network_id = p.network_id
                       WHERE p.provider_id = o.id AND p.state = ANY(%s) AND t.valid @> k.achievement_date),
               nil.id, nil.state, e.practice_id IS NOT NULL AND EXISTS ({_IS_PAID})
        FROM expected e FULL JOIN lines l ON l.provider_id = e.practice_id
        JOIN organisations_organisation o ON o.id = coalesce(e.practice_id, l.provider_id)
        LEFT JOIN (SELECT s.id, s.state, s.provider_id FROM achievement_nilsettlement s
                   JOIN k USING (service_id, achievement_date, network_id) WHERE s.state = ANY(%s)) nil
          ON nil.provider_id = o.id
        ORDER BY o.name, o.code"""
    covering, standing = [int(state) for state in COVERING], [int(state) for state in STANDING_STATES]
    rows = _rows(sql, [service_id, achievement_date, network_id, covering, standing])
    return [_member_line(*row) for row in rows]


def readiness_of(keys: Collection[tuple[int, date, int]]) -> dict[tuple[int, date, int], Readiness]:
    """(service id, achievement date, network id) -> how far it is; in one query however many."""
    columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], []]
    sql = f"""
        WITH k AS (
            SELECT * FROM unnest(%s::bigint[], %s::date[], %s::bigint[])
                AS k(service_id, achievement_date, network_id)),
        expected AS ({EXPECTED_LINES_SQL.format(keys="k")})
        SELECT k.service_id, k.achievement_date, k.network_id, count(e.practice_id),
               count(a.id) FILTER (WHERE a.state <> {State.WITHDRAWN:d}),
               count(a.id) FILTER (WHERE a.state = ANY(%s)),
               coalesce(sum(a.amount) FILTER (WHERE a.state = ANY(%s)), 0),
               count(e.practice_id) FILTER (WHERE EXISTS ({_IS_SETTLED}))
        FROM k LEFT JOIN (SELECT * FROM expected e WHERE NOT EXISTS ({_IS_PAID})) e
            USING (service_id, achievement_date, network_id)
        LEFT JOIN achievement_achievement a
            ON (a.service_id, a.achievement_date, a.network_id, a.provider_id)
             = (e.service_id, e.achievement_date, e.network_id, e.practice_id)
        GROUP BY 1, 2, 3"""
    approved = [int(state) for state in APPROVED]
    return {(row[0], row[1], row[2]): Readiness(*row[3:]) for row in _rows(sql, [*columns, approved, approved])}


def _member_line(
    practice_id: int, code: str, name: str, expected: bool, line_id: int | None, version: int, state: int | None,
    amount: Decimal | None, participates: bool, nil_id: int | None, nil_state: int | None,
    is_paid_elsewhere: bool,
) -> MemberLine:  # fmt: skip
    known, nil = State(state) if state is not None else None, NilState(nil_state) if nil_state is not None else None
    return MemberLine(
        practice_id, code, name, expected, line_id, version, known, amount, participates, nil_id, nil,
        is_paid_elsewhere,
    )  # fmt: skip


def _rows(sql: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()
