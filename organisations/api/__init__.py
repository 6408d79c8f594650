"""Organisations, the dated facts between them, payees and contacts."""

from organisations.api.contacts import Contacts
from organisations.api.dated import ListSizes, Memberships, Nominations
from organisations.api.organisations import Organisations
from organisations.api.payees import PayeeProposals
from organisations.api.requests import OdsRequests
from organisations.api.uploads import ReferenceLoads, ReferenceUploads

__all__ = [
    "Contacts",
    "ListSizes",
    "Memberships",
    "Nominations",
    "OdsRequests",
    "Organisations",
    "PayeeProposals",
    "ReferenceLoads",
    "ReferenceUploads",
]
