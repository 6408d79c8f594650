"""What happens to offers and participations."""

from participation.commands.allocations import set_allocations
from participation.commands.answers import (
    Answered,
    accept_offers,
    approve_participations,
    cancel_participations,
    do_not_approve_participations,
    reject_offers,
)
from participation.commands.by_itself import DayClosed, close_the_day, follow_memberships
from participation.commands.ends import save_end_date
from participation.commands.offering import OffersMade
from participation.commands.offers import offer_to_networks
from participation.commands.practice_offers import offer_to_practices
from participation.commands.previews import preview_end_date, preview_offer
from participation.commands.terms import EndDatesSaved, change_end_dates

__all__ = [
    "Answered",
    "DayClosed",
    "EndDatesSaved",
    "OffersMade",
    "accept_offers",
    "approve_participations",
    "cancel_participations",
    "change_end_dates",
    "close_the_day",
    "do_not_approve_participations",
    "follow_memberships",
    "offer_to_networks",
    "offer_to_practices",
    "preview_end_date",
    "preview_offer",
    "reject_offers",
    "save_end_date",
    "set_allocations",
]
