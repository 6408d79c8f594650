"""What would change: the real commands and all that follows from them, rolled back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction

from core.actors import Actor
from core.commands import command
from core.transitions import Seen
from participation.commands.ends import save_end_date
from participation.commands.offering import OffersMade
from participation.commands.offers import offer_to_networks
from participation.commands.terms import EndDatesSaved


@command
def preview_end_date(seen: Collection[Seen], end_date: date, reason: str, *, by: Actor) -> EndDatesSaved:
    """Answer what `save_end_date` would; nothing is kept. Raises as it does."""
    with transaction.atomic():
        saved = save_end_date(seen, end_date, reason, by=by)
        transaction.set_rollback(True)
    return saved


@command
def preview_offer(
    service_id: int, network_ids: Collection[int], start_date: date, end_date: date, *, by: Actor
) -> OffersMade:
    """Answer what `offer_to_networks` would; nothing is kept. Raises as it does."""
    with transaction.atomic():
        made = offer_to_networks(service_id, network_ids, start_date, end_date, by=by)
        transaction.set_rollback(True)
    return made
