"""The part of the API about offers and participations."""

from participation.api.allocations import Allocations
from participation.api.closures import ClosureProposals, Closures
from participation.api.end_requests import EndRequests
from participation.api.joiners import Joiners
from participation.api.participations import Participations
from participation.api.service_requests import ServiceRequests

__all__ = ["Allocations", "ClosureProposals", "Closures", "EndRequests", "Joiners", "Participations", "ServiceRequests"]
