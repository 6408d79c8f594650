"""What the pages of waiting networks show."""

from achievement.presenters.waiting.bundle import bundle_of, facts_of, zip_of
from achievement.presenters.waiting.findings import Finding, findings_of
from achievement.presenters.waiting.listing import WaitingPage, cause_table, listing_sheet, network_columns, network_row
from achievement.presenters.waiting.page import WaitingNetworkPage, waiting_network_page

__all__ = [
    "Finding",
    "WaitingNetworkPage",
    "WaitingPage",
    "bundle_of",
    "cause_table",
    "facts_of",
    "findings_of",
    "listing_sheet",
    "network_columns",
    "network_row",
    "waiting_network_page",
    "zip_of",
]
