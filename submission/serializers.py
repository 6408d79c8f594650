"""What the API says of submissions, and what is sent to enter figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from core.texts import SUBMISSION_NOTES_LENGTH
from operations.api.shapes import LARGEST_VERSION, StrictSerializer
from organisations.serializers import OrganisationNameSerializer
from submission.models import NOT_BEGUN
from submission.queries import network_achievement
from submission.states import ManualReason, State

STATUSES = [(label, label) for label in State.labels]
REASONS = {reason.label: reason for reason in ManualReason}


class SubmissionSerializer(serializers.Serializer[Any]):
    """What one provider gives for one service and achievement date."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    service = serializers.CharField(source="service.code")
    achievement_date = serializers.DateField()
    provider = OrganisationNameSerializer()
    network = OrganisationNameSerializer(allow_null=True)
    commissioner = OrganisationNameSerializer()
    status = serializers.ChoiceField(choices=STATUSES, source="state_label")
    on_behalf = serializers.BooleanField()
    submitted_at = serializers.DateTimeField(allow_null=True)


class DataSubmissionSerializer(OrganisationNameSerializer):
    """One provider of a PCN: whether its data have come, when, and what is missing, in words; empty for nothing."""

    pcn = serializers.CharField(help_text="The PCN's name; empty for a practice in none.")
    pcn_org_id = serializers.CharField(source="pcn_code")
    parent_organisation = serializers.CharField(source="parent_name")
    status = serializers.SerializerMethodField()
    submitted_at = serializers.SerializerMethodField()
    missing = serializers.CharField()

    def get_status(self, row: Any) -> str:
        return network_achievement.STATUSES[row.status]

    def get_submitted_at(self, row: Any) -> datetime | None:
        came: datetime = row.came_at
        return None if came == network_achievement.NEVER else came


class FieldSerializer(serializers.Serializer[Any]):
    """One field: what counts, and what would count if it were submitted now."""

    path = serializers.CharField(help_text="GROUP.FIELD or GROUP.INDICATOR.FIELD.")
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the serializer's own
    kind = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    submitted = serializers.JSONField(allow_null=True)
    in_progress = serializers.JSONField(allow_null=True)
    updated_at = serializers.DateTimeField(allow_null=True)


class SubmissionDetailSerializer(SubmissionSerializer):
    """With every field of it."""

    fields_given = FieldSerializer(many=True)


class VersionField(serializers.IntegerField):
    """The version of the submission as it was seen: what has changed since is not submitted over."""

    default_error_messages = {
        "required": "Give the version of the submission as you saw it; 0 where nobody had begun one.",
    }

    def __init__(self) -> None:
        super().__init__(
            min_value=NOT_BEGUN,
            max_value=LARGEST_VERSION,
            help_text="The submission's version as it was seen; 0 where nobody had begun one.",
        )


class KeySerializer(StrictSerializer):
    """What figures are given for."""

    service = serializers.CharField(max_length=80)
    achievement_date = serializers.DateField()
    provider = serializers.CharField(max_length=12, help_text="An Org ID.")


class FiguresSerializer(KeySerializer):
    """Figures as work in progress: they count for nothing yet."""

    values = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        required=False,
        default=dict,
        help_text="Path -> value: a whole number, true or false, a day as 2021-11-30, pounds as 12.50 in a string.",
    )
    reason = serializers.ChoiceField(
        choices=[(label, label) for label in REASONS], required=False, help_text="Why they are entered by hand."
    )
    note = serializers.CharField(max_length=SUBMISSION_NOTES_LENGTH, required=False, allow_blank=True)


class SubmitSerializer(FiguresSerializer):
    """Figures to submit, beside what is in progress, as it was seen."""

    version = VersionField()
    zero_fill = serializers.BooleanField(default=False, help_text="0 for management information left empty.")


class NilReturnSerializer(KeySerializer):
    """There was nothing: 0 in every number."""

    reason = serializers.ChoiceField(choices=[(label, label) for label in REASONS])
    note = serializers.CharField(max_length=SUBMISSION_NOTES_LENGTH, required=False, allow_blank=True, default="")
    version = VersionField()


class SavedSerializer(serializers.Serializer[Any]):
    """The submission as it is now, and what is to be known of it."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    sentences = serializers.ListField(child=serializers.CharField())
