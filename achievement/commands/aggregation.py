"""Networks whose every expected line is approved become a total: one function for the overnight run and for at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from achievement.models import Achievement, NetworkAchievement, NetworkAchievementChange
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

    Complete: every expected practice has an approved line, and nobody else has. Lines move, totals and the change
    log are written, and counts and sums are compared, in one transaction; on any difference AggregationDiffers rolls
    all of it back. With `skip_locked`, networks that somebody works on are left out and named in the answer. Networks
    still to be worked out anew are left out too: that work asks for their aggregation when it is done.
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
    moved = AGGREGATE_LINE.apply_each(Achievement, READY_LINES, ("network_achievement_id",), by=by)
    pounds = _compare(made, len(moved))
    return Aggregated(made, len(moved), pounds, skipped)


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
        cursor.execute("DROP TABLE IF EXISTS open_line, open_network, ready_network")
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
        cursor.execute("ANALYZE open_line, open_network")


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
    """Temporary table `ready_network`: open keys whose approved lines are exactly those expected, and no total yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE ready_network ON COMMIT DROP AS
            WITH expected AS ({EXPECTED_LINES_SQL.format(keys="open_network")}),
            counted AS (
                SELECT o.service_id, o.achievement_date, o.network_id,
                       count(e.practice_id) AS expected, count(l.id) AS approved
                FROM open_network o
                LEFT JOIN expected e USING (service_id, achievement_date, network_id)
                LEFT JOIN open_line l
                    ON (l.service_id, l.achievement_date, l.network_id, l.provider_id)
                     = (e.service_id, e.achievement_date, e.network_id, e.practice_id)
                GROUP BY 1, 2, 3)
            SELECT o.* FROM open_network o JOIN counted c USING (service_id, achievement_date, network_id)
            WHERE c.expected = c.approved AND c.approved = o.lines
              AND NOT EXISTS (SELECT FROM achievement_achievement other
                WHERE (other.service_id, other.achievement_date, other.network_id)
                    = (o.service_id, o.achievement_date, o.network_id)
                  AND other.state NOT IN ({State.AWAITING_NETWORK:d}, {State.WITHDRAWN:d}))
              AND NOT EXISTS (SELECT FROM achievement_networkachievement n
                WHERE (n.service_id, n.achievement_date, n.network_id)
                    = (o.service_id, o.achievement_date, o.network_id) AND n.state <> {State.WITHDRAWN:d})"""
        )
        cursor.execute("ANALYZE ready_network")


def _insert_totals(by: Actor) -> int:
    """Write the totals and their change rows; answer how many."""
    table, log = NetworkAchievement._meta.db_table, NetworkAchievementChange._meta.db_table
    creation, at = NETWORK_AGGREGATED, instant()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH made AS (
                INSERT INTO {table} (service_id, achievement_date, network_id, commissioner_id, state, version, amount,
                                     lines, aggregated_at)
                SELECT service_id, achievement_date, network_id, commissioner_id, %s, 1, amount, lines, %s
                FROM ready_network RETURNING id, state, version, amount)
            INSERT INTO {log}
                (row_id, at, by_id, organisation_id, transition, from_state, to_state, version, note, amount)
            SELECT id, %s, %s, %s, %s, NULL, state, version, '', amount FROM made""",
            [creation.target, at, at, by.user_id, by.organisation_id, creation.name],
        )
        return cursor.rowcount


def _compare(made: int, moved: int) -> Decimal:
    """Compare what was staged, what was written and what moved, line by line summed; answer the pounds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(sum(lines), 0), coalesce(sum(amount), 0) FROM ready_network")
        networks, lines, pounds = cursor.fetchone()
        cursor.execute(
            """
            SELECT count(*) FROM (
                SELECT FROM ready_network r
                JOIN achievement_networkachievement n USING (service_id, achievement_date, network_id)
                JOIN achievement_achievement a USING (service_id, achievement_date, network_id)
                WHERE n.state = %s AND a.state = %s AND a.network_achievement_id = n.id
                GROUP BY n.id, n.amount, n.lines, r.amount
                HAVING sum(a.amount) = n.amount AND n.amount = r.amount AND count(*) = n.lines) same""",
            [State.AGGREGATED, State.AGGREGATED],
        )
        (same,) = cursor.fetchone()
    if (networks, lines) != (made, moved) or same != networks:
        raise AggregationDiffers(f"{networks} networks, {lines} lines counted; {made}, {moved} written; {same} agree.")
    return Decimal(pounds)
