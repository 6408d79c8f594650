"""Networks, as achievements see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection

from achievement.models import DATES_THERE_ARE_SQL
from achievement.states import State
from catalogue.changes import ServiceVersionReleased
from core.changes import Change
from organisations.changes import ClosingDatesCorrected, ListSizesCorrected, MembershipCorrected, SuccessionsRecorded
from organisations.models import Membership
from organisations.queries import heirs_of
from participation.changes import ParticipationsChanged
from participation.models import Participation


def ever_networks_of(practice_ids: Collection[int]) -> set[int]:
    """Ids of every network these practices were a member of, by any belief."""
    return set(Membership.objects.filter(practice__in=practice_ids).values_list("network_id", flat=True))


FEW = 100
"""Networks for which their practices' lines are looked up, date by date; for more, all lines are read once."""


def _with_rivals_sql(dates: str) -> str:
    return f"""
        WITH RECURSIVE known AS MATERIALIZED (SELECT day FROM ({DATES_THERE_ARE_SQL}) dates),
        concerned(id) AS (
            SELECT unnest(%s::bigint[])
            UNION
            SELECT a.network_id FROM concerned c
            JOIN organisations_membership m ON m.network_id = c.id AND upper_inf(m.recorded)
            {dates}
            JOIN achievement_achievement a
              ON a.provider_id = m.practice_id AND m.valid @> a.achievement_date AND a.network_id <> c.id
             AND a.state <> {State.WITHDRAWN:d} {"AND a.achievement_date = k.day" if dates else ""})
        SELECT id FROM concerned"""


_RIVALS_OF_FEW = _with_rivals_sql("JOIN known k ON m.valid @> k.day")
_RIVALS_OF_MANY = _with_rivals_sql("")


def with_rivals(networks: Collection[int]) -> set[int]:
    """These networks (ids), and every other in which a line stands for a day on which its practice is in one of them;
    and so on. A practice is paid once for a date: worked out apart, the line due here would meet the one there."""
    with connection.cursor() as cursor:
        cursor.execute(_RIVALS_OF_FEW if len(networks) <= FEW else _RIVALS_OF_MANY, [list(networks)])
        return {id for (id,) in cursor.fetchall()}


def networks_of_service(service_id: int) -> set[int]:
    """Ids of the networks a service was offered to."""
    offered = Participation.objects.filter(service=service_id, network__isnull=False)
    return set(offered.values_list("network_id", flat=True).distinct())


@dataclass(frozen=True)
class Touched:
    """The networks whose lines a change may alter, and the services; None is all of them."""

    networks: frozenset[int]
    services: frozenset[int] | None = None


def touched_by(changes: Iterable[Change]) -> Touched:
    """What has to be worked out anew after these changes, of lines of networks.

    A practice in two networks counts in one of them, so every network that it was ever in is concerned. A list counts
    with whoever follows its practice.
    """
    networks: set[int] = set()
    services: set[int] | None = set()
    for change in changes:
        if isinstance(change, ParticipationsChanged):
            networks |= {network for _service, network in change.network_keys}
            services = None if services is None else services | {service for service, _network in change.network_keys}
        elif isinstance(change, ServiceVersionReleased):
            networks |= networks_of_service(change.service_id)
            services = None if services is None else services | {change.service_id}
        elif isinstance(change, MembershipCorrected):
            networks |= change.network_ids | ever_networks_of(change.practice_ids)
            services = None
        elif isinstance(change, ListSizesCorrected):
            whose = {organisation for organisation, _kind in change.pairs}
            networks |= ever_networks_of(whose | heirs_of(whose))
            services = None
        elif isinstance(change, ClosingDatesCorrected | SuccessionsRecorded):
            networks |= ever_networks_of(change.practice_ids | heirs_of(change.practice_ids))
            services = None
    return Touched(frozenset(networks), None if services is None else frozenset(services))
