"""What the API says of what is to be adjusted."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from achievement.models import AdjustmentDue
from achievement.serializers.achievements import PoundsField
from achievement.serializers.nil import ReasonField
from organisations.serializers import OrganisationNameSerializer


class AdjustmentDueSerializer(serializers.Serializer[Any]):
    """A line that finance has approved, and for which something else would be due by now: approved 0.00 where it came
    afterwards, due 0.00 where it is due no more. Nothing is paid or recovered for it by the portal yet."""

    id = serializers.IntegerField()
    service = serializers.CharField(source="service.code")
    achievement_date = serializers.DateField()
    provider = OrganisationNameSerializer()
    network = OrganisationNameSerializer(allow_null=True, help_text="Null: it is paid to the practice itself.")
    commissioner = OrganisationNameSerializer()
    payee = serializers.SerializerMethodField(help_text="Its name; null where nobody is nominated on the date.")
    approved = PoundsField()
    due = PoundsField()
    difference = PoundsField(help_text="Due less approved: negative where less is due.")
    why = ReasonField(help_text="What changed; empty where that is not known.")
    since = serializers.DateTimeField(help_text="When this difference was found.")

    def get_payee(self, row: AdjustmentDue) -> str | None:
        return row.nominated if row.network else row.provider.name  # type: ignore[attr-defined]
