"""Services that providers asked for, and what is sent to ask and to decline."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.texts import REASON_LENGTH
from operations.api.shapes import SeenSerializer, StrictSerializer
from organisations.serializers import OrganisationNameSerializer
from participation.states import AskState

ASK_STATUSES = [(label, label) for label in AskState.labels]


class ServiceRequestSerializer(serializers.Serializer[Any]):
    """One service that a provider asked to be offered, and what came of it; `reason` says why it was declined."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    service = serializers.CharField(source="service.code")
    provider = OrganisationNameSerializer()
    commissioner = OrganisationNameSerializer()
    status = serializers.ChoiceField(choices=ASK_STATUSES, source="state_label")
    asked_by = serializers.CharField(source="asked_by.name", allow_null=True, default=None)
    asked_at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)
    decided_by = serializers.CharField(source="decided_by.name", allow_null=True, default=None)


class AskForServiceSerializer(StrictSerializer):
    """The service that the organisation acted for asks to be offered."""

    service = serializers.CharField(max_length=80, help_text="The code of the quality service.")


class DeclineRequestSerializer(SeenSerializer):
    """A request as it was seen, and why it is declined."""

    reason = serializers.CharField(max_length=REASON_LENGTH, help_text="The provider reads it.")
