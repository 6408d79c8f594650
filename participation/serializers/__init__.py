"""What the API says, and what is sent to it."""

from participation.serializers.offers import CreateOffersSerializer, OfferedSerializer
from participation.serializers.participations import ParticipationSerializer, SaveEndDateSerializer

__all__ = ["CreateOffersSerializer", "OfferedSerializer", "ParticipationSerializer", "SaveEndDateSerializer"]
