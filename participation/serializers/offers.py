"""What is sent to make offers, and what is answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from operations.api.shapes import StrictSerializer

MOST_OFFERED = 2_000


class CreateOffersSerializer(StrictSerializer):
    """A service, and whom it is offered to: PCNs where it pays PCNs, otherwise practices."""

    service = serializers.CharField(max_length=80, help_text="The code of the quality service.")
    organisations = serializers.ListField(
        child=serializers.CharField(max_length=12), min_length=1, max_length=MOST_OFFERED, help_text="Org IDs."
    )
    start_date = serializers.DateField()
    end_date = serializers.DateField(help_text="This day is included.")
    respond_by = serializers.DateField(required=False, allow_null=True, default=None)
    only_missing = serializers.BooleanField(
        default=False,
        help_text="Whoever has an offer that stands is left out, and joiners are added; otherwise one refuses all.",
    )


class OfferedSerializer(serializers.Serializer[Any]):
    """The participations that an offer made, and the sentences that the page shows."""

    participations = serializers.ListField(child=serializers.IntegerField())
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="PCNs without a member practice on these days."
    )
    sentences = serializers.ListField(child=serializers.CharField())


class OffersForeseenSerializer(serializers.Serializer[Any]):
    """What offers would come to, and what would follow: nothing is kept."""

    offers = serializers.IntegerField(help_text="How many offers would be made.")
    left_out = serializers.ListField(
        child=serializers.CharField(), help_text="PCNs without a member practice on these days."
    )
    sentences = serializers.ListField(child=serializers.CharField())
    expected = serializers.ListField(child=serializers.CharField(), help_text="Pounds expected of the days to come.")
