"""What lists of the API are narrowed by."""

from organisations.filters.dated import ListSizeFilters, NominationFilters, RelationshipFilters
from organisations.filters.loads import ReferenceLoadFilters, ReferenceUploadFilters
from organisations.filters.organisations import OrganisationFilters
from organisations.filters.payees import ContactFilters, PayeeProposalFilters
from organisations.filters.requests import OdsRequestFilters

__all__ = [
    "ContactFilters",
    "ListSizeFilters",
    "NominationFilters",
    "OdsRequestFilters",
    "OrganisationFilters",
    "PayeeProposalFilters",
    "ReferenceLoadFilters",
    "ReferenceUploadFilters",
    "RelationshipFilters",
]
