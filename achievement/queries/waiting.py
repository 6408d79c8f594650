"""Why networks wait, in plain words and counts: the overnight run's picture of a commissioning organisation."""

from __future__ import annotations

from django.db import connection

from achievement.queries.expected import EXPECTED_LINES_SQL
from achievement.states import State
from core import clock
from participation.states import COVERING

NOT_PARTICIPATING = "not participating"
NO_LIST_SIZE = "no line: no list size"
HELD = "held"
AWAITING_APPROVAL = "awaiting approval"
OTHER = "something else"
REASONS = (NOT_PARTICIPATING, NO_LIST_SIZE, HELD, AWAITING_APPROVAL, OTHER)
"""In this order: a network that waits for more than one is counted under the first."""


def waiting_by_reason(commissioner_id: int) -> dict[str, int]:
    """Plain reason -> how many network totals of a commissioning organisation wait for it; none is left out.

    A total waits when the payment date has come and it has an open line, or when its network takes part, has members
    and has no line at all. Each service and date counts. A practice is not participating without an approved
    participation that covers the date; one that participates and has no line lacks a list size for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"commissioner": commissioner_id, "today": clock.today()})
        found = dict(cursor.fetchall())
    return {reason: found[reason] for reason in REASONS if found.get(reason)}


_COVERING = ", ".join(str(int(state)) for state in sorted(COVERING))
_OPEN = " UNION ".join(
    f"""SELECT service_id, achievement_date, network_id FROM achievement_achievement
        WHERE commissioner_id = %(commissioner)s AND state = {state:d} AND network_id IS NOT NULL"""
    for state in (State.AWAITING_COMMISSIONER, State.AWAITING_NETWORK, State.HELD)
)
_WITHOUT_LINES = f"""
    SELECT d.service_id, d.date, o.network_id
    FROM (SELECT p.service_id, p.network_id, range_agg(t.valid) AS days
          FROM organisations_lead l
          JOIN participation_participation p ON p.network_id = l.network_id AND p.state IN ({_COVERING})
          JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
          WHERE l.commissioner_id = %(commissioner)s AND upper_inf(l.recorded) AND l.valid @> %(today)s::date
          GROUP BY 1, 2) o
    JOIN catalogue_achievementdate d ON d.service_id = o.service_id AND d.is_payment_date AND o.days @> d.date
    WHERE d.date <= %(today)s
      AND NOT EXISTS (SELECT FROM achievement_networkachievement n WHERE n.state <> {State.WITHDRAWN:d}
            AND (n.achievement_date, n.service_id, n.network_id) = (d.date, d.service_id, o.network_id))
      AND NOT EXISTS (SELECT FROM achievement_achievement a WHERE a.state <> {State.WITHDRAWN:d}
            AND (a.achievement_date, a.service_id, a.network_id) = (d.date, d.service_id, o.network_id))"""
_WAITING = f"""
    WITH waiting AS MATERIALIZED ({_OPEN} UNION {_WITHOUT_LINES}),
    expected AS MATERIALIZED ({EXPECTED_LINES_SQL.format(keys="waiting")}),
    lines AS MATERIALIZED (
        SELECT a.* FROM waiting JOIN achievement_achievement a USING (service_id, achievement_date, network_id)
        WHERE a.state <> {State.WITHDRAWN:d}),
    members AS (
        SELECT service_id, achievement_date, network_id, l.state,
               EXISTS (SELECT FROM participation_participation p
                       JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
                       WHERE p.provider_id = e.practice_id AND p.service_id = e.service_id
                         AND p.network_id = e.network_id AND p.state IN ({_COVERING})
                         AND t.valid @> e.achievement_date) AS participates
        FROM expected e
        LEFT JOIN (SELECT service_id, achievement_date, network_id, provider_id AS practice_id, state FROM lines) l
             USING (service_id, achievement_date, network_id, practice_id)),
    judged AS (
        SELECT service_id, achievement_date, network_id,
               bool_or(state IS NULL AND NOT participates) AS not_participating,
               bool_or(state IS NULL AND participates) AS no_list_size,
               bool_or(state = {State.HELD:d}) AS held,
               bool_or(state = {State.AWAITING_COMMISSIONER:d}) AS awaiting_approval
        FROM members GROUP BY 1, 2, 3)
    SELECT CASE WHEN not_participating THEN '{NOT_PARTICIPATING}' WHEN no_list_size THEN '{NO_LIST_SIZE}'
                WHEN held THEN '{HELD}' WHEN awaiting_approval THEN '{AWAITING_APPROVAL}' ELSE '{OTHER}' END, count(*)
    FROM waiting LEFT JOIN judged USING (service_id, achievement_date, network_id)
    WHERE not_participating IS NOT NULL
       OR (service_id, achievement_date, network_id) IN (SELECT service_id, achievement_date, network_id FROM lines)
    GROUP BY 1"""
