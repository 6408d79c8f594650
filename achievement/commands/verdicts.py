"""What is due compared with what stands, row by row, and each verdict carried out by its transition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from achievement.commands.courses import LINES, Course
from achievement.commands.effects import effects_of_totals, effects_of_verdicts
from achievement.models import SETTLED_AS_NIL_SQL, Achievement, AchievementChange, NetworkAchievement
from achievement.states import (
    CALCULATED_AND_DECLARED,
    FINALS,
    RELEASE_LINE,
    SUPERSEDE_TOTAL,
    State,
)
from core.actors import Actor
from core.changes import Effect
from core.commands import instant

INPUTS = ("amount", "commissioner_id", "participation_id", "list_size_id", "inputs", "service_version_id")
_FINALS = ", ".join(str(int(state)) for state in sorted(FINALS))


@dataclass(frozen=True)
class Done:
    """Rows by verdict, and what happened in words."""

    counts: dict[str, int]
    effects: tuple[Effect, ...]


def create_figures() -> None:
    """Temporary table `figure`: each row that is due, its amount, and what it was worked out from."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS figure")
        cursor.execute(
            """
            CREATE TEMPORARY TABLE figure (
                service_id bigint, achievement_date date, network_id bigint, provider_id bigint, commissioner_id bigint,
                participation_id bigint, list_size_id bigint, amount numeric(12, 2), inputs jsonb NOT NULL DEFAULT '{}'
            ) ON COMMIT DROP"""
        )


def stage_verdicts(course: Course, service_id: int, dates: Sequence[date], whose: Sequence[int]) -> None:
    """Temporary table `verdict`: every row that is due or stands, and what is to become of it.

    `figure` says what is due; `whose` are networks or providers, as the course says. A row that finance has
    approved, or whose network's total it has approved, or whose practice was paid for the date through another
    network, is only "to be adjusted".
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS verdict")
        cursor.execute(_verdicts(course), [service_id, list(dates), list(whose), service_id, list(dates)])
        cursor.execute("ANALYZE verdict")


def _verdicts(course: Course) -> str:
    """SQL. Other numbers claimed are a change even where a limit keeps the amount: they were not what was declared."""
    mine, due = ", ".join(f"s.{each}" for each in course.same), ", ".join(f"f.{each}" for each in course.same)
    return f"""
    CREATE TEMPORARY TABLE verdict ON COMMIT DROP AS
    WITH standing AS (
        SELECT * FROM achievement_achievement
        WHERE service_id = %s AND achievement_date = ANY(%s) AND {course.standing}),
    compared AS (
        SELECT s.id, coalesce(f.service_id, s.service_id) AS service_id,
               coalesce(f.achievement_date, s.achievement_date) AS achievement_date,
               coalesce(f.network_id, s.network_id) AS network_id,
               coalesce(f.provider_id, s.provider_id) AS provider_id,
               f.commissioner_id, f.participation_id, f.list_size_id, f.amount, f.inputs, s.amount AS was,
               s.inputs AS was_inputs, s.state,
               CASE WHEN s.id IS NULL THEN 'new'
                    WHEN s.state = {State.WITHDRAWN:d} AND f.provider_id IS NULL THEN 'same'
                    WHEN s.state = {State.WITHDRAWN:d} THEN 'revived'
                    WHEN f.provider_id IS NULL THEN 'gone'
                    WHEN f.amount <> s.amount OR f.inputs->'figures' IS DISTINCT FROM s.inputs->'figures' THEN 'changed'
                    WHEN (f.list_size_id, f.participation_id, f.inputs)
                         IS DISTINCT FROM (s.list_size_id, s.participation_id, s.inputs)
                         AND s.state NOT IN ({_FINALS}) THEN 'other inputs'
                    ELSE 'same' END AS verdict
        FROM figure f
        FULL JOIN standing s ON ({mine}) = ({due})),
    settled AS (
        SELECT achievement_date, network_id, NULL::bigint AS provider_id FROM achievement_networkachievement
        WHERE service_id = %s AND achievement_date = ANY(%s) AND state = {State.AGGREGATED_COMPLETE:d}
          AND network_id IN (SELECT network_id FROM compared)),
    judged AS (
        SELECT c.*, (c.verdict IN ('new', 'revived', 'gone', 'changed') AND (
            c.state IN ({_FINALS})
            OR EXISTS (
                SELECT FROM settled t WHERE (t.achievement_date, t.network_id) = (c.achievement_date, c.network_id))
            OR (c.verdict IN ('new', 'revived') AND EXISTS (
                SELECT FROM achievement_achievement o
                WHERE o.achievement_date = c.achievement_date AND o.service_id = c.service_id
                  AND o.provider_id = c.provider_id AND o.network_id <> c.network_id
                  AND o.state IN ({_FINALS}))))) AS is_final
        FROM compared c)
    SELECT id, service_id, achievement_date, network_id, provider_id, commissioner_id, participation_id, list_size_id,
           amount, inputs, was, was_inputs, state AS was_state,
           CASE WHEN is_final THEN 'to be adjusted' ELSE verdict END AS verdict
    FROM judged WHERE verdict <> 'same'"""


def apply_verdicts(course: Course, service_version_id: int, *, by: Actor, why: str = "") -> Done:
    """Carry the verdicts out: totals first, then what is gone, so that a practice can move between networks.

    `why` is the reason of what changed beneath, kept with what is withdrawn and with what changed.
    """
    totals = _withdraw_touched_totals(by) if course is LINES else ()
    gone = f"It is no longer due: {why}" if why else "It is no longer due."
    course.gone.apply_each(Achievement, _lines("gone"), by=by, note=gone)
    columns = f", {', '.join(INPUTS[:-1])}, {service_version_id:d} AS service_version_id"
    changed = _lines("changed", f"{columns}, concat_ws(' ', {_DIFFERENCE}, nullif(%s, '')) AS own_note")
    course.changed.apply_each(Achievement, changed, INPUTS, by=by, own_notes=True, params=[why])
    course.revived.apply_each(Achievement, _lines("revived", columns), INPUTS, by=by)
    _insert_new(course, service_version_id, by)
    _take_other_inputs()
    counts, effects = effects_of_verdicts(course)
    return Done(counts, (*effects, *effects_of_totals(totals)))


def _sterling(amount: str) -> str:
    return f"to_char({amount}, 'FM\"£\"999,999,999,990.00')"


def _claimed(inputs: str) -> str:
    """SQL: " for 37 claimed", of a row that counts claims; otherwise null, which concat leaves out."""
    return f"' for ' || ({inputs}->'figures'->>'count') || ' claimed'"


_DIFFERENCE = f"""concat('Was ', {_sterling("was")}, {_claimed("was_inputs")}, ', now ', {_sterling("amount")},
    {_claimed("inputs")}, CASE WHEN amount > was THEN ': ' || {_sterling("amount - was")} || ' more'
                               WHEN amount < was THEN ': ' || {_sterling("was - amount")} || ' less' END, '.')"""


def _lines(verdict: str, columns: str = "") -> str:
    return f"SELECT id{columns} FROM verdict WHERE verdict = '{verdict}'"


def _withdraw_touched_totals(by: Actor) -> Sequence[int]:
    """A member joins or a line changes while Aggregated: the total is withdrawn, its lines wait again. Their ids.

    A line that is settled as nil is not part of the total, which it touches only when it is approved.
    """
    touched = f"""
        SELECT DISTINCT n.id FROM achievement_networkachievement n
        JOIN verdict v USING (service_id, achievement_date, network_id)
        WHERE n.state = {State.AGGREGATED:d} AND v.verdict IN ('new', 'revived', 'gone', 'changed')
          AND NOT EXISTS ({SETTLED_AS_NIL_SQL.format(row="v", practice="provider_id")})"""
    withdrawn = SUPERSEDE_TOTAL.apply_each(NetworkAchievement, touched, by=by, note="A member or a line changed.")
    if withdrawn:
        release_lines_of(withdrawn.ids, by=by)
    return withdrawn.ids


LINES_OF_TOTALS = """
    SELECT a.id, NULL::bigint AS network_achievement_id
    FROM achievement_networkachievement n
    JOIN achievement_achievement a USING (network_id, achievement_date, service_id)
    WHERE n.id = ANY(%s) AND a.network_achievement_id = n.id"""
"""SQL: the lines of these totals, and what sets them free of them. Found by their key, which has an index."""


def release_lines_of(total_ids: Sequence[int], *, by: Actor) -> None:
    """The lines of withdrawn totals await their network again."""
    RELEASE_LINE.apply_each(
        Achievement,
        LINES_OF_TOTALS,
        ("network_achievement_id",),
        by=by,
        note="The network's total was withdrawn.",
        params=[list(total_ids)],
    )


def _insert_new(course: Course, service_version_id: int, by: Actor) -> None:
    creation, log = course.created, AchievementChange._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH made AS (
                INSERT INTO {Achievement._meta.db_table} (achievement_date, service_id, provider_id, network_id,
                    commissioner_id, state, version, amount, auto_declared, service_version_id, list_size_id,
                    participation_id, inputs)
                SELECT achievement_date, service_id, provider_id, network_id, commissioner_id, %s, 1, amount, %s, %s,
                       list_size_id, participation_id, inputs
                FROM verdict WHERE verdict = 'new' ORDER BY achievement_date, service_id, provider_id
                RETURNING id, state, version, amount)
            INSERT INTO {log}
                (row_id, at, by_id, organisation_id, transition, from_state, to_state, version, note, amount)
            SELECT id, %s, %s, %s, %s, NULL, state, version, '', amount FROM made""",
            [
                creation.target,
                creation is CALCULATED_AND_DECLARED,
                service_version_id,
                instant(),
                by.user_id,
                by.organisation_id,
                creation.name,
            ],
        )


def _take_other_inputs() -> None:
    """The amount stands, but was worked out from rows believed since: the explanation follows them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {Achievement._meta.db_table} a
                SET list_size_id = v.list_size_id, participation_id = v.participation_id, inputs = v.inputs
                FROM verdict v WHERE v.id = a.id AND v.verdict = 'other inputs'"""
        )
