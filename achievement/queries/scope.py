"""What a calculation or an overnight run is about."""

from __future__ import annotations

from collections.abc import Collection

from catalogue.models import Aggregates, QualityService


def services_that_aggregate_amounts(among: Collection[int] | None = None) -> list[int]:
    """Ids of the services whose networks are paid the sum of their lines; among these, where given."""
    services = QualityService.objects.for_networks().filter(aggregates=Aggregates.AMOUNTS)
    if among is not None:
        services = services.filter(pk__in=among)
    return list(services.order_by("pk").values_list("pk", flat=True))
