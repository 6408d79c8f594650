"""Bar 1: the night's aggregation, all commissioners, against bare SQL over the same rows."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import transaction

from achievement import commands
from achievement.models import Achievement, AchievementChange
from achievement.states import State
from benchmarks.england import England, open_lines, vacuum
from benchmarks.measuring import execute, paired, value_of
from benchmarks.registry import Figure, measures
from core import clock
from core.actors import SYSTEM
from organisations.models import Lead

SAMPLE = 500
"""Rows that the one-by-one state machine is timed on; its time grows in proportion."""


@measures("aggregation")
def aggregation(england: England, runs: int) -> Sequence[Figure]:
    """The product commits one transaction for each commissioner, as the shards of a night do; the floor one in all."""
    moving, networks, opened = _remember_what_moves(), _count("ready"), open_lines()
    assert _night() == (networks, moving), "what moves is not what the floor moves"
    _restore()
    ours, floor = paired(_night, _floor, restore=_restore, runs=runs)
    one_by_one = _one_by_one_seconds() * moving
    wall, wal, faster = ours.seconds / floor.seconds, ours.wal / floor.wal, one_by_one / ours.seconds
    what = f"{opened:,} lines open, {moving:,} move into {networks:,} networks"
    return [
        Figure(f"wall against the floor; {what}", wall, "<= 1.5x", wall <= 1.5, measured=str(ours), floor=str(floor)),
        Figure("WAL against the floor", wal, "<= 1.15x", wal <= 1.15, measured=str(ours), floor=str(floor)),
        Figure(
            f"faster than one row at a time with save() (timed on {SAMPLE} rows)", faster, ">= 25x", faster >= 25,
            measured=str(ours), floor=f"{one_by_one:.0f} s",
        ),
    ]  # fmt: skip


def _night() -> tuple[int, int]:
    leads = sorted(set(Lead.objects.as_of(clock.today()).values_list("commissioner", flat=True)))
    done = [commands.aggregate_networks(by=SYSTEM, commissioner=lead, skip_locked=True) for lead in leads]
    return sum(each.networks for each in done), sum(each.lines for each in done)


def _remember_what_moves() -> int:
    """Tables `ready` and `moving`, made once: the floor is told what moves, and need not find it out."""
    execute("DROP TABLE IF EXISTS ready, moving")
    execute(
        f"""CREATE TABLE ready AS
            SELECT service_id, achievement_date, network_id, min(commissioner_id) AS commissioner_id
            FROM achievement_achievement WHERE state IN ({State.AWAITING_NETWORK:d}, {State.AWAITING_COMMISSIONER:d})
            GROUP BY 1, 2, 3 HAVING min(state) = {State.AWAITING_NETWORK:d}"""
    )
    moving = execute(
        """CREATE TABLE moving AS
           SELECT a.id, a.service_id, a.achievement_date, a.network_id, a.version
           FROM achievement_achievement a JOIN ready USING (service_id, achievement_date, network_id) ORDER BY a.id"""
    )
    execute("ANALYZE ready")
    execute("ANALYZE moving")
    return moving


def _count(table: str) -> int:
    return int(value_of(f"SELECT count(*) FROM {table}"))


def _floor() -> None:
    """The aggregate, the rows of the totals, the update by primary key, the change rows; nothing else."""
    with transaction.atomic():
        execute(_SUMS)
        execute(_TOTALS)
        execute(_UPDATE)
        execute(_CHANGES)
        execute(_TOTAL_CHANGES)


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


def _restore() -> None:
    """Everything as it was, and vacuumed; past the triggers that forbid it."""
    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        execute(
            f"""UPDATE achievement_achievement a SET state = {State.AWAITING_NETWORK:d}, version = m.version,
                    network_achievement_id = NULL FROM moving m WHERE a.id = m.id"""
        )
        execute(f"DELETE FROM achievement_networkachievement WHERE state = {State.AGGREGATED:d}")
        execute("TRUNCATE achievement_achievementchange, achievement_networkachievementchange")
    vacuum()


def _one_by_one_seconds() -> float:
    """Seconds a row of the usual state machine: get, set, save, write the log; one transaction."""
    ids = list(Achievement.objects.filter(state=State.AWAITING_NETWORK).values_list("pk", flat=True)[:SAMPLE])
    started = time.perf_counter()
    with transaction.atomic():
        for id in ids:
            row = Achievement.objects.select_for_update(no_key=True).get(pk=id)
            row.state, row.version, before = State.AGGREGATED, row.version + 1, row.state
            row.save()
            AchievementChange.objects.create(
                row=row, at=clock.now(), transition="aggregate line", from_state=before, to_state=row.state,
                version=row.version, amount=row.amount,
            )  # fmt: skip
        transaction.set_rollback(True)
    return (time.perf_counter() - started) / len(ids)
