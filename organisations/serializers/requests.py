"""What ODS is asked to put right, and what is sent to ask, to note its answer and to close."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.texts import REQUEST_LENGTH
from operations.api.shapes import SeenSerializer, StrictSerializer
from organisations.serializers.organisations import OrganisationNameSerializer
from organisations.states import RequestState

ODS_STATUSES = [(label, label) for label in RequestState.labels]


class OdsRequestSerializer(serializers.Serializer[Any]):
    """One thing about a PCN that ODS was asked, and what it answered."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    pcn = OrganisationNameSerializer(source="network")
    practice = OrganisationNameSerializer(allow_null=True)
    text = serializers.CharField()
    status = serializers.ChoiceField(choices=ODS_STATUSES, source="state_label")
    asked_by = serializers.CharField(source="asked_by.name")
    asked_at = serializers.DateTimeField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class AskOdsSerializer(StrictSerializer):
    """What ODS is asked about a PCN, or one of its practices. The portal keeps track; it sends nothing to ODS."""

    pcn = serializers.CharField(max_length=12, help_text="The Org ID of the PCN.")
    practice = serializers.CharField(
        max_length=12, required=False, allow_blank=True, default="", help_text="The Org ID of a practice."
    )
    text = serializers.CharField(max_length=REQUEST_LENGTH)


class OdsAnswerSerializer(SeenSerializer):
    """A request as it was seen, and what ODS answered."""

    answer = serializers.CharField(max_length=REQUEST_LENGTH)


class CloseOdsRequestSerializer(SeenSerializer):
    """A request as it was seen, of which nothing more is awaited."""
