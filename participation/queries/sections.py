"""What the page of a practice or network shows of services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from core.actors import Actor
from participation.models import Participation, Term
from participation.rules import visible_to
from participation.states import COVERING, OPEN

Known = date | None


def services_of_network(by: Actor, network_id: int, day: date, known_on: Known = None) -> Sequence[Mapping[str, Any]]:
    """Each service that was offered to a network's practices and lasts on a day or later: how many practices take
    part, and how many of them on the day."""
    rows = Participation.objects.filter(visible_to(by), network=network_id).in_state(*OPEN)
    covering = Q(state__in=COVERING, pk__in=Term.objects.as_of(day, known_on).values("participation"))
    services = _lasting(rows, day, known_on).values("service__code", "service__name")
    counted = services.annotate(
        practices=Count("provider", distinct=True),
        taking_part=Count("provider", filter=covering, distinct=True),
    )
    return list[Any](counted.order_by("service__name"))


def services_of_practice(by: Actor, practice_id: int, day: date, known_on: Known = None) -> QuerySet[Any]:
    """A practice's offers and participations that last on a day or later, by service."""
    rows = Participation.objects.filter(visible_to(by), provider=practice_id).in_state(*OPEN)
    shown = _lasting(rows, day, known_on).with_terms(known_on).select_related("service", "network")
    return shown.order_by("service__name", "network__name", "pk")


def _lasting(rows: Any, day: date, known_on: Known) -> Any:
    terms = Term.objects.known(known_on).filter(participation=OuterRef("pk"))
    ends = rows.annotate(until=Subquery(terms.values("valid__endswith")[:1]))
    return ends.filter(Q(until__gt=day) | Q(until=None))
