"""What the API says of offers and participations, and what is sent to change them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from operations.api.shapes import ReasonSerializer, StrictSerializer
from organisations.serializers import OrganisationNameSerializer
from participation.states import State

MOST_OFFERED = 2_000
STATUSES = [(label, label) for label in State.labels]


class ParticipationSerializer(serializers.Serializer[Any]):
    """One service offered to one provider, and what came of it. `network` is null where the practice is paid itself."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    service = serializers.CharField(source="service.code")
    provider = OrganisationNameSerializer()
    network = OrganisationNameSerializer(allow_null=True)
    commissioner = OrganisationNameSerializer()
    status = serializers.ChoiceField(choices=STATUSES, source="state_label")
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    offered_at = serializers.DateTimeField()
    respond_by = serializers.DateField(allow_null=True)


class SaveEndDateSerializer(ReasonSerializer):
    """The last day of participations, and why. `preview` answers what would change, and keeps nothing."""

    end_date = serializers.DateField(help_text="This day is included.")
    preview = serializers.BooleanField(default=False)


class CreateOffersSerializer(StrictSerializer):
    """A service, and whom it is offered to: PCNs where it pays PCNs, otherwise practices."""

    service = serializers.CharField(max_length=80, help_text="The code of the quality service.")
    organisations = serializers.ListField(
        child=serializers.CharField(max_length=12), min_length=1, max_length=MOST_OFFERED, help_text="Org IDs."
    )
    start_date = serializers.DateField()
    end_date = serializers.DateField(help_text="This day is included.")
    respond_by = serializers.DateField(required=False, allow_null=True, default=None)


class OfferedSerializer(serializers.Serializer[Any]):
    """The participations that an offer made, and the sentences that the page shows."""

    participations = serializers.ListField(child=serializers.IntegerField())
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="PCNs without a member practice on these days."
    )
    sentences = serializers.ListField(child=serializers.CharField())
