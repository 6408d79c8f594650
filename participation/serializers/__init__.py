"""What the API says, and what is sent to it."""

from participation.serializers.joiners import JoinersSettledSerializer, JoiningsSerializer, SettleJoinersSerializer
from participation.serializers.offers import CreateOffersSerializer, OfferedSerializer, OffersForeseenSerializer
from participation.serializers.participations import (
    REQUEST_STATUSES,
    STATUSES,
    AnswersSerializer,
    AskedSerializer,
    AskToEndSerializer,
    CancelSerializer,
    ConfirmSerializer,
    DeclineSerializer,
    EndedSerializer,
    EndRequestSerializer,
    ParticipationDetailSerializer,
    ParticipationSerializer,
    SaveEndDateSerializer,
    SaveStartDateSerializer,
    StartSavedSerializer,
    TakeBackSerializer,
)
from participation.serializers.service_requests import (
    AskForServiceSerializer,
    DeclineRequestSerializer,
    ServiceRequestSerializer,
)

__all__ = [
    "REQUEST_STATUSES",
    "STATUSES",
    "AnswersSerializer",
    "AskForServiceSerializer",
    "AskToEndSerializer",
    "AskedSerializer",
    "CancelSerializer",
    "ConfirmSerializer",
    "CreateOffersSerializer",
    "DeclineRequestSerializer",
    "DeclineSerializer",
    "EndRequestSerializer",
    "EndedSerializer",
    "JoinersSettledSerializer",
    "JoiningsSerializer",
    "OfferedSerializer",
    "OffersForeseenSerializer",
    "ParticipationDetailSerializer",
    "ParticipationSerializer",
    "SaveEndDateSerializer",
    "SaveStartDateSerializer",
    "ServiceRequestSerializer",
    "SettleJoinersSerializer",
    "StartSavedSerializer",
    "TakeBackSerializer",
]
