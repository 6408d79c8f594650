"""Who joins a network while its total is Aggregated holds it up, with or without a line of their own (domain 6)."""

from __future__ import annotations

from collections.abc import Sequence

from achievement.commands.verdicts import release_lines_of
from achievement.models import PAID_ELSEWHERE_SQL, SETTLED_AS_NIL_SQL, NetworkAchievement
from achievement.queries.expected import EXPECTED_LINES_SQL
from achievement.states import SUPERSEDE_TOTAL, State
from core.actors import Actor


def withdraw_totals_without_a_member(*, by: Actor) -> Sequence[int]:
    """Withdraw the totals of `due_key`, a temporary table of the keys worked out now, that lack an expected line.

    A new line withdraws its network's total by itself. Of a practice that does not take part, or has no list size,
    there is no line: the network waits for it all the same. The other lines await their network again. Answers the
    ids of the totals.
    """
    withdrawn = SUPERSEDE_TOTAL.apply_each(NetworkAchievement, _WITHOUT_A_MEMBER, by=by, note="A member joined.")
    if withdrawn:
        release_lines_of(withdrawn.ids, by=by)
    return withdrawn.ids


_AGGREGATED = f"""(
    SELECT n.* FROM achievement_networkachievement n JOIN due_key USING (service_id, achievement_date, network_id)
    WHERE n.state = {State.AGGREGATED:d})"""
_WITHOUT_A_MEMBER = f"""
    SELECT DISTINCT n.id FROM {_AGGREGATED} n
    JOIN ({EXPECTED_LINES_SQL.format(keys=_AGGREGATED)}) e USING (service_id, achievement_date, network_id)
    WHERE NOT EXISTS (
        SELECT FROM achievement_achievement a
        WHERE (a.service_id, a.achievement_date, a.network_id, a.provider_id)
            = (e.service_id, e.achievement_date, e.network_id, e.practice_id) AND a.network_achievement_id = n.id)
      AND NOT EXISTS ({SETTLED_AS_NIL_SQL.format(row="e", practice="practice_id")})
      AND NOT EXISTS ({PAID_ELSEWHERE_SQL.format(row="e", practice="practice_id")})"""
