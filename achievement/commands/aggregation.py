"""Networks whose every expected line is approved become a total: one function for the overnight run and for at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from achievement.models import (
    PAID_ELSEWHERE_SQL,
    SETTLED_AS_NIL_SQL,
    Achievement,
    NetworkAchievement,
    NetworkAchievementChange,
)
from achievement.queries.expected import EXPECTED_LINES_SQL
from achievement.rules import networks_to_work_out
from achievement.states import AGGREGATE_LINE, NETWORK_AGGREGATED, State
from core.actors import Actor
from core.changes import Effect
from core.commands import command, instant
from core.locking import lock_ids
from organisations.models import Organisation


class NetworkKey(NamedTuple):
    """What a network's total is for."""

    service_id: int
    achievement_date: date
    network_id: int

    @classmethod
    def from_plain(cls, plain: Sequence[Any]) -> NetworkKey:
        """From what JSON carries."""
        return cls(int(plain[0]), date.fromisoformat(plain[1]), int(plain[2]))

    def plain(self) -> tuple[int, str, int]:
        return (self.service_id, self.achievement_date.isoformat(), self.network_id)


class AggregationDiffers(Exception):
    """What moved is not what was counted: somebody moved a line meanwhile. Nothing was written; try again."""


@dataclass(frozen=True)
class Aggregated:
    """What an aggregation did: totals made, lines moved, pounds; and the networks skipped because they were locked."""

    networks: int = 0
    lines: int = 0
    pounds: Decimal = Decimal(0)
    skipped: frozenset[int] = frozenset()

    def effects(self) -> list[Effect]:
        if not self.networks:
            return []
        sentence = f"{self.networks:,} network totals aggregated from {self.lines:,} lines."
        return [Effect("aggregated", sentence, self.networks, self.pounds)]


@command
def aggregate_networks(
    *,
    by: Actor,
    commissioner: Organisation | int | None = None,
    keys: Collection[NetworkKey] | None = None,
    skip_locked: bool = False,
) -> Aggregated:
    """Aggregate every complete network of a commissioner, or of the keys given.

    Complete: every expected practice has an approved line, and nobody else has; a line that is settled as nil is left
    out, as if it were £0.00, and so is who was paid for the date through another network. Lines move, totals and the
    change log are written, and counts and sums are compared, in one transaction; on any difference AggregationDiffers
    rolls all of it back. With `skip_locked`, networks that somebody works on are left out and named in the answer.
    Networks still to be worked out anew are left out too: that work asks for their aggregation when it is done.
    """
    wanted = _networks_in_scope(commissioner, keys)
    locked = lock_ids(Organisation, wanted, skip_locked=skip_locked)
    skipped, to_work_out = frozenset(wanted) - frozenset(locked), networks_to_work_out()
    locked = [id for id in locked if id not in to_work_out]
    if not locked:
        return Aggregated(skipped=skipped)
    _stage_open(locked, commissioner, keys)
    _stage_ready()
    made = _insert_totals(by)
    moved = AGGREGATE_LINE.apply_totalled(Achievement, READY_LINES, (ITS_TOTAL,), by=by, per=ITS_TOTAL, of="amount")
    lines, pounds = _compare(made, moved)
    return Aggregated(len(made), lines, pounds, skipped)


KEY = ", ".join(NetworkKey._fields)

Totals = Mapping[int, tuple[int, Decimal]]
"""Id of a network achievement -> how many lines, and their sum."""

ITS_TOTAL = "network_achievement_id"
READY_LINES = f"""
    SELECT l.id, n.id AS network_achievement_id
    FROM ready_network r
    JOIN achievement_networkachievement n USING (service_id, achievement_date, network_id)
    JOIN open_line l USING (service_id, achievement_date, network_id)
    WHERE n.state <> {State.WITHDRAWN:d}"""


def _networks_in_scope(commissioner: Organisation | int | None, keys: Collection[NetworkKey] | None) -> set[int]:
    if keys is not None:
        return {key.network_id for key in keys}
    rows = Achievement.objects.in_state(State.AWAITING_NETWORK).filter(commissioner=commissioner)
    return set(rows.order_by().values_list("network_id", flat=True).distinct())


def _stage_open(
    locked: list[int], commissioner: Organisation | int | None, keys: Collection[NetworkKey] | None
) -> None:
    """Temporary tables `open_line`: the approved lines, read once; and `open_network`: their keys, count and sum."""
    scope, params = _scope(locked, commissioner, keys)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS open_line, open_network, approved_network, ready_network")
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE open_line ON COMMIT DROP AS
            SELECT a.id, a.service_id, a.achievement_date, a.network_id, a.provider_id, a.commissioner_id, a.amount
            FROM achievement_achievement a
            WHERE a.state = {State.AWAITING_NETWORK:d} AND {scope}""",
            params,
        )
        cursor.execute(
            """
            CREATE TEMPORARY TABLE open_network ON COMMIT DROP AS
            SELECT service_id, achievement_date, network_id, max(commissioner_id) AS commissioner_id,
                   count(*) AS lines, sum(amount) AS amount
            FROM open_line GROUP BY 1, 2, 3"""
        )
        cursor.execute(f"ANALYZE open_line ({KEY}, provider_id), open_network ({KEY})")


def _scope(
    locked: list[int], commissioner: Organisation | int | None, keys: Collection[NetworkKey] | None
) -> tuple[str, list[Any]]:
    if keys is None:
        commissioner_id = commissioner.pk if isinstance(commissioner, Organisation) else commissioner
        return "a.commissioner_id = %s AND a.network_id = ANY(%s)", [commissioner_id, locked]
    within = [key for key in keys if key.network_id in set(locked)]
    columns = [list(column) for column in zip(*within, strict=True)] or [[], [], []]
    return (
        "(a.service_id, a.achievement_date, a.network_id)"
        " IN (SELECT * FROM unnest(%s::bigint[], %s::date[], %s::bigint[]))",
        columns,
    )


def _stage_ready() -> None:
    """Temporary table `ready_network`: open keys whose approved lines are exactly those expected, and no total yet.

    Who is expected is asked only of keys without another line that stands in the way: nearly all that wait have one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE approved_network ON COMMIT DROP AS
            SELECT o.* FROM open_network o
            WHERE NOT EXISTS (SELECT FROM achievement_achievement other
                WHERE (other.service_id, other.achievement_date, other.network_id)
                    = (o.service_id, o.achievement_date, o.network_id)
                  AND other.state NOT IN ({State.AWAITING_NETWORK:d}, {State.WITHDRAWN:d})
                  AND NOT EXISTS ({SETTLED_AS_NIL_SQL.format(row="other", practice="provider_id")}))
              AND NOT EXISTS (SELECT FROM achievement_networkachievement n
                WHERE (n.service_id, n.achievement_date, n.network_id)
                    = (o.service_id, o.achievement_date, o.network_id) AND n.state <> {State.WITHDRAWN:d})"""
        )
        cursor.execute(f"ANALYZE approved_network ({KEY})")
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE ready_network ON COMMIT DROP AS
            WITH expected AS ({EXPECTED_LINES_SQL.format(keys="approved_network")}),
            complete AS (
                SELECT e.service_id, e.achievement_date, e.network_id, count(*) AS lines
                FROM expected e
                LEFT JOIN open_line l
                    ON (l.service_id, l.achievement_date, l.network_id, l.provider_id)
                     = (e.service_id, e.achievement_date, e.network_id, e.practice_id)
                WHERE NOT EXISTS ({SETTLED_AS_NIL_SQL.format(row="e", practice="practice_id")})
                  AND NOT EXISTS ({PAID_ELSEWHERE_SQL.format(row="e", practice="practice_id")})
                GROUP BY 1, 2, 3 HAVING count(*) = count(l.id))
            SELECT o.* FROM approved_network o JOIN complete c USING (service_id, achievement_date, network_id)
            WHERE c.lines = o.lines"""
        )
        cursor.execute(f"ANALYZE ready_network ({KEY})")


def _insert_totals(by: Actor) -> Totals:
    """Write the totals and their change rows; answer them."""
    table, log = NetworkAchievement._meta.db_table, NetworkAchievementChange._meta.db_table
    creation, at = NETWORK_AGGREGATED, instant()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH made AS (
                INSERT INTO {table} (service_id, achievement_date, network_id, commissioner_id, state, version, amount,
                                     lines, aggregated_at)
                SELECT service_id, achievement_date, network_id, commissioner_id, %s, 1, amount, lines, %s
                FROM ready_network RETURNING id, state, version, amount, lines),
            logged AS (
                INSERT INTO {log}
                    (row_id, at, by_id, organisation_id, transition, from_state, to_state, version, note, amount)
                SELECT id, %s, %s, %s, %s, NULL, state, version, '', amount FROM made)
            SELECT id, lines, amount FROM made""",
            [creation.target, at, at, by.user_id, by.organisation_id, creation.name],
        )
        return {id: (lines, amount) for id, lines, amount in cursor.fetchall()}


def _compare(made: Totals, moved: Totals) -> tuple[int, Decimal]:
    """Compare what was staged, the totals as they were written, and the lines as they moved into each; answer how many
    lines, and the pounds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(sum(lines), 0), coalesce(sum(amount), 0) FROM ready_network")
        staged = cursor.fetchone()
    if made != moved or staged != _sums(made):
        said = zip(("counted", "written", "moved"), (staged, _sums(made), _sums(moved)), strict=True)
        raise AggregationDiffers("; ".join(f"{each} {n:,} networks, {l:,} lines, £{p:,}" for each, (n, l, p) in said))
    return int(staged[1]), Decimal(staged[2])


def _sums(totals: Totals) -> tuple[int, int, Decimal]:
    """How many networks, how many lines, how many pounds."""
    lines, pounds = zip(*totals.values(), strict=True) if totals else ((), ())
    return len(totals), sum(lines), sum(pounds, Decimal(0))
