"""Organisations, the dated facts between them, who is paid for a network and who decided so, and reference files."""

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

__all__ = [
    "Cluster",
    "Kind",
    "Lead",
    "ListKind",
    "ListSize",
    "Membership",
    "MembershipQuerySet",
    "OdsLoad",
    "OdsUpload",
    "OdsUploadFile",
    "Organisation",
    "OrganisationQuerySet",
    "Parent",
    "Payee",
    "PayeeProposal",
    "PayeeProposalChange",
]
