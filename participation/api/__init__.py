"""The part of the API about offers and participations."""

from participation.api.end_requests import EndRequests
from participation.api.joiners import Joiners
from participation.api.participations import Participations

__all__ = ["EndRequests", "Joiners", "Participations"]
