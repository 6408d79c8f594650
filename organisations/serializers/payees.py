"""Payees that are proposed, and what is sent to propose and settle them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.texts import REASON_LENGTH
from operations.api.shapes import SeenSerializer, StrictSerializer
from organisations.serializers.organisations import OrganisationNameSerializer
from organisations.states import ProposalState

LONGEST_TOKEN = 20_000
STATUSES = [(label, label) for label in ProposalState.labels]


class PayeeProposalSerializer(serializers.Serializer[Any]):
    """A payee proposed for a PCN, and what came of it; both days are included, an open end is null."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    pcn = OrganisationNameSerializer(source="network")
    payee = OrganisationNameSerializer()
    start_date = serializers.DateField()
    end_date = serializers.DateField(allow_null=True)
    status = serializers.ChoiceField(choices=STATUSES, source="state_label")
    reason = serializers.CharField()
    proposed_by = serializers.CharField(source="proposed_by.name")
    proposed_at = serializers.DateTimeField()
    settled_by = serializers.CharField(source="settled_by.name", default=None, allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)


class ProposePayeeSerializer(StrictSerializer):
    """Who is to receive a PCN's money. `preview` answers what would follow, and proposes nothing."""

    pcn = serializers.CharField(max_length=12, help_text="The Org ID of the PCN.")
    payee = serializers.CharField(max_length=12, help_text="The Org ID of a practice or another body.")
    payee_name = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=200,
        help_text="Of a body that the portal does not know.",
    )
    start_date = serializers.DateField()
    end_date = serializers.DateField(required=False, allow_null=True, default=None, help_text="This day is included.")
    reason = serializers.CharField(max_length=REASON_LENGTH, help_text="Whoever confirms it reads it.")
    preview = serializers.BooleanField(default=False)


class ConfirmPayeeSerializer(SeenSerializer):
    """A proposal as it was seen. `preview` answers what would follow, with a token; where that comes with the
    confirmation, what would follow by now is compared with it, and nothing is kept where it differs."""

    preview = serializers.BooleanField(default=False)
    preview_token = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_TOKEN)


class DeclinePayeeSerializer(SeenSerializer):
    """A proposal as it was seen, and why it is declined."""

    reason = serializers.CharField(max_length=REASON_LENGTH, help_text="Whoever proposed it reads it.")


class WithdrawPayeeSerializer(SeenSerializer):
    """A proposal of one's own, as it was seen."""


class PayeeActedSerializer(serializers.Serializer[Any]):
    """What became of a proposal, in sentences; of a preview, what would follow. `proposal` is null where nothing was
    proposed."""

    proposal = serializers.IntegerField(allow_null=True)
    status = serializers.CharField()
    sentences = serializers.ListField(child=serializers.CharField())
    preview_token = serializers.CharField()


class NotePayeeChangeSerializer(StrictSerializer):
    """The PCN of whose changed payee the organisation acted for was told."""

    pcn = serializers.CharField(max_length=12, help_text="The Org ID of the PCN.")


class NotedSerializer(serializers.Serializer[Any]):
    """The sentence that the page shows."""

    sentences = serializers.ListField(child=serializers.CharField())
