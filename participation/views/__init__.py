"""The pages of Participation Management."""

from participation.views.ends import save_end_date
from participation.views.mine import my_services
from participation.views.offered import offered_service, offered_services
from participation.views.offers import create_offers, offers_made

__all__ = ["create_offers", "my_services", "offered_service", "offered_services", "offers_made", "save_end_date"]
