"""Every blocked line with its causes, in one statement; and the causes of many counted, without their lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction

from achievement.queries.causes import facts, staging
from achievement.queries.causes.scope import DAY_SQL, REQUIRED_SQL, Scope, columns_of, days_that_have_come
from achievement.queries.causes.staging import KEY, in_list
from achievement.queries.causes.twenty import FIRST_TO_LAST, Cause
from achievement.states import State
from core import clock


class Key(NamedTuple):
    """What a network's total is for."""

    service_id: int
    achievement_date: date
    network_id: int


@dataclass(frozen=True)
class BlockedLine:
    """What a network lacks for a key: the line of one practice, with its causes, what must be done first first.

    `practice_id` is None where nothing is lacking and the total has not been made: the network itself is concerned.
    """

    key: Key
    practice_id: int | None
    line_id: int | None
    version: int
    state: int | None
    amount: Decimal | None
    is_expected: bool
    commissioner_id: int | None
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Waiting:
    """One network, service and date that waits: members expected and ready, pounds approved and held, and its lines
    that are not ready."""

    key: Key
    expected: int
    ready: int
    held: Decimal
    lines: tuple[BlockedLine, ...]

    @property
    def causes(self) -> list[Cause]:
        """Each once, what must be done first first."""
        named = {cause for line in self.lines for cause in line.causes}
        return [cause for cause in FIRST_TO_LAST if cause in named]


def waiting(scope: Scope) -> list[Waiting]:
    """Every key of these networks that waits, by service, date and network, with every line that blocks it."""
    keys: dict[Key, tuple[int, int, Decimal]] = {}
    lines: dict[Key, list[BlockedLine]] = {}
    for row in _rows(scope, _LINES_SQL):
        key = Key(*row[:3])
        keys[key] = row[3:6]
        lines.setdefault(key, []).append(_line(key, row[6:]))
    return [Waiting(key, *keys[key], tuple(lines[key])) for key in keys]


def first_causes(scope: Scope) -> dict[Cause, int]:
    """Cause -> how many network totals wait for it, each counted under what must be done first; none is left out."""
    found: Counter[Cause] = Counter()
    for of_lead in first_causes_by_lead(scope).values():
        found.update(of_lead)
    return {cause: found[cause] for cause in FIRST_TO_LAST if cause in found}


def first_causes_by_lead(scope: Scope) -> dict[int | None, dict[Cause, int]]:
    """The same for each commissioning organisation that leads one of these networks today and has something to wait
    for, in one pass over all of them; None for networks that nobody leads."""
    found: dict[int | None, dict[Cause, int]] = {}
    for lead, number, total in _rows(scope, _COUNTS_SQL):
        found.setdefault(lead, {})[Cause(number)] = total
    return found


def _line(key: Key, row: tuple[Any, ...]) -> BlockedLine:
    practice, line, version, state, amount, expected, commissioner, causes = row
    named = tuple(Cause(number) for number in causes)
    return BlockedLine(key, practice, line, version or 0, state, amount, expected, commissioner, named)


def _rows(scope: Scope, final: str) -> list[tuple[Any, ...]]:
    """Run the steps, each into a temporary table with statistics, and a final statement over them.

    One statement of many parts was tried: without statistics on them it took minutes where this takes a second.
    """
    days, required = days_that_have_come(clock.today())
    params: dict[str, Any] = {**scope.params, **dict(columns_of(days)), "required": json.dumps(required)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('default_statistics_target', %s, true)", [SAMPLE])
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(name for name, _sql in _steps(scope))}")
        for name, sql in _steps(scope):
            cursor.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {sql}", params)
            cursor.execute(f"ANALYZE {name}{_ANALYSED.get(name, '')}")
        cursor.execute(final, params)
        return cursor.fetchall()


def _steps(scope: Scope) -> Iterator[tuple[str, str]]:
    yield "scope", scope.sql
    yield "day", DAY_SQL
    yield "required", REQUIRED_SQL
    yield "offered", staging.OFFERED
    yield "open_key", staging.open_keys(many=scope.networks is None)
    yield "lacking", staging.lacking(whole=scope.is_whole)
    yield from _STEPS


_STEPS = (
    ("waiting", staging.WAITING),
    ("ready", staging.READY),
    ("key_state", staging.KEY_STATE),
    ("blocked", staging.BLOCKED),
    ("missing", facts.MISSING),
    ("spell", facts.SPELL),
    ("gap", facts.GAP),
    ("covered", facts.COVERED),
    ("offer", facts.OFFERS),
    ("figures", facts.FIGURES),
    ("sized", facts.SIZED),
    ("overlap", facts.OVERLAP),
    ("doubt", facts.DOUBT),
    ("queued", facts.QUEUED),
    ("shard", facts.SHARD),
    ("acts", facts.ACTS),
    ("holder", facts.HOLDER),
    ("able", facts.ABLE),
    ("sent_back", facts.SENT_BACK),
    ("complete", staging.COMPLETE),
)

SAMPLE = "20"
"""How closely the steps' tables are looked at: a hundred, as usual, takes as long as the largest of the steps."""

_ANALYSED = {"ready": f" ({KEY})"}
"""Of the largest, the columns that it is joined by; the others would take as long as the step itself."""

_LACKS = "(b.is_expected AND NOT b.stands)"
_KNOWN = (State.AWAITING_PROVIDER, State.AWAITING_COMMISSIONER, State.HELD, State.AWAITING_NETWORK)
_ACTS = (State.AWAITING_PROVIDER, State.AWAITING_COMMISSIONER, State.HELD)
_NO_DATA = "f.submitted IS FALSE AND NOT f.begun AND NOT f.on_another_day"
_SHUT = "b.closes_on < %(today)s::date"
_OPEN = "(p.close_date < b.achievement_date) IS NOT TRUE"
"""The practice had not closed: after its last day it is due no line, so neither an offer nor a list would bring one."""

_HOLDS: Mapping[Cause, str] = {
    Cause.OFFERS_END: f"o.ended AND w.until <= b.achievement_date AND {_OPEN}",
    Cause.MEMBER_ENDS: f"o.ended AND w.until > b.achievement_date AND {_OPEN}",
    Cause.NEVER_OFFERED: f"NOT (o.ended OR o.later OR o.not_taken_up OR o.elsewhere) AND {_OPEN}",
    Cause.STARTS_LATE: f"o.later AND {_OPEN}",
    Cause.HANGS_ELSEWHERE: f"o.elsewhere AND {_OPEN}",
    Cause.NOT_TAKEN_UP: f"o.not_taken_up AND {_OPEN}",
    Cause.AWAITING_DATA: f"{_LACKS} AND o.practice_id IS NULL AND {_NO_DATA} AND {_SHUT} IS NOT TRUE",
    Cause.NOT_SUBMITTED: f"{_LACKS} AND f.submitted IS FALSE AND f.begun AND NOT f.information_only",
    Cause.INFORMATION_MISSING: f"{_LACKS} AND f.information_only",
    Cause.NO_PAYMENT_DATE: f"{_LACKS} AND f.submitted IS FALSE AND f.on_another_day",
    Cause.ENTRY_CLOSED: f"{_LACKS} AND f.submitted IS FALSE AND {_SHUT}",
    Cause.NO_FIGURE: f"{_LACKS} AND (NOT b.is_payable OR (b.list_kind IS NOT NULL AND z.practice_id IS NULL AND "
    f"{_OPEN}))",
    Cause.RECALCULATION: "q.network_id IS NOT NULL",
    Cause.DECLARATION: f"b.state = {State.AWAITING_PROVIDER:d} AND x.line_id IS NULL",
    Cause.COMMISSIONER: f"b.state = {State.AWAITING_COMMISSIONER:d} AND a.practice_id IS NOT NULL",
    Cause.HELD: f"b.state = {State.HELD:d} OR x.line_id IS NOT NULL",
    Cause.NOBODY: f"b.state IN ({in_list(_ACTS)}) AND a.practice_id IS NULL",
    Cause.ODS: f"{_LACKS} AND (t.practice_id IS NOT NULL OR v.practice_id IS NOT NULL"
    " OR (g.practice_id IS NOT NULL AND o.practice_id IS NOT NULL))",
    Cause.CLOSED: "least(p.close_date, n.close_date) < b.achievement_date"
    " OR (least(p.close_date, n.close_date) < %(today)s::date AND (b.state = "
    f"{State.AWAITING_PROVIDER:d} OR f.submitted IS FALSE OR o.unanswered))",
    Cause.UNKNOWN: f"b.has_total OR (b.stands AND b.state NOT IN ({in_list(_KNOWN)}))",
}
"""When each cause holds of a blocked line b: its offers o, figures f, list z, who can act a, and so on."""

_NAMED = "array_remove(ARRAY[{}]::int[], NULL)".format(
    ", ".join(f"CASE WHEN ({_HOLDS[cause]}) THEN {cause:d} END" for cause in FIRST_TO_LAST)
)
_DUE = "h.done_until IS NULL OR h.done_until < b.achievement_date"

_CLASSIFIED = f"""
    SELECT {KEY}, practice_id, line_id, version, state, amount, is_expected, commissioner_id,
           CASE WHEN causes <> '{{}}' THEN causes
                WHEN is_expected AND NOT stands AND is_due THEN ARRAY[{Cause.RECALCULATION:d}]
                ELSE ARRAY[{Cause.UNKNOWN:d}] END AS causes
    FROM (
        SELECT b.service_id, b.achievement_date, b.network_id, b.practice_id, b.line_id, b.version, b.state, b.amount,
               b.is_expected, b.stands, coalesce(b.commissioner_id, b.lead_id) AS commissioner_id,
               {_DUE} AS is_due, {_NAMED} AS causes
        FROM blocked b
        JOIN organisations_organisation p ON p.id = b.practice_id
        JOIN organisations_organisation n ON n.id = b.network_id
        LEFT JOIN offered w ON w.service_id = b.service_id AND w.network_id = b.network_id
        LEFT JOIN offer o ON (o.service_id, o.achievement_date, o.network_id, o.practice_id)
                           = (b.service_id, b.achievement_date, b.network_id, b.practice_id)
        LEFT JOIN figures f ON (f.service_id, f.achievement_date, f.network_id, f.practice_id)
                             = (b.service_id, b.achievement_date, b.network_id, b.practice_id)
        LEFT JOIN able a ON (a.service_id, a.achievement_date, a.network_id, a.practice_id)
                          = (b.service_id, b.achievement_date, b.network_id, b.practice_id)
        LEFT JOIN overlap v ON (v.service_id, v.achievement_date, v.network_id, v.practice_id)
                             = (b.service_id, b.achievement_date, b.network_id, b.practice_id)
        LEFT JOIN sized z ON (z.practice_id, z.list_kind, z.list_date) = (b.practice_id, b.list_kind, b.list_date)
        LEFT JOIN (SELECT DISTINCT practice_id FROM doubt) t ON t.practice_id = b.practice_id
        LEFT JOIN gap g ON g.practice_id = b.practice_id AND g.network_id = b.network_id
                       AND g.span @> b.achievement_date
        LEFT JOIN queued q ON q.network_id = b.network_id
        LEFT JOIN sent_back x ON x.line_id = b.line_id
        LEFT JOIN shard h ON h.commissioner_id = b.lead_id) judged
    UNION ALL
    SELECT {KEY}, NULL, NULL, NULL, NULL, NULL, true, lead_id, ARRAY[{Cause.RECALCULATION:d}] FROM complete"""

_LINES_SQL = f"""
    SELECT {KEY}, k.expected, k.ready, k.held, c.practice_id, c.line_id, c.version, c.state, c.amount,
           c.is_expected, c.commissioner_id, c.causes
    FROM ({_CLASSIFIED}) c JOIN key_state k USING ({KEY})
    ORDER BY {KEY}, c.practice_id"""

_ORDER = f"ARRAY[{', '.join(str(int(cause)) for cause in FIRST_TO_LAST)}]"

_COUNTS_SQL = f"""
    SELECT s.commissioner_id, ({_ORDER})[first], count(*)
    FROM (SELECT network_id, min(array_position({_ORDER}, c.causes[1])) AS first
          FROM ({_CLASSIFIED}) c GROUP BY {KEY}) of_key
    LEFT JOIN scope s USING (network_id) GROUP BY s.commissioner_id, first ORDER BY s.commissioner_id, first"""
