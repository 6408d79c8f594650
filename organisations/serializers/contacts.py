"""Whom to speak to at a practice or PCN."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from operations.api.shapes import LARGEST_ID, StrictSerializer
from organisations.serializers.organisations import OrganisationNameSerializer


class ContactSerializer(serializers.Serializer[Any]):
    """One contact."""

    id = serializers.IntegerField()
    organisation = OrganisationNameSerializer()
    name = serializers.CharField()
    role = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()


class _DetailsSerializer(StrictSerializer):
    name = serializers.CharField(max_length=150)
    role = serializers.CharField(max_length=100, help_text="What they do there.")
    email = serializers.EmailField(required=False, allow_blank=True, default="")
    phone = serializers.CharField(required=False, allow_blank=True, default="", max_length=30)


class AddContactSerializer(_DetailsSerializer):
    """A contact to add to a practice or PCN: with an e-mail address or a phone number."""

    organisation = serializers.CharField(max_length=12, help_text="The Org ID.")


class ChangeContactSerializer(_DetailsSerializer):
    """A contact as it is from now on. It gets another id: what was known before is kept."""

    id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class RemoveContactSerializer(StrictSerializer):
    """A contact to remove."""

    id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
