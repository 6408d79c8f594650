"""What would change: the real commands and all that follows from them, rolled back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction

from core.actors import Actor
from core.commands import command
from core.previews import Ahead, look_ahead
from core.transitions import Seen
from participation.commands.ending import Ended, Ending, carry_out
from participation.commands.offering import OffersMade
from participation.commands.offers import offer_to_networks


@command
def preview_end(seen: Collection[Seen], ending: Ending, *, by: Actor) -> Ahead[Ended]:
    """Answer what `save_end_date` or `cancel_participations` would, whether or not it needs a second person, and what
    is expected of the days to come; nothing is kept. Raises as they do."""
    return look_ahead(lambda: carry_out(seen, ending, by=by))


@command
def preview_offer(
    service_id: int, network_ids: Collection[int], start_date: date, end_date: date, *, by: Actor
) -> OffersMade:
    """Answer what `offer_to_networks` would; nothing is kept. Raises as it does."""
    with transaction.atomic():
        made = offer_to_networks(service_id, network_ids, start_date, end_date, by=by)
        transaction.set_rollback(True)
    return made
