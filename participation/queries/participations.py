"""Participations by whom they concern."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from core.actors import Actor
from participation.models import Participation
from participation.rules import visible_to
from participation.states import COVERING

COVERING_PARTICIPATIONS_SQL = f"""
    SELECT DISTINCT ON (k.achievement_date, k.service_id, p.network_id, p.provider_id)
           k.achievement_date, k.service_id, p.network_id, p.provider_id, p.id AS participation_id, p.commissioner_id
    FROM {{keys}} k
    JOIN participation_participation p
      ON p.service_id = k.service_id AND p.network_id = k.network_id
     AND p.state IN ({", ".join(str(int(state)) for state in sorted(COVERING))})
    JOIN participation_term t
      ON t.participation_id = p.id AND upper_inf(t.recorded) AND t.valid @> k.achievement_date
    ORDER BY k.achievement_date, k.service_id, p.network_id, p.provider_id, p.id"""
"""SQL: for a relation `{keys}` of (achievement_date, service_id, network_id), a row (achievement_date, service_id,
network_id, provider_id, participation_id, commissioner_id) for every approved participation whose term, as believed
now, covers the date. The same rule as `Participation.objects.covering`, for many days at once."""


def covering_participations_sql(keys: str) -> str:
    """COVERING_PARTICIPATIONS_SQL over a relation: a table, or a select in brackets; from code, never from input."""
    return COVERING_PARTICIPATIONS_SQL.format(keys=keys)


def participations_for(by: Actor) -> QuerySet[Participation]:
    """The participations somebody may see, with their terms, and all that a row needs to show itself."""
    seen = Participation.objects.filter(visible_to(by)).with_terms()
    return seen.select_related("service", "provider", "network", "commissioner")


def keys_of(ids: Collection[int]) -> frozenset[tuple[int, int | None, int]]:
    """Triples of (service id, network id or None, provider id), for what a change says it touches."""
    rows = Participation.objects.filter(pk__in=ids)
    return frozenset(rows.values_list("service_id", "network_id", "provider_id"))


def network_ids_of(ids: Collection[int]) -> set[int]:
    """The networks these participations are for: to be locked first, in id order, because ends and answers cascade."""
    rows = Participation.objects.filter(pk__in=ids, network__isnull=False)
    return set(rows.values_list("network_id", flat=True))
