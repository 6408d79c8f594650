"""Networks, as achievements see them."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from achievement.states import State
from organisations.models import Membership
from participation.models import Participation


def ever_networks_of(practice_ids: Collection[int]) -> set[int]:
    """Ids of every network these practices were a member of, by any belief."""
    return set(Membership.objects.filter(practice__in=practice_ids).values_list("network_id", flat=True))


_WITH_RIVALS = f"""
    WITH RECURSIVE concerned(id) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT a.network_id FROM concerned c
        JOIN organisations_membership m ON m.network_id = c.id AND upper_inf(m.recorded)
        JOIN achievement_achievement a
          ON a.provider_id = m.practice_id AND m.valid @> a.achievement_date AND a.network_id <> c.id
         AND a.state <> {State.WITHDRAWN:d})
    SELECT id FROM concerned"""


def with_rivals(networks: Collection[int]) -> set[int]:
    """These networks (ids), and every other in which a line stands for a day on which its practice is in one of them;
    and so on. A practice is paid once for a date: worked out apart, the line due here would meet the one there."""
    with connection.cursor() as cursor:
        cursor.execute(_WITH_RIVALS, [list(networks)])
        return {id for (id,) in cursor.fetchall()}


def networks_of_service(service_id: int) -> set[int]:
    """Ids of the networks a service was offered to."""
    offered = Participation.objects.filter(service=service_id, network__isnull=False)
    return set(offered.values_list("network_id", flat=True).distinct())
