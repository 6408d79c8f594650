"""What the API says of practices that closed, and what is sent to say what follows."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.texts import REASON_LENGTH
from operations.api.shapes import LONGEST_TOKEN, PreviewedSerializer, SeenSerializer, StrictSerializer
from organisations.serializers import OrganisationNameSerializer
from organisations.states import ClosureState
from participation.queries.closures import AWAITING, SETTLED, TO_SETTLE
from participation.serializers.participations import ForeseenField

ORG_ID, MOST_MERGED = 12, 50
STATUSES = [(label, label) for label in ClosureState.labels]


class SuccessionSerializer(serializers.Serializer[Any]):
    """Who follows a practice from a day on; null: nobody. What is taken over, why, and who decided."""

    id = serializers.IntegerField()
    successor = OrganisationNameSerializer(allow_null=True)
    from_date = serializers.DateField(source="start_date")
    takes_list = serializers.BooleanField()
    takes_debts = serializers.BooleanField()
    reason = serializers.CharField()
    decided_by = serializers.CharField(source="by.name")
    recorded_at = serializers.DateTimeField(source="recorded.lower")


class GoingOnSerializer(serializers.Serializer[Any]):
    """A participation that holds after the last day; its commissioner ends it."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    service = serializers.CharField(source="service.code")
    network = OrganisationNameSerializer(allow_null=True)
    commissioner = OrganisationNameSerializer()
    start_date = serializers.DateField()
    end_date = serializers.DateField()


class ClosureSerializer(serializers.Serializer[Any]):
    """One practice that closed. `list_is_dropped`: it has patients on its last list, and nobody has taken them over."""

    practice = OrganisationNameSerializer()
    last_day = serializers.DateField()
    status = serializers.ChoiceField(choices=[(each, each) for each in (TO_SETTLE, AWAITING, SETTLED)], source="state")
    succession = SuccessionSerializer(allow_null=True)
    proposal = serializers.IntegerField(source="proposal.pk", default=None, allow_null=True)
    list_is_dropped = serializers.BooleanField()
    going_on = GoingOnSerializer(many=True)
    open_items = serializers.SerializerMethodField()

    def get_open_items(self, closure: Any) -> list[str]:
        return [each.sentence for each in closure.items]


class DecisionSerializer(StrictSerializer):
    """What is to follow the closure of practices. `replaces` are the ids of the successions that were seen."""

    practices = serializers.ListField(
        child=serializers.CharField(max_length=ORG_ID), min_length=1, max_length=MOST_MERGED,
        help_text="Org IDs; several that closed and merged into one.",
    )  # fmt: skip
    successor = serializers.CharField(
        max_length=ORG_ID, required=False, allow_blank=True, default="", help_text="Org ID; empty: nobody follows."
    )
    from_date = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Without it, the day after the last day."
    )
    takes_list = serializers.BooleanField(default=False)
    takes_debts = serializers.BooleanField(default=False)
    reason = serializers.CharField(max_length=REASON_LENGTH)
    replaces = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=MOST_MERGED, default=list)


class SettleClosuresSerializer(PreviewedSerializer, DecisionSerializer):
    """A decision; with `preview`, what it would change."""


class ProposeClosuresSerializer(DecisionSerializer):
    """A decision that moves a list or debts, or takes back what was approved."""

    preview_token = serializers.CharField(max_length=LONGEST_TOKEN, help_text="What the preview of settle answered.")


class ClosuresSettledSerializer(serializers.Serializer[Any]):
    """What was ended and cancelled, or would be, and the sentences that the page shows; whether a second person is
    needed, and the token to send with the save."""

    ended = serializers.ListField(child=serializers.IntegerField())
    cancelled = serializers.ListField(child=serializers.IntegerField())
    sentences = serializers.ListField(child=serializers.CharField())
    expected = serializers.ListField(child=serializers.CharField())
    needs_second_person = serializers.BooleanField()
    preview_token = serializers.CharField()


class ClosureProposedSerializer(serializers.Serializer[Any]):
    """The proposal that awaits a second person, and what it would change as things stand."""

    closure_proposal = serializers.IntegerField()
    sentences = serializers.ListField(child=serializers.CharField())


class ClosureProposalSerializer(serializers.Serializer[Any]):
    """What one person proposed for practices that closed, and a second person confirms or declines."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    practices = OrganisationNameSerializer(many=True)
    successor = OrganisationNameSerializer(allow_null=True)
    from_date = serializers.DateField()
    takes_list = serializers.BooleanField()
    takes_debts = serializers.BooleanField()
    reason = serializers.CharField()
    commissioner = OrganisationNameSerializer()
    status = serializers.ChoiceField(choices=STATUSES, source="state_label")
    proposed_by = serializers.CharField(source="proposed_by.name")
    proposed_at = serializers.DateTimeField()
    decided_by = serializers.CharField(source="decided_by.name", allow_null=True, default=None)
    foreseen = ForeseenField(child=serializers.CharField(), help_text="What whoever proposed it saw.")


class ConfirmClosureSerializer(PreviewedSerializer, SeenSerializer):
    """The proposal as it was seen; with `preview`, what confirming it would change."""


class DeclineClosureSerializer(SeenSerializer):
    """The proposal as it was seen, and why it is declined."""

    reason = serializers.CharField(
        max_length=REASON_LENGTH, trim_whitespace=True, help_text="Whoever proposed it reads it."
    )


class TakeBackClosureSerializer(SeenSerializer):
    """The proposal as it was seen."""
