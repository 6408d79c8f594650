"""What the API says of achievements, and what is sent to act on them. Amounts are strings: pounds to the penny."""

from __future__ import annotations

import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from achievement.queries.declarations import ToDeclare
from achievement.rules import sees_network_pounds, sees_pounds
from achievement.serializers.nil import NilSettlementSerializer
from achievement.states import State
from core.selections import AT_MOST
from core.texts import NOTE_LENGTH
from operations.api.shapes import LARGEST_VERSION, ActedSerializer, SeenSerializer, WithSeenSerializer
from organisations.serializers import OrganisationNameSerializer

STATUSES = [(label, label) for label in State.labels]


class PoundsField(serializers.DecimalField):
    """Pounds, as a string; null for those whose roles show points, never pounds."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, allow_null=True, **options)

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) if sees_pounds(self.context["view"].by) else None


class ReferenceField(serializers.CharField):
    """What people quote; `text` finds it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(help_text="What people quote: A-0000102-83.", **options)


class NetworkAchievementSerializer(serializers.Serializer[Any]):
    """One version of a network's total; a withdrawn one stays, for history."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    reference = ReferenceField()
    service = serializers.CharField(source="service.code")
    achievement_date = serializers.DateField()
    network = OrganisationNameSerializer()
    commissioner = OrganisationNameSerializer()
    status = serializers.ChoiceField(choices=STATUSES, source="state_label")
    amount = PoundsField()
    lines = serializers.IntegerField()
    aggregated_at = serializers.DateTimeField()


class AchievementSerializer(serializers.Serializer[Any]):
    """What one provider earns from one service for one date: paid to itself, or a line of its network's total."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    reference = ReferenceField()
    service = serializers.CharField(source="service.code")
    achievement_date = serializers.DateField()
    provider = OrganisationNameSerializer()
    network = OrganisationNameSerializer(allow_null=True)
    commissioner = OrganisationNameSerializer()
    status = serializers.ChoiceField(choices=STATUSES, source="state_label")
    amount = PoundsField()
    auto_declared = serializers.BooleanField()


class CannotSerializer(serializers.Serializer[Any]):
    """An act that the status allows, and this person is refused."""

    act = serializers.CharField()
    why = serializers.CharField()
    who_can = serializers.CharField()


class WithActsSerializer(serializers.Serializer[Any]):
    """What the person asking can do to a row now; for what they cannot: why, and who can."""

    can = serializers.ListField(child=serializers.CharField())
    cannot = CannotSerializer(many=True)


class DeclarationTextSerializer(serializers.Serializer[Any]):
    """The text that is accepted by declaring; the version is null where the service has none."""

    version = serializers.IntegerField(allow_null=True)
    text = serializers.CharField(allow_blank=True)


class DeclarationSerializer(serializers.Serializer[Any]):
    """One declaration: who, for whom, when, and the amount they declared."""

    by = serializers.CharField(source="name")
    organisation = OrganisationNameSerializer()
    at = serializers.DateTimeField()
    amount = PoundsField()
    text_version = serializers.IntegerField(allow_null=True)
    closed_on = serializers.DateField(
        allow_null=True,
        help_text="The provider's last day, where the commissioning organisation declared for it.",
    )


class AchievementDetailSerializer(AchievementSerializer, WithActsSerializer):
    """One achievement, what can be done to it, the text that its declaration accepts, and who declared it."""

    declaration_text = DeclarationTextSerializer()
    declarations = DeclarationSerializer(many=True, source="declared", help_text="The last first.")


class NetworkAchievementDetailSerializer(NetworkAchievementSerializer, WithActsSerializer):
    """One network achievement, what can be done to it, and the lines that it counts as nil."""

    settled_as_nil = NilSettlementSerializer(many=True)


class ApproveSerializer(WithSeenSerializer):
    """Rows to approve, as they were seen."""

    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True, default="")


class ToDeclareSerializer(SeenSerializer):
    """An achievement to declare, as it was seen, with the version of the text that was read."""

    text_version = serializers.IntegerField(
        allow_null=True, min_value=0, max_value=LARGEST_VERSION, help_text="The version in `declaration_text`."
    )
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True, default="")


class DeclareSerializer(WithSeenSerializer):
    """Achievements to declare."""

    seen = serializers.ListField(child=ToDeclareSerializer(), min_length=1, max_length=AT_MOST)

    def validate_seen(self, rows: Any) -> Any:
        known = super().validate_seen(rows)
        return [ToDeclare(at, row["text_version"], row["note"]) for at, row in zip(known, rows, strict=True)]


class OutcomeSerializer(ActedSerializer):
    """What became of the rows, with the pounds that moved, and the networks that are complete by it."""

    pounds = serializers.CharField(help_text="The sum of what moved.")
    networks_completed = serializers.ListField(
        child=serializers.CharField(), help_text="They are aggregated by themselves, at once."
    )


class StepSerializer(serializers.Serializer[Any]):
    """One term of a calculation: its sign, its exact value, and its words."""

    kind = serializers.CharField()
    sign = serializers.CharField(allow_blank=True)
    value = serializers.CharField()
    text = serializers.CharField()


class FigureSerializer(serializers.Serializer[Any]):
    """A figure that was counted: what was claimed, what of it is above the allocation; its name, and exact value."""

    name = serializers.CharField()
    value = serializers.CharField()


class WorkedOutSerializer(serializers.Serializer[Any]):
    """Every step from figures to pounds; exact values, a fraction where decimals never end."""

    figures = FigureSerializer(many=True)
    steps = StepSerializer(many=True)
    unrounded = serializers.CharField()
    amount = serializers.CharField()
    rounding = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField()


class ExplanationSerializer(serializers.Serializer[Any]):
    """How an amount was worked out: the calculation run again on what it was worked out from."""

    achievement = serializers.IntegerField()
    quality_service = serializers.CharField()
    service_version = serializers.IntegerField()
    org_id = serializers.CharField()
    achievement_date = serializers.DateField()
    explanation = WorkedOutSerializer()


class CauseNameSerializer(serializers.Serializer[Any]):
    """One of the twenty causes: its number, and its name."""

    number = serializers.IntegerField(source="value")
    cause = serializers.CharField(source="label")


class WaitingNetworkSerializer(serializers.Serializer[Any]):
    """A network that waits: how many totals, since when, what it has approved and held, and for which causes.
    `in_part` is one that another organisation leads: what keeps the practices under one's own."""

    org_id = serializers.CharField(source="code")
    name = serializers.CharField()
    lead_commissioning_organisation = serializers.SerializerMethodField()
    in_part = serializers.SerializerMethodField()
    totals_waiting = serializers.SerializerMethodField()
    waiting_since = serializers.SerializerMethodField()
    days = serializers.SerializerMethodField()
    approved_and_held = serializers.SerializerMethodField()
    causes = serializers.SerializerMethodField()

    @extend_schema_field(OrganisationNameSerializer(allow_null=True))
    def get_lead_commissioning_organisation(self, network: Any) -> Any:
        lead = self._waits(network).lead
        return OrganisationNameSerializer(lead).data if lead else None

    def get_in_part(self, network: Any) -> bool:
        return bool(self._waits(network).in_part)

    def get_totals_waiting(self, network: Any) -> int:
        return len(self._waits(network).found)

    def get_waiting_since(self, network: Any) -> datetime.date:
        since: datetime.date = self._waits(network).since
        return since

    def get_days(self, network: Any) -> int:
        return int(self._waits(network).days)

    def get_approved_and_held(self, network: Any) -> str | None:
        waits = self._waits(network)
        return str(waits.held) if sees_network_pounds(self.context["view"].by) and not waits.in_part else None

    @extend_schema_field(CauseNameSerializer(many=True))
    def get_causes(self, network: Any) -> Any:
        return CauseNameSerializer(self._waits(network).causes, many=True).data

    def _waits(self, network: Any) -> Any:
        return self.context["view"].waiting[network.pk]


class NamedSerializer(serializers.Serializer[Any]):
    """An organisation by its Org ID and name."""

    org_id = serializers.CharField()
    name = serializers.CharField()


class ToldCauseSerializer(serializers.Serializer[Any]):
    """One cause, told: where and since when it holds, what it is seen in, and who can act."""

    number = serializers.IntegerField()
    cause = serializers.CharField()
    sentence = serializers.CharField()
    practices = serializers.ListField(child=serializers.CharField())
    services = serializers.ListField(child=serializers.CharField())
    dates = serializers.ListField(child=serializers.DateField())
    evidence = serializers.ListField(child=serializers.CharField())
    who_can_act = serializers.CharField()
    days = serializers.IntegerField()
    approved_and_held = serializers.CharField(required=False, help_text="Only for those who see the network's pounds.")


class WaitingTotalSerializer(serializers.Serializer[Any]):
    """One service and date that waits."""

    service = serializers.CharField()
    achievement_date = serializers.DateField()
    practices_expected = serializers.IntegerField()
    practices_ready = serializers.IntegerField()
    approved_and_held = serializers.CharField(required=False)


class BlockedLineSerializer(serializers.Serializer[Any]):
    """One line that blocks, with the numbers of its causes, first things first."""

    service = serializers.CharField()
    achievement_date = serializers.DateField()
    org_id = serializers.CharField()
    name = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()
    status = serializers.CharField(allow_null=True)
    causes = serializers.ListField(child=serializers.IntegerField())
    amount = serializers.CharField(required=False, allow_null=True)


class WhyWaitingSerializer(serializers.Serializer[Any]):
    """Why one network waits: the evidence, as *Escalate* gives it."""

    network = NamedSerializer()
    lead_commissioning_organisation = NamedSerializer(allow_null=True)
    as_at = serializers.DateTimeField()
    asked_by = serializers.CharField()
    help_desk = serializers.CharField()
    causes = ToldCauseSerializer(many=True)
    totals = WaitingTotalSerializer(many=True)
    lines = BlockedLineSerializer(many=True)
