"""What the API says of organisations."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class OrganisationNameSerializer(serializers.Serializer[Any]):
    """An organisation named in something else."""

    org_id = serializers.CharField(source="code")
    name = serializers.CharField()


class OrganisationSerializer(OrganisationNameSerializer):
    """An organisation; the closing date is the last day it was open."""

    kind = serializers.CharField(source="get_kind_display")
    postcode = serializers.CharField()
    open_date = serializers.DateField(allow_null=True)
    close_date = serializers.DateField(allow_null=True)


class MemberSerializer(serializers.Serializer[Any]):
    """A practice that counts as a member of a network today; both dates are included, an open end is null."""

    practice = OrganisationNameSerializer()
    start_date = serializers.DateField(allow_null=True)
    end_date = serializers.DateField(allow_null=True)


class OrganisationDetailSerializer(OrganisationSerializer):
    """With the organisations it belongs to today. Members are a network's; a practice has none."""

    parent_organisation = OrganisationNameSerializer(allow_null=True)
    lead_commissioning_organisation = OrganisationNameSerializer(allow_null=True)
    network = OrganisationNameSerializer(allow_null=True)
    nominated_payee = OrganisationNameSerializer(allow_null=True)
    members = MemberSerializer(many=True)
