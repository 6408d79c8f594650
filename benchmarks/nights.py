"""A night over one of the Englands: the product's, the floor under it, and the world put back after either."""

from __future__ import annotations

from django.db import transaction

from achievement import commands
from achievement.states import State
from benchmarks.england import forget_runs, vacuum
from benchmarks.measuring import execute, value_of
from core import clock
from core.actors import SYSTEM
from organisations.models import Lead

WRITTEN = (
    "achievement_achievement", "achievement_networkachievement", "achievement_achievementchange",
    "achievement_networkachievementchange", "operations_outboxmessage", "operations_attempt", "achievement_shard",
    "achievement_overnightrun", "submission_hand",
)  # fmt: skip
"""What a night writes, and so what is vacuumed before the next."""


def leads() -> list[int]:
    """The commissioners that lead a network: one shard each."""
    return sorted(set(Lead.objects.as_of(clock.today()).values_list("commissioner", flat=True)))


def night() -> tuple[int, int]:
    """The aggregation alone, in this process, one transaction for each commissioner; how many networks and lines."""
    done = [commands.aggregate_networks(by=SYSTEM, commissioner=lead, skip_locked=True) for lead in leads()]
    return sum(each.networks for each in done), sum(each.lines for each in done)


def remember_what_moves() -> tuple[int, int]:
    """Tables `ready` and `moving`, made once: the floor is told what moves, and need not find it out. How many
    networks and lines they are."""
    execute("DROP TABLE IF EXISTS ready, moving")
    networks = execute(
        f"""CREATE TABLE ready AS
            SELECT service_id, achievement_date, network_id, min(commissioner_id) AS commissioner_id
            FROM achievement_achievement WHERE state IN ({State.AWAITING_NETWORK:d}, {State.AWAITING_COMMISSIONER:d})
            GROUP BY 1, 2, 3 HAVING bool_and(state = {State.AWAITING_NETWORK:d})"""
    )
    lines = execute(
        """CREATE TABLE moving AS
           SELECT a.id, a.service_id, a.achievement_date, a.network_id, a.version
           FROM achievement_achievement a JOIN ready USING (service_id, achievement_date, network_id) ORDER BY a.id"""
    )
    execute("ANALYZE ready")
    execute("ANALYZE moving")
    return networks, lines


def floor() -> None:
    """The aggregate, the rows of the totals, the update by primary key, the change rows; nothing else."""
    with transaction.atomic():
        for statement in (_SUMS, _TOTALS, _UPDATE, _CHANGES, _TOTAL_CHANGES):
            execute(statement)


_SUMS = f"""
    CREATE TEMPORARY TABLE sums ON COMMIT DROP AS
    SELECT service_id, achievement_date, network_id, count(*) AS lines, sum(amount) AS amount
    FROM achievement_achievement WHERE state = {State.AWAITING_NETWORK:d} GROUP BY 1, 2, 3"""
_TOTALS = f"""
    INSERT INTO achievement_networkachievement (service_id, achievement_date, network_id, commissioner_id, state,
        version, amount, lines, aggregated_at)
    SELECT service_id, achievement_date, network_id, commissioner_id, {State.AGGREGATED:d}, 1, amount, lines,
           '2021-12-11'
    FROM ready JOIN sums USING (service_id, achievement_date, network_id)"""
_UPDATE = f"""
    UPDATE achievement_achievement a
    SET state = {State.AGGREGATED:d}, version = a.version + 1, network_achievement_id = n.id
    FROM moving m JOIN achievement_networkachievement n USING (service_id, achievement_date, network_id)
    WHERE a.id = m.id AND n.state = {State.AGGREGATED:d}"""
_CHANGES = f"""
    INSERT INTO achievement_achievementchange (row_id, at, transition, from_state, to_state, version, note, amount)
    SELECT a.id, '2021-12-11', 'aggregate line', {State.AWAITING_NETWORK:d}, a.state, a.version, '', a.amount
    FROM moving m JOIN achievement_achievement a USING (id)"""
_TOTAL_CHANGES = f"""
    INSERT INTO achievement_networkachievementchange (row_id, at, transition, to_state, version, note, amount)
    SELECT id, '2021-12-11', 'aggregate', state, version, '', amount
    FROM achievement_networkachievement WHERE state = {State.AGGREGATED:d}"""


def restore() -> None:
    """Everything as it was, and vacuumed; past the triggers that forbid it."""
    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        execute(
            f"""UPDATE achievement_achievement a SET state = {State.AWAITING_NETWORK:d}, version = m.version,
                    network_achievement_id = NULL FROM moving m WHERE a.id = m.id AND a.version <> m.version"""
        )
        execute(f"DELETE FROM achievement_networkachievement WHERE state <> {State.AGGREGATED_COMPLETE:d}")
        execute("TRUNCATE achievement_achievementchange, achievement_networkachievementchange, submission_hand")
        forget_runs(leads())
    vacuum(WRITTEN)


def restore_all() -> None:
    """The same where lines moved another way than by the night: those that it left, too."""
    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        execute(
            """UPDATE achievement_achievement a
                SET state = c.from_state, version = c.version - 1, network_achievement_id = NULL
                FROM (SELECT DISTINCT ON (row_id) row_id, from_state, version FROM achievement_achievementchange
                      ORDER BY row_id, version) c WHERE a.id = c.row_id"""
        )
    restore()


def awaiting_network() -> int:
    return int(value_of(f"SELECT count(*) FROM achievement_achievement WHERE state = {State.AWAITING_NETWORK:d}"))
