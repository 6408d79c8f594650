"""What happens to offers and participations."""

from participation.commands.allocations import set_allocations
from participation.commands.answers import (
    Answered,
    accept_offers,
    approve_participations,
    do_not_approve_participations,
    reject_offers,
)
from participation.commands.asking import ask_for_service
from participation.commands.by_itself import DayClosed, close_the_day, follow_memberships, propose_offers
from participation.commands.end_requests import (
    AskedFor,
    ask_to_end,
    confirm_end,
    decline_end,
    preview_request,
    take_back_end,
)
from participation.commands.ending import Ended, Ending, SecondPersonNeeded
from participation.commands.ends import cancel_participations, save_end_date
from participation.commands.joiners import JoinerOffer, JoinersSettled, settle_joiners
from participation.commands.offering import OffersMade
from participation.commands.offers import offer_to_networks
from participation.commands.practice_offers import offer_to_practices
from participation.commands.previews import preview_end, preview_offer
from participation.commands.telling import tell_of_end_request, tell_of_participations
from participation.commands.terms import EndDatesSaved, change_end_dates

__all__ = [
    "Answered",
    "AskedFor",
    "DayClosed",
    "EndDatesSaved",
    "Ended",
    "Ending",
    "JoinerOffer",
    "JoinersSettled",
    "OffersMade",
    "SecondPersonNeeded",
    "accept_offers",
    "approve_participations",
    "ask_for_service",
    "ask_to_end",
    "cancel_participations",
    "change_end_dates",
    "close_the_day",
    "confirm_end",
    "decline_end",
    "do_not_approve_participations",
    "follow_memberships",
    "offer_to_networks",
    "offer_to_practices",
    "preview_end",
    "preview_offer",
    "preview_request",
    "propose_offers",
    "reject_offers",
    "save_end_date",
    "set_allocations",
    "settle_joiners",
    "take_back_end",
    "tell_of_end_request",
    "tell_of_participations",
]
