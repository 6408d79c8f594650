"""What waits: every network, service and date that has come without a total, and every member it still lacks."""

from __future__ import annotations

from achievement.models import PAID_ELSEWHERE_SQL, SETTLED_AS_NIL_SQL
from achievement.queries.expected import EXPECTED_LINES_SQL
from achievement.states import State
from participation.states import COVERING, OPEN
from submission.states import SUBMITTED_STATES


def in_list(states: object) -> str:
    """`3, 6, 9`: for SQL."""
    return ", ".join(str(int(state)) for state in sorted(states))  # type: ignore[call-overload]


KEY = "service_id, achievement_date, network_id"
LINES_OPEN = (State.AWAITING_COMMISSIONER, State.AWAITING_NETWORK, State.HELD)

OFFERED = f"""
    SELECT p.service_id, p.network_id, min(lower(t.valid)) AS first_day,
           max(coalesce(upper(t.valid), 'infinity')) FILTER (WHERE p.state IN ({in_list(COVERING)})) AS until
    FROM scope s
    JOIN participation_participation p ON p.network_id = s.network_id AND p.state IN ({in_list(OPEN)})
    JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded) AND NOT isempty(t.valid)
    GROUP BY 1, 2"""
"""Each service that a network takes part in: from when, and before which day the last of its offers ends."""

_SETTLED = SETTLED_AS_NIL_SQL.format(row="a", practice="provider_id")
_OPEN_LINES = {
    False: f"""
        SELECT DISTINCT a.service_id, a.achievement_date, a.network_id FROM scope s
        JOIN achievement_achievement a ON a.network_id = s.network_id AND a.state IN ({in_list(LINES_OPEN)})
        WHERE NOT EXISTS ({_SETTLED})""",
    True: " UNION ".join(
        f"""SELECT a.service_id, a.achievement_date, a.network_id FROM achievement_achievement a
            JOIN scope s ON s.network_id = a.network_id AND s.commissioner_id = a.commissioner_id
            WHERE a.state = {state:d} AND NOT EXISTS ({_SETTLED})"""
        for state in LINES_OPEN
    ),
}
"""Keys with open lines: by the network's own index, or by those of what commissioning organisations have open."""

_HAS_TOTAL = f"""EXISTS (
    SELECT FROM achievement_networkachievement n
    WHERE (n.achievement_date, n.service_id, n.network_id) = (d.achievement_date, d.service_id, {{network}})
      AND n.state <> {State.WITHDRAWN:d})"""


def open_keys(many: bool) -> str:
    """Keys with open lines, and whether they have a total all the same."""
    return f"""
    SELECT d.service_id, d.achievement_date, d.network_id, {_HAS_TOTAL.format(network="d.network_id")} AS has_total
    FROM ({_OPEN_LINES[many]}) d"""


def lacking(whole: bool) -> str:
    """Of what networks take part in: where payment dates have come for which there is neither a total nor an open line.

    Totals are counted first: nearly everywhere each date has one, and years of them need not be looked up one by one.
    With `whole`, of the whole country, all are."""
    of_scope = "" if whole else "JOIN scope USING (network_id)"
    return f"""
    WITH found AS (
        SELECT n.service_id, n.network_id, n.achievement_date
        FROM achievement_networkachievement n {of_scope} WHERE n.state <> {State.WITHDRAWN:d}
        UNION ALL
        SELECT service_id, network_id, achievement_date FROM open_key WHERE NOT has_total),
    told AS (
        SELECT f.service_id, f.network_id, count(*) AS days, min(f.achievement_date) AS first_day
        FROM found f JOIN day d USING (service_id, achievement_date) GROUP BY 1, 2),
    due AS (
        SELECT o.service_id, o.first_day, count(*) AS days
        FROM (SELECT DISTINCT service_id, first_day FROM offered) o
        JOIN day d ON d.service_id = o.service_id AND d.achievement_date >= o.first_day GROUP BY 1, 2)
    SELECT o.service_id, o.network_id, o.first_day FROM offered o
    JOIN due USING (service_id, first_day)
    LEFT JOIN told t USING (service_id, network_id)
    WHERE t.days IS DISTINCT FROM due.days OR t.first_day < o.first_day"""


WAITING = f"""
    SELECT d.service_id, d.achievement_date, o.network_id, false AS has_total FROM lacking o
    JOIN day d ON d.service_id = o.service_id AND d.achievement_date >= o.first_day
    WHERE NOT {_HAS_TOTAL.format(network="o.network_id")}
    UNION
    SELECT service_id, achievement_date, network_id, has_total FROM open_key"""
"""Keys whose payment date has come and that have no total, of networks that take part; and keys with open lines.

A network takes part from the first day that it was offered the service for, to the service's end."""

_MEMBER = f"""
    SELECT coalesce(e.service_id, l.service_id) AS service_id,
           coalesce(e.achievement_date, l.achievement_date) AS achievement_date,
           coalesce(e.network_id, l.network_id) AS network_id, coalesce(e.practice_id, l.provider_id) AS practice_id,
           e.practice_id IS NOT NULL AS is_expected, l.id AS line_id, l.version, l.state, l.amount, l.commissioner_id
    FROM (SELECT * FROM ({EXPECTED_LINES_SQL.format(keys="waiting")}) x
          WHERE NOT EXISTS ({SETTLED_AS_NIL_SQL.format(row="x", practice="practice_id")})
            AND NOT EXISTS ({PAID_ELSEWHERE_SQL.format(row="x", practice="practice_id")})) e
    FULL JOIN (
        SELECT a.id, a.version, a.state, a.amount, a.commissioner_id, a.service_id, a.achievement_date, a.network_id,
               a.provider_id
        FROM waiting w JOIN achievement_achievement a USING ({KEY})
        WHERE a.state <> {State.WITHDRAWN:d} AND NOT EXISTS ({_SETTLED})) l
      ON (l.service_id, l.achievement_date, l.network_id, l.provider_id)
       = (e.service_id, e.achievement_date, e.network_id, e.practice_id)"""
"""Every member that a waiting key expects, and every line there is of it; but for lines that are settled as nil,
and for members that were paid for the date through another network."""

READY = f"""
    SELECT m.*, d.list_kind, d.list_date, coalesce(d.is_payable, false) AS is_payable, coalesce(d.collects, false)
           AS collects, coalesce(d.counts, false) AS counts, d.closes_on, d.period_start, d.period_end, s.id
           AS submission_id, s.state AS submission_state,
           m.state = {State.AWAITING_NETWORK:d}
           OR (coalesce(d.counts, false) AND coalesce(s.state IN ({in_list(SUBMITTED_STATES)}), false)) AS is_ready,
           m.state IS NOT NULL AND m.state <> {State.AWAITING_DATA:d} AS stands
    FROM ({_MEMBER}) m
    LEFT JOIN day d USING (service_id, achievement_date)
    LEFT JOIN submission_submission s
      ON d.collects AND s.provider_id = m.practice_id AND s.service_id = m.service_id
     AND s.achievement_date = m.achievement_date"""
"""The same, with what the service pays on, and whether it is all that the network waits for from this member."""

KEY_STATE = f"""
    SELECT {KEY}, w.has_total, count(*) FILTER (WHERE r.is_expected) AS expected,
           count(*) FILTER (WHERE r.is_expected AND r.is_ready) AS ready, bool_or(NOT r.is_expected) AS has_others,
           coalesce(sum(r.amount) FILTER (WHERE r.state = {State.AWAITING_NETWORK:d}), 0) AS held
    FROM waiting w JOIN ready r USING ({KEY}) GROUP BY {KEY}, w.has_total"""
"""How far each waiting key is; one without members and without lines is not there, and does not wait."""

BLOCKED = f"""
    SELECT r.*, k.has_total, s.commissioner_id AS lead_id, false AS is_whole
    FROM ready r JOIN key_state k USING ({KEY}) LEFT JOIN scope s USING (network_id)
    WHERE NOT coalesce(r.is_ready, false) OR NOT r.is_expected OR k.has_total"""
"""Each line that is not as the network needs it: it lacks, is not approved, or is nobody's that is expected."""

COMPLETE = f"""
    SELECT {KEY}, s.commissioner_id AS lead_id FROM key_state k LEFT JOIN scope s USING (network_id)
    WHERE k.expected > 0 AND k.expected = k.ready AND NOT k.has_others AND NOT k.has_total"""
"""Keys that lack nothing, and have no total all the same."""
