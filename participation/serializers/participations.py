"""What the API says of participations, and what is sent to answer, approve, end and cancel them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.texts import REASON_LENGTH
from operations.api.shapes import (
    LONGEST_TOKEN,
    ActedSerializer,
    PreviewedSerializer,
    ReasonSerializer,
    SeenSerializer,
    WithSeenSerializer,
)
from organisations.serializers import OrganisationNameSerializer
from participation.rules import reads_pounds
from participation.states import RequestState, State
from ui.wording import sentences_for

STATUSES = [(label, label) for label in State.labels]
REQUEST_STATUSES = [(label, label) for label in RequestState.labels]


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


class MoveSerializer(serializers.Serializer[Any]):
    """One move: what, when, by whom, and why; `by` is empty for the portal itself."""

    at = serializers.DateTimeField()
    move = serializers.CharField(source="transition")
    status = serializers.CharField()
    by = serializers.CharField()
    organisation = serializers.CharField(allow_null=True)
    note = serializers.CharField()


class TermSerializer(serializers.Serializer[Any]):
    """One belief about its days, and when it was held; `recorded_until` is null for the present one."""

    start_date = serializers.DateField()
    end_date = serializers.DateField()
    recorded_from = serializers.DateTimeField()
    recorded_until = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField()
    reason = serializers.CharField()


class ActSerializer(serializers.Serializer[Any]):
    """Something that its status allows; where you may not, why, and who can."""

    act = serializers.CharField(source="name")
    refused = serializers.CharField(source="why_not")
    who_can = serializers.CharField()


class ParticipationDetailSerializer(ParticipationSerializer):
    """One of them, with what can be done to it, its history, and its days on two clocks."""

    parent_organisation = serializers.CharField(source="parent_name", help_text="The Parent Organisation's name today.")
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    replaced_by = serializers.ListField(child=serializers.IntegerField())
    can = ActSerializer(many=True)
    history = MoveSerializer(many=True, source="moves")
    terms = TermSerializer(many=True, source="beliefs")


class SaveEndDateSerializer(PreviewedSerializer, ReasonSerializer):
    """The last day of participations, and why."""

    end_date = serializers.DateField(help_text="This day is included.")


class SaveStartDateSerializer(PreviewedSerializer, SeenSerializer):
    """The first day of one participation, and why it is corrected."""

    start_date = serializers.DateField()
    reason = serializers.CharField(max_length=REASON_LENGTH, trim_whitespace=True, help_text="The practices read it.")


class StartSavedSerializer(serializers.Serializer[Any]):
    """What became of the start, in the sentences that the page shows. Of a preview: what would, what is expected of
    the days to come, and the token to send with the save."""

    participation = serializers.IntegerField()
    start_date = serializers.DateField()
    sentences = serializers.ListField(child=serializers.CharField())
    expected = serializers.ListField(child=serializers.CharField())
    preview_token = serializers.CharField()


class CancelSerializer(PreviewedSerializer, ReasonSerializer):
    """Participations to void from their start, and why."""


class AskToEndSerializer(ReasonSerializer):
    """An end date, or a cancellation where it is left out, that takes back what was approved, and why."""

    end_date = serializers.DateField(required=False, allow_null=True, default=None, help_text="This day is included.")
    preview_token = serializers.CharField(max_length=LONGEST_TOKEN, help_text="What its preview answered.")


class AnswersSerializer(WithSeenSerializer):
    """Offers to accept, or answers to approve."""


class EndedSerializer(ActedSerializer):
    """What became of the rows. Of a preview: what would, with what is expected of the days to come, whether a second
    person is needed, and the token to send with the save."""

    warnings = serializers.ListField(child=serializers.CharField())
    expected = serializers.ListField(child=serializers.CharField())
    needs_second_person = serializers.BooleanField()
    preview_token = serializers.CharField()


class AskedSerializer(serializers.Serializer[Any]):
    """The request that awaits a second person, and what it would change as things stand."""

    end_request = serializers.IntegerField()
    participations = serializers.ListField(child=serializers.IntegerField())
    sentences = serializers.ListField(child=serializers.CharField())


class ForeseenField(serializers.ListField):
    """Sentences, those that name pounds only for whoever may read them."""

    def to_representation(self, value: Any) -> list[Any]:
        return super().to_representation(sentences_for(value, pounds=reads_pounds(self.context["view"].by)))


class EndRequestSerializer(serializers.Serializer[Any]):
    """An end date, or a cancellation where it is null, that a second person confirms or declines."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    service = serializers.CharField(source="service.code")
    commissioner = OrganisationNameSerializer()
    end_date = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    practices = serializers.IntegerField()
    status = serializers.ChoiceField(choices=REQUEST_STATUSES, source="state_label")
    asked_by = serializers.CharField(source="asked_by.name")
    asked_at = serializers.DateTimeField()
    decided_by = serializers.CharField(source="decided_by.name", allow_null=True, default=None)
    foreseen = ForeseenField(child=serializers.CharField(), help_text="What whoever asked saw of it.")


class ConfirmSerializer(PreviewedSerializer, SeenSerializer):
    """The request as it was seen; with `preview`, what confirming it would change."""


class TakeBackSerializer(SeenSerializer):
    """The request as it was seen."""


class DeclineSerializer(SeenSerializer):
    """The request as it was seen, and why it is declined."""

    reason = serializers.CharField(max_length=REASON_LENGTH, trim_whitespace=True, help_text="Whoever asked reads it.")
