"""What the API says of joiners and movers, and what is sent to settle them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.selections import AT_MOST
from operations.api.shapes import PreviewedSerializer, SeenSerializer, StrictSerializer
from organisations.serializers import OrganisationNameSerializer

MOST_OFFERED = 2_000
ORG_ID = 12


class MissingOfferSerializer(serializers.Serializer[Any]):
    """A service that the network holds and the practice was never offered, and the days proposed; both are included."""

    service = serializers.CharField(source="service.code")
    start_date = serializers.DateField()
    end_date = serializers.DateField()


class HangingOfferSerializer(serializers.Serializer[Any]):
    """An offer that runs on in a former network. Its commissioner ends it on `last_day`; null: it is cancelled."""

    id = serializers.IntegerField(source="row.participation_id")
    version = serializers.IntegerField(source="row.version")
    service = serializers.CharField(source="service.code")
    network = OrganisationNameSerializer(source="former")
    commissioner = OrganisationNameSerializer()
    start_date = serializers.DateField(source="row.start_date")
    end_date = serializers.DateField(source="row.end_date")
    last_day = serializers.DateField(source="row.last_day", allow_null=True)


class JoiningSerializer(serializers.Serializer[Any]):
    """One practice that joined a network, or hangs on one. `joined` is null where it is no member at all."""

    network = OrganisationNameSerializer()
    practice = OrganisationNameSerializer()
    joined = serializers.DateField(allow_null=True)
    missing = MissingOfferSerializer(many=True)
    hanging = HangingOfferSerializer(many=True)


class JoinerOfferSerializer(StrictSerializer):
    """One service to offer to one practice that joined a network."""

    network = serializers.CharField(max_length=ORG_ID, help_text="The Org ID of the PCN.")
    practice = serializers.CharField(max_length=ORG_ID, help_text="The Org ID of the practice.")
    service = serializers.CharField(max_length=80, help_text="The code of the quality service.")
    start_date = serializers.DateField()
    end_date = serializers.DateField(help_text="This day is included.")


class SettleJoinersSerializer(PreviewedSerializer):
    """Offers to make and offers that hang to end, all or nothing."""

    offers = serializers.ListField(child=JoinerOfferSerializer(), max_length=MOST_OFFERED, default=list)
    hanging = serializers.ListField(child=SeenSerializer(), max_length=AT_MOST, default=list)


class JoinersSettledSerializer(serializers.Serializer[Any]):
    """The participations that were made, ended and cancelled, and the sentences that the page shows."""

    offered = serializers.ListField(child=serializers.IntegerField())
    ended = serializers.ListField(child=serializers.IntegerField())
    cancelled = serializers.ListField(child=serializers.IntegerField())
    sentences = serializers.ListField(child=serializers.CharField())
    expected = serializers.ListField(child=serializers.CharField(), help_text="Of days to come; of a preview only.")
    preview_token = serializers.CharField(help_text="Of a preview only.")
