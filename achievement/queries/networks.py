"""Networks, as achievements see them."""

from __future__ import annotations

from collections.abc import Collection

from organisations.models import Membership
from participation.models import Participation


def ever_networks_of(practice_ids: Collection[int]) -> set[int]:
    """Ids of every network these practices were a member of, by any belief."""
    return set(Membership.objects.filter(practice__in=practice_ids).values_list("network_id", flat=True))


def networks_of_service(service_id: int) -> set[int]:
    """Ids of the networks a service was offered to."""
    offered = Participation.objects.filter(service=service_id, network__isnull=False)
    return set(offered.values_list("network_id", flat=True).distinct())
