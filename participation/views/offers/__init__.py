"""*Create Offers*: what was begun, the five steps, and the confirmation."""

from participation.views.offers.providers import offer_codes, offer_providers
from participation.views.offers.review import offers_made, review_lines, review_offers
from participation.views.offers.steps import create_offers, drop_offers, new_offer, offer_dates, offer_service

__all__ = [
    "create_offers",
    "drop_offers",
    "new_offer",
    "offer_codes",
    "offer_dates",
    "offer_providers",
    "offer_service",
    "offers_made",
    "review_lines",
    "review_offers",
]
