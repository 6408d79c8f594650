"""The pages of Participation Management."""

from participation.views.acting import act
from participation.views.allocations import (
    allocation_history,
    allocations,
    allocations_file,
    save_allocations,
    service_allocations,
    set_allocations,
    upload_allocations,
)
from participation.views.available import ask_for_service, available_services
from participation.views.closure_proposals import (
    closure_proposal,
    confirm_closure,
    decline_closure,
    take_back_closure,
)
from participation.views.closures import closure, closures
from participation.views.end_requests import confirm_end, decline_end, end_request, end_requests, take_back_end
from participation.views.ends import cancel_service, save_end_date
from participation.views.joiners import joiner, joiners
from participation.views.large_ends import large_end, save_large_end
from participation.views.mine import answer, answered, my_services, my_services_history
from participation.views.offer import offer
from participation.views.offered import offered_service, offered_service_file, offered_services
from participation.views.offers import (
    create_offers,
    drop_offers,
    new_offer,
    offer_codes,
    offer_dates,
    offer_providers,
    offer_service,
    offers_made,
    review_lines,
    review_offers,
)
from participation.views.service_requests import decline_service, service_request, service_requests
from participation.views.starts import save_start_date

__all__ = [
    "act",
    "allocation_history",
    "allocations",
    "allocations_file",
    "answer",
    "answered",
    "ask_for_service",
    "available_services",
    "cancel_service",
    "closure",
    "closure_proposal",
    "closures",
    "confirm_closure",
    "confirm_end",
    "create_offers",
    "decline_closure",
    "decline_end",
    "decline_service",
    "drop_offers",
    "end_request",
    "end_requests",
    "joiner",
    "joiners",
    "large_end",
    "my_services",
    "my_services_history",
    "new_offer",
    "offer",
    "offer_codes",
    "offer_dates",
    "offer_providers",
    "offer_service",
    "offered_service",
    "offered_service_file",
    "offered_services",
    "offers_made",
    "review_lines",
    "review_offers",
    "save_allocations",
    "save_end_date",
    "save_large_end",
    "save_start_date",
    "service_allocations",
    "service_request",
    "service_requests",
    "set_allocations",
    "take_back_closure",
    "take_back_end",
    "upload_allocations",
]
