"""What lists of the API are narrowed by."""

from organisations.filters.dated import ListSizeFilters, NominationFilters, RelationshipFilters
from organisations.filters.organisations import OrganisationFilters
from organisations.filters.payees import ContactFilters, PayeeProposalFilters

__all__ = [
    "ContactFilters",
    "ListSizeFilters",
    "NominationFilters",
    "OrganisationFilters",
    "PayeeProposalFilters",
    "RelationshipFilters",
]
