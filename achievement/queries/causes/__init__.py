"""Why is this network waiting? Each line that a network lacks, with its causes out of the twenty of domain 7."""

from achievement.queries.causes.classify import BlockedLine, Key, Waiting, first_causes, first_causes_by_lead, waiting
from achievement.queries.causes.gather import Known, Offer, known_of
from achievement.queries.causes.networks import (
    Filters,
    NetworkSeen,
    WaitingNetwork,
    leads_waiting,
    narrowed,
    network_seen_by,
    networks_of,
    scope_of,
    services_waiting,
    totals_by_cause,
    waiting_networks,
    waiting_networks_for,
    years_waiting,
)
from achievement.queries.causes.scope import Scope
from achievement.queries.causes.twenty import FIRST_TO_LAST, Cause, Group

__all__ = [
    "FIRST_TO_LAST",
    "BlockedLine",
    "Cause",
    "Filters",
    "Group",
    "Key",
    "Known",
    "NetworkSeen",
    "Offer",
    "Scope",
    "Waiting",
    "WaitingNetwork",
    "first_causes",
    "first_causes_by_lead",
    "known_of",
    "leads_waiting",
    "narrowed",
    "network_seen_by",
    "networks_of",
    "scope_of",
    "services_waiting",
    "totals_by_cause",
    "waiting",
    "waiting_networks",
    "waiting_networks_for",
    "years_waiting",
]
