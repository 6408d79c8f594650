"""What is to be adjusted is kept: each difference from what finance has approved, as each calculation finds it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection

from achievement.commands.courses import Course
from achievement.models import WHY_LENGTH
from achievement.states import FINALS
from core import clock
from core.commands import instant

KEY = "service_id, achievement_date, provider_id"
_SAME = """(f.service_id, f.achievement_date, f.provider_id) = (d.service_id, d.achievement_date, d.provider_id)
           AND f.network_id IS NOT DISTINCT FROM d.network_id"""
_FINALS = ", ".join(str(int(state)) for state in sorted(FINALS))
_FOUND = f"""
    SELECT v.service_id, v.achievement_date, v.provider_id, v.network_id,
           coalesce(v.commissioner_id, l.commissioner_id, a.commissioner_id) AS commissioner_id,
           CASE WHEN v.was_state IN ({_FINALS}) THEN v.was ELSE 0 END AS approved, coalesce(v.amount, 0) AS due
    FROM verdict v LEFT JOIN achievement_achievement a ON a.id = v.id
    LEFT JOIN organisations_lead l ON l.network_id = v.network_id AND upper_inf(l.recorded) AND l.valid @> %s::date
    WHERE v.verdict = 'to be adjusted'"""
_CLOSE = f"""
    WITH found AS ({_FOUND})
    UPDATE achievement_adjustmentdue d SET until = %s
    WHERE until IS NULL AND service_id = %s AND achievement_date = ANY(%s) AND {{standing}}
      AND NOT EXISTS (
          SELECT FROM found f WHERE {_SAME}
             AND (f.approved, f.due) = (d.approved, d.due))"""
_OPEN = f"""
    WITH found AS ({_FOUND})
    INSERT INTO achievement_adjustmentdue
        ({KEY}, network_id, commissioner_id, approved, due, why, since)
    SELECT {KEY}, network_id, commissioner_id, approved, due, %s, %s FROM found f
    WHERE approved <> due AND NOT EXISTS (
        SELECT FROM achievement_adjustmentdue d
        WHERE d.until IS NULL AND {_SAME})
    ORDER BY achievement_date, service_id, provider_id"""


def keep_what_is_to_be_adjusted(
    course: Course, service_id: int, dates: Sequence[date], whose: Sequence[int], *, why: str
) -> None:
    """What the verdicts of a calculation leave "to be adjusted" stands from now on, and what they do not does no more.

    `dates` and `whose` are what was worked out; `why` is what changed. A difference that stands stays as it was found.
    """
    today = clock.today()
    with connection.cursor() as cursor:
        close = _CLOSE.format(standing=course.standing)
        cursor.execute(close, [today, instant(), service_id, list(dates), list(whose)])
        cursor.execute(_OPEN, [today, why[:WHY_LENGTH], instant()])
