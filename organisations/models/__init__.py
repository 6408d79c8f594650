"""Organisations, the dated facts between them, who decided on payees and closures, contacts, and reference files."""

from organisations.models.contacts import Contact
from organisations.models.lists import ListCorrection
from organisations.models.organisations import (
    Cluster,
    Kind,
    Lead,
    ListKind,
    ListSize,
    Membership,
    MembershipQuerySet,
    OdsLoad,
    OdsUpload,
    OdsUploadFile,
    Organisation,
    OrganisationQuerySet,
    Parent,
    Payee,
)
from organisations.models.payees import PayeeProposal, PayeeProposalChange
from organisations.models.requests import OdsRequest, OdsRequestChange
from organisations.models.successions import ClosureProposal, ClosureProposalChange, Succession

__all__ = [
    "ClosureProposal",
    "ClosureProposalChange",
    "Cluster",
    "Contact",
    "Kind",
    "Lead",
    "ListCorrection",
    "ListKind",
    "ListSize",
    "Membership",
    "MembershipQuerySet",
    "OdsLoad",
    "OdsRequest",
    "OdsRequestChange",
    "OdsUpload",
    "OdsUploadFile",
    "Organisation",
    "OrganisationQuerySet",
    "Parent",
    "Payee",
    "PayeeProposal",
    "PayeeProposalChange",
    "Succession",
]
