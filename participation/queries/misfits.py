"""Memberships and offers compared, set by set: services that a member was never offered, and offers that hang on a
network which their practice has left."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from core import clock
from core.actors import Actor
from participation.states import COVERING, OPEN, State


class Missing(NamedTuple):
    """A service that a network holds, and days on which a member of it was never offered it; both days included.

    `joined` is the first day of this time of membership, and `left` its last, None while it lasts.
    """

    network_id: int
    practice_id: int
    joined: date
    left: date | None
    service_id: int
    start_date: date
    end_date: date


class Hanging(NamedTuple):
    """An offer that still runs in a network its practice left, or was never a member of on its days.

    `network_id` is the one that it has joined since `joined`, if any. `last_day` is when the offer should have ended;
    None where it should never have held. Only `commissioner_id`, who offered it, can change it.
    """

    participation_id: int
    version: int
    service_id: int
    practice_id: int
    former_id: int
    commissioner_id: int
    network_id: int | None
    joined: date | None
    start_date: date
    end_date: date
    last_day: date | None


GIVEN = "%(networks)s::bigint[]"
CONCERNING = """ARRAY(
    SELECT l.network_id FROM organisations_lead l
    WHERE l.commissioner_id = %(commissioner)s AND upper_inf(l.recorded) AND l.valid @> %(today)s::date
    UNION SELECT p.network_id FROM participation_participation p
    WHERE p.commissioner_id = %(commissioner)s AND p.network_id IS NOT NULL)"""
"""SQL, which networks: those given, or those that concern a commissioning organisation, led today or offered to by it.
"""


def missing_offers(network_ids: Collection[int], practice_ids: Collection[int] | None = None) -> list[Missing]:
    """Of each time of membership, the services that its network holds and that the practice was never offered in it,
    whatever became of an offer since. The days are those of the membership within the network's offers, until the
    practice closes."""
    sql = missing_sql(GIVEN, "" if practice_ids is None else "AND m.practice_id = ANY(%(practices)s)")
    order = "ORDER BY network_id, practice_id, joined, service_id, start_date"
    return [Missing(*row) for row in _of(f"{sql} {order}", network_ids, practice_ids)]


def hanging_offers(network_ids: Collection[int], practice_ids: Collection[int] | None = None) -> list[Hanging]:
    """Offers of these networks, and of practices in them, that run on in a network which the practice has left for
    another, or was no member of on any of their days. On days of both memberships it counts where it joined later."""
    sql = hanging_sql(GIVEN, "" if practice_ids is None else "AND p.provider_id = ANY(%(practices)s)")
    return [Hanging(*row) for row in _of(f"{sql} ORDER BY provider_id, service_id, id", network_ids, practice_ids)]


def networks_concerning(by: Actor) -> set[int]:
    """Ids of the networks whose joiners concern somebody: those led today, and those they have offers in."""
    return {id for (id,) in rows_of(f"SELECT unnest({CONCERNING})", by)}


def missing_sql(networks: str, of_practices: str = "") -> str:
    """SQL with the columns of `Missing`."""
    return f"""
        SELECT s.network_id, s.practice_id, lower(s.span) AS joined, upper(s.span) - 1 AS left_on, h.service_id,
               lower(d.days) AS start_date, upper(d.days) - 1 AS end_date
        FROM (SELECT practice_id, network_id, unnest(range_agg(valid)) AS span FROM organisations_membership m
              WHERE upper_inf(m.recorded) AND NOT isempty(m.valid) AND m.network_id = ANY({networks}) {of_practices}
              GROUP BY 1, 2) s
        JOIN (SELECT p.service_id, p.network_id, unnest(range_agg(t.valid)) AS days
              FROM participation_participation p
              JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
              WHERE p.network_id = ANY({networks}) AND p.state IN ({_in(OPEN)}) GROUP BY 1, 2) h USING (network_id)
        JOIN organisations_organisation o ON o.id = s.practice_id
        CROSS JOIN LATERAL (SELECT s.span * h.days * daterange(NULL, o.close_date + 1) AS days) d
        WHERE NOT isempty(d.days) AND NOT EXISTS (
            SELECT FROM participation_participation p
            JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
            WHERE p.service_id = h.service_id AND p.network_id = s.network_id AND p.provider_id = s.practice_id
              AND t.valid && s.span)"""


def hanging_sql(networks: str, of_practices: str = "") -> str:
    """SQL with the columns of `Hanging`."""
    return f"""
        SELECT id, version, service_id, provider_id, network_id, commissioner_id, newer_id, joined,
               lower(valid) AS start_date, upper(valid) - 1 AS end_date,
               CASE WHEN last_day >= lower(valid) THEN last_day END
        FROM (
            SELECT o.*, own.*, newer.*, CASE WHEN touches THEN least(joined, until) - 1 END AS last_day
            FROM ({_offers_concerned(networks, of_practices)}) o
            CROSS JOIN LATERAL (
                SELECT coalesce(bool_or(m.valid && o.valid), false) AS touches,
                       max(coalesce(upper(m.valid), 'infinity'::date)) AS until
                FROM organisations_membership m
                WHERE m.practice_id = o.provider_id AND m.network_id = o.network_id AND upper_inf(m.recorded)
                  AND NOT isempty(m.valid)) own
            LEFT JOIN LATERAL (
                SELECT n.network_id AS newer_id, lower(n.valid) AS joined FROM organisations_membership n
                WHERE n.practice_id = o.provider_id AND n.network_id <> o.network_id AND upper_inf(n.recorded)
                  AND n.valid && o.valid AND NOT EXISTS (
                    SELECT FROM organisations_membership later
                    WHERE later.practice_id = o.provider_id AND later.network_id = o.network_id
                      AND upper_inf(later.recorded) AND later.valid && o.valid
                      AND lower(later.valid) >= lower(n.valid))
                ORDER BY lower(n.valid) LIMIT 1) newer ON true) compared
        WHERE (NOT touches OR (joined < upper(valid) AND upper(valid) > least(until, joined)
                               AND (until = 'infinity' OR upper(valid) > until)))
          AND (last_day >= lower(valid) OR state = {State.APPROVED:d})"""


def _offers_concerned(networks: str, of_practices: str) -> str:
    return f"""
        SELECT p.id, p.version, p.state, p.service_id, p.provider_id, p.network_id, p.commissioner_id, t.valid
        FROM (SELECT p.id FROM participation_participation p WHERE p.network_id = ANY({networks})
              UNION
              SELECT p.id FROM organisations_membership m
              JOIN participation_participation p ON p.provider_id = m.practice_id AND p.network_id IS NOT NULL
              WHERE upper_inf(m.recorded) AND m.network_id = ANY({networks})) concerned
        JOIN participation_participation p USING (id)
        JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
        WHERE p.state IN ({_in(COVERING)}) {of_practices}"""


def rows_of(sql: str, by: Actor) -> list[tuple[Any, ...]]:
    """The rows of SQL about networks that are CONCERNING an actor's organisation."""
    return _rows(sql, {"commissioner": by.organisation_id, "today": clock.today()})


def _of(sql: str, networks: Collection[int], practices: Collection[int] | None) -> list[tuple[Any, ...]]:
    return _rows(sql, {"networks": sorted(networks), "practices": sorted(practices or ())}) if networks else []


def _rows(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


def _in(states: Collection[State]) -> str:
    return ", ".join(str(int(state)) for state in sorted(states))
