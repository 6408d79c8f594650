"""What the API says of organisations and the dated facts between them, and what is sent to change them."""

from organisations.serializers.contacts import (
    AddContactSerializer,
    ChangeContactSerializer,
    ContactSerializer,
    RemoveContactSerializer,
)
from organisations.serializers.dated import ListSizeSerializer, NominationSerializer, RelationshipSerializer
from organisations.serializers.organisations import (
    OrganisationDetailSerializer,
    OrganisationNameSerializer,
    OrganisationSerializer,
)
from organisations.serializers.payees import (
    ConfirmPayeeSerializer,
    DeclinePayeeSerializer,
    PayeeActedSerializer,
    PayeeProposalSerializer,
    ProposePayeeSerializer,
    WithdrawPayeeSerializer,
)

__all__ = [
    "AddContactSerializer",
    "ChangeContactSerializer",
    "ConfirmPayeeSerializer",
    "ContactSerializer",
    "DeclinePayeeSerializer",
    "ListSizeSerializer",
    "NominationSerializer",
    "OrganisationDetailSerializer",
    "OrganisationNameSerializer",
    "OrganisationSerializer",
    "PayeeActedSerializer",
    "PayeeProposalSerializer",
    "ProposePayeeSerializer",
    "RelationshipSerializer",
    "RemoveContactSerializer",
    "WithdrawPayeeSerializer",
]
