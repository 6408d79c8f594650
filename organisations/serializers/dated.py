"""Dated facts: both days are included, an open end is null; each says since when it is known."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from organisations.models import ListKind
from organisations.queries.relationships import OPEN
from organisations.serializers.organisations import OrganisationNameSerializer


class LastDayField(serializers.DateField):
    """The last day; null while it is open."""

    def to_representation(self, value: Any) -> Any:
        return None if value == OPEN else super().to_representation(value)


class _DatedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    start_date = serializers.DateField(source="first")
    end_date = LastDayField(source="last", allow_null=True)
    recorded_at = serializers.DateTimeField(source="recorded.lower")


class LeadSerializer(serializers.Serializer[Any]):
    """The lead commissioning organisation."""

    org_id = serializers.CharField(source="lead_code")
    name = serializers.CharField(source="lead_name")


class RelationshipSerializer(_DatedSerializer):
    """A practice in a PCN, and who leads it on the last of its days that was asked for; blank where nobody does."""

    service_provider = OrganisationNameSerializer(source="practice")
    pcn = OrganisationNameSerializer(source="network")
    lead_commissioning_organisation = LeadSerializer(source="*")


class NominationSerializer(_DatedSerializer):
    """Who receives a PCN's money. `set_by` and `confirmed_by` are null for what the portal took in by itself."""

    pcn = OrganisationNameSerializer(source="network")
    payee = OrganisationNameSerializer()
    set_by = serializers.CharField(source="proposal.proposed_by.name", default=None, allow_null=True)
    confirmed_by = serializers.CharField(source="proposal.settled_by.name", default=None, allow_null=True)


class ListSizeSerializer(serializers.Serializer[Any]):
    """How many patients (or beds) an organisation had as at a day."""

    id = serializers.IntegerField()
    organisation = OrganisationNameSerializer()
    list = serializers.SerializerMethodField()
    as_at = serializers.DateField(source="start_date")
    size = serializers.DecimalField(max_digits=12, decimal_places=2)
    recorded_at = serializers.DateTimeField(source="recorded.lower")

    def get_list(self, row: Any) -> str:
        return ListKind(row.kind).name
