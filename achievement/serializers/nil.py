"""Lines settled as nil, and what is sent to propose, settle and lift them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from achievement.rules import sees_pounds
from achievement.states import NilState
from core.texts import REASON_LENGTH
from operations.api.shapes import SeenSerializer, StrictSerializer
from organisations.serializers import OrganisationNameSerializer
from ui.wording import note_for

LONGEST_TOKEN = 20_000
STATUSES = [(label, label) for label in NilState.labels]


class ReasonField(serializers.CharField):
    """A reason; one that names pounds is kept from those whose roles show none."""

    def to_representation(self, value: Any) -> str:
        return note_for(super().to_representation(value), pounds=sees_pounds(self.context["view"].by))


class NilSettlementSerializer(serializers.Serializer[Any]):
    """One practice's line of one PCN that counts as nil for a date, or is proposed to, and what became of it."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    service = serializers.CharField(source="service.code")
    achievement_date = serializers.DateField()
    network = OrganisationNameSerializer()
    provider = OrganisationNameSerializer()
    commissioner = OrganisationNameSerializer()
    status = serializers.ChoiceField(choices=STATUSES, source="state_label")
    reason = ReasonField()
    proposed_by = serializers.CharField(source="proposed_by.name")
    proposed_at = serializers.DateTimeField()
    confirmed_by = serializers.CharField(source="confirmed_by.name", default=None, allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)


class NilPreviewedSerializer(StrictSerializer):
    """`preview` answers what would follow, and keeps nothing. Where its token comes with the act, what would follow by
    now is compared with it, and nothing is kept where it differs."""

    preview = serializers.BooleanField(default=False)
    preview_token = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_TOKEN)


class ProposeNilSerializer(NilPreviewedSerializer):
    """Whose line, of which PCN, is to count as nil for a date, and why."""

    network = serializers.CharField(max_length=12, help_text="The Org ID of the PCN.")
    provider = serializers.CharField(max_length=12, help_text="The Org ID of the practice.")
    service = serializers.CharField(max_length=80)
    achievement_date = serializers.DateField()
    reason = serializers.CharField(
        max_length=REASON_LENGTH, help_text="Whoever confirms it reads it, and so do the practice and its PCN."
    )


class ConfirmNilSerializer(NilPreviewedSerializer, SeenSerializer):
    """A proposal as it was seen."""


class SettleNilSerializer(SeenSerializer):
    """A proposal as it was seen, and why it is declined or withdrawn."""

    reason = serializers.CharField(max_length=REASON_LENGTH)


class LiftNilSerializer(NilPreviewedSerializer, SettleNilSerializer):
    """A settlement as it was seen, and why it is lifted."""


class NilActedSerializer(serializers.Serializer[Any]):
    """What became of a settlement, in sentences; of a preview, what would follow. `settlement` is null where nothing
    was proposed."""

    settlement = serializers.IntegerField(allow_null=True)
    status = serializers.CharField()
    sentences = serializers.ListField(child=serializers.CharField())
    preview_token = serializers.CharField()
