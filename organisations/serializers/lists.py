"""What is sent to correct a list size, and what comes of it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core import clock
from core.texts import REASON_LENGTH
from operations.api.shapes import PreviewedSerializer
from organisations.models import ListKind

KINDS = [(kind.name, kind.name) for kind in ListKind]
LARGEST = 99_999_999


def kind_of(name: str) -> ListKind:
    return ListKind[name]


class CorrectListSerializer(PreviewedSerializer):
    """A practice's list of a kind had this size as at a day; null where none is known after all."""

    organisation = serializers.CharField(max_length=12, help_text="The Org ID of the practice.")
    list = serializers.ChoiceField(choices=KINDS)
    as_at = serializers.DateField(help_text="The day that the size is of.")
    size = serializers.IntegerField(min_value=0, max_value=LARGEST, allow_null=True)
    reason = serializers.CharField(max_length=REASON_LENGTH, help_text="Whoever looks at the payment reads it.")

    def validate_as_at(self, day: Any) -> Any:
        if day > clock.today():
            raise serializers.ValidationError(f"As at must be {clock.today()} or earlier: it is {day}.")
        return day


class ListCorrectedSerializer(serializers.Serializer[Any]):
    """What the list was and became, and the sentences that the page shows."""

    organisation = serializers.CharField()
    list = serializers.CharField()
    as_at = serializers.DateField()
    was = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    size = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    sentences = serializers.ListField(child=serializers.CharField())
    expected = serializers.ListField(child=serializers.CharField(), help_text="Of days to come; of a preview only.")
    preview_token = serializers.CharField(help_text="Of a preview only.")
