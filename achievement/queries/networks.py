"""Networks, as achievements see them."""

from __future__ import annotations

from collections.abc import Collection

from organisations.models import Membership


def ever_networks_of(practice_ids: Collection[int]) -> set[int]:
    """Ids of every network these practices were a member of, by any belief."""
    return set(Membership.objects.filter(practice__in=practice_ids).values_list("network_id", flat=True))
