"""What the API says of allocations, and what is sent to set them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rest_framework import serializers

from core.texts import REASON_LENGTH
from operations.api.shapes import StrictSerializer
from organisations.serializers import OrganisationNameSerializer
from participation.commands.allocations import LARGEST

MOST_SET = 2_000


class AllocationSerializer(serializers.Serializer[Any]):
    """How many items of a service a practice is paid for in a payment period, on which days, and why."""

    id = serializers.IntegerField()
    service = serializers.CharField(source="service.code")
    provider = OrganisationNameSerializer()
    amount = serializers.IntegerField()
    start_date = serializers.DateField()
    end_date = serializers.DateField(allow_null=True, help_text="This day is included.")
    reason = serializers.CharField()


class AllocatedSerializer(StrictSerializer):
    """One practice and its allocation; null takes it away."""

    provider = serializers.CharField(max_length=12, help_text="Its Org ID.")
    amount = serializers.IntegerField(min_value=0, max_value=LARGEST, allow_null=True)


class SetAllocationsSerializer(StrictSerializer):
    """Allocations of a service from a day to a day, and why. `preview` answers what would change, and keeps nothing."""

    service = serializers.CharField(max_length=80, help_text="The code of the quality service.")
    allocations = serializers.ListField(child=AllocatedSerializer(), min_length=1, max_length=MOST_SET)
    start_date = serializers.DateField()
    end_date = serializers.DateField(help_text="This day is included.")
    reason = serializers.CharField(max_length=REASON_LENGTH, trim_whitespace=True)
    preview = serializers.BooleanField(default=False)

    def validate_allocations(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        twice = [code for code, times in Counter(row["provider"].upper() for row in rows).items() if times > 1]
        if twice:
            raise serializers.ValidationError(f"{twice[0]} is named more than once.")
        return rows


class AllocationsSetSerializer(serializers.Serializer[Any]):
    """The practices whose allocation changed, and the sentences that the page shows."""

    changed = serializers.ListField(child=serializers.CharField(), help_text="Org IDs.")
    sentences = serializers.ListField(child=serializers.CharField())
