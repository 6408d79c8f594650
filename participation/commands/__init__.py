"""What happens to offers and participations."""

from participation.commands.allocations import (
    AllocationsSet,
    Setting,
    correct_allocations,
    preview_allocations,
    set_allocations,
)
from participation.commands.answers import (
    Answered,
    accept_offers,
    approve_participations,
    do_not_approve_participations,
    reject_offers,
)
from participation.commands.asking import ask_for_service, decline_request
from participation.commands.by_itself import DayClosed, close_the_day, follow_memberships, propose_offers
from participation.commands.closures import (
    ClosureProposed,
    ClosuresSettled,
    TwoPeopleNeeded,
    confirm_closure,
    decline_closure,
    preview_closure_proposal,
    preview_closures,
    propose_closures,
    settle_closures,
    take_back_closure,
)
from participation.commands.drafts import (
    add_providers,
    begin_offers,
    choose_service,
    drop_offers,
    remove_providers,
    set_days,
)
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
from participation.commands.hand_overs import take_over_offers
from participation.commands.joiners import JoinerOffer, JoinersSettled, settle_joiners
from participation.commands.large_ends import ASK, CHECK, LARGE_END, SAVE, do_large_end, start_large_end
from participation.commands.making import PREVIEW, do_preview, make_offers, preview_offers, start_preview
from participation.commands.offering import OffersMade
from participation.commands.offers import offer_to_networks
from participation.commands.practice_offers import offer_to_practices
from participation.commands.previews import preview_end
from participation.commands.reminders import REMIND, plan_reminders, remind_of_offers, settle_reminders
from participation.commands.starts import StartSaved, save_start_date
from participation.commands.telling import tell_of_closure, tell_of_end_request, tell_of_participations
from participation.commands.terms import EndDatesSaved, change_end_dates

__all__ = [
    "ASK",
    "CHECK",
    "LARGE_END",
    "PREVIEW",
    "REMIND",
    "SAVE",
    "AllocationsSet",
    "Answered",
    "AskedFor",
    "ClosureProposed",
    "ClosuresSettled",
    "DayClosed",
    "EndDatesSaved",
    "Ended",
    "Ending",
    "JoinerOffer",
    "JoinersSettled",
    "OffersMade",
    "SecondPersonNeeded",
    "Setting",
    "StartSaved",
    "TwoPeopleNeeded",
    "accept_offers",
    "add_providers",
    "approve_participations",
    "ask_for_service",
    "ask_to_end",
    "begin_offers",
    "cancel_participations",
    "change_end_dates",
    "choose_service",
    "close_the_day",
    "confirm_closure",
    "confirm_end",
    "correct_allocations",
    "decline_closure",
    "decline_end",
    "decline_request",
    "do_large_end",
    "do_not_approve_participations",
    "do_preview",
    "drop_offers",
    "follow_memberships",
    "make_offers",
    "offer_to_networks",
    "offer_to_practices",
    "plan_reminders",
    "preview_allocations",
    "preview_closure_proposal",
    "preview_closures",
    "preview_end",
    "preview_offers",
    "preview_request",
    "propose_closures",
    "propose_offers",
    "reject_offers",
    "remind_of_offers",
    "remove_providers",
    "save_end_date",
    "save_start_date",
    "set_allocations",
    "set_days",
    "settle_closures",
    "settle_joiners",
    "settle_reminders",
    "start_large_end",
    "start_preview",
    "take_back_closure",
    "take_back_end",
    "take_over_offers",
    "tell_of_closure",
    "tell_of_end_request",
    "tell_of_participations",
]
