"""What the API says of participations, and what is sent to give them end dates."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from operations.api.shapes import ReasonSerializer
from organisations.serializers import OrganisationNameSerializer
from participation.states import State

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
