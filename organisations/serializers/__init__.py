"""What the API says of organisations and the dated facts between them, and what is sent to change them."""

from organisations.serializers.contacts import (
    AddContactSerializer,
    ChangeContactSerializer,
    ContactSerializer,
    RemoveContactSerializer,
)
from organisations.serializers.dated import ListSizeSerializer, NominationSerializer, RelationshipSerializer
from organisations.serializers.lists import CorrectListSerializer, ListCorrectedSerializer, kind_of
from organisations.serializers.organisations import (
    OrganisationDetailSerializer,
    OrganisationNameSerializer,
    OrganisationSerializer,
)
from organisations.serializers.payees import (
    ConfirmPayeeSerializer,
    DeclinePayeeSerializer,
    NotedSerializer,
    NotePayeeChangeSerializer,
    PayeeActedSerializer,
    PayeeProposalSerializer,
    ProposePayeeSerializer,
    WithdrawPayeeSerializer,
)
from organisations.serializers.requests import (
    AskOdsSerializer,
    CloseOdsRequestSerializer,
    OdsAnswerSerializer,
    OdsRequestSerializer,
)
from organisations.serializers.uploads import (
    ConfirmUploadSerializer,
    ReferenceLoadDetailSerializer,
    ReferenceLoadSerializer,
    ReferenceUploadDetailSerializer,
    ReferenceUploadSerializer,
    UploadActSerializer,
    UploadSerializer,
)

__all__ = [
    "AddContactSerializer",
    "AskOdsSerializer",
    "ChangeContactSerializer",
    "CloseOdsRequestSerializer",
    "ConfirmPayeeSerializer",
    "ConfirmUploadSerializer",
    "ContactSerializer",
    "CorrectListSerializer",
    "DeclinePayeeSerializer",
    "ListCorrectedSerializer",
    "ListSizeSerializer",
    "NominationSerializer",
    "NotePayeeChangeSerializer",
    "NotedSerializer",
    "OdsAnswerSerializer",
    "OdsRequestSerializer",
    "OrganisationDetailSerializer",
    "OrganisationNameSerializer",
    "OrganisationSerializer",
    "PayeeActedSerializer",
    "PayeeProposalSerializer",
    "ProposePayeeSerializer",
    "ReferenceLoadDetailSerializer",
    "ReferenceLoadSerializer",
    "ReferenceUploadDetailSerializer",
    "ReferenceUploadSerializer",
    "RelationshipSerializer",
    "RemoveContactSerializer",
    "UploadActSerializer",
    "UploadSerializer",
    "WithdrawPayeeSerializer",
    "kind_of",
]
