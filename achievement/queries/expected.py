"""Which practices a network's achievement waits for: from dated membership, never from rows present (domain 7)."""

from __future__ import annotations

from catalogue.models import Expected
from organisations.queries import EXPECTED_MEMBERS_SQL
from participation.states import COVERING

_COVERED = f"""
    EXISTS (SELECT FROM participation_participation p
            JOIN participation_term t ON t.participation_id = p.id AND upper_inf(t.recorded)
            WHERE p.service_id = k.service_id AND p.network_id = k.network_id AND p.provider_id = m.practice_id
              AND p.state IN ({", ".join(str(int(state)) for state in sorted(COVERING))})
              AND t.valid @> k.achievement_date)"""

EXPECTED_LINES_SQL = (
    f"""
    WITH members AS MATERIALIZED (
        {EXPECTED_MEMBERS_SQL.format(keys="(SELECT DISTINCT achievement_date, network_id FROM {keys})")})
    SELECT k.service_id, k.achievement_date, k.network_id, m.practice_id
    FROM {{keys}} k
    JOIN members m
      ON m.achievement_date = k.achievement_date AND m.network_id = k.network_id
    WHERE k.service_id IN (SELECT id FROM catalogue_qualityservice WHERE expected = '{Expected.EVERY_MEMBER}') OR """
    + _COVERED
)
"""SQL: for a relation `{keys}` of (service_id, achievement_date, network_id), the practices expected.

Every member that counts on the date; where the service says *participating members*, those with an approved
participation that covers it. Members are found once for a network and date, however many services it has."""
