"""What is sent and answered, whatever it is about: rows as they were seen, reasons, what moved and what did not."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rest_framework import serializers

from core.selections import AT_MOST
from core.texts import REASON_LENGTH
from core.transitions import Seen

LARGEST_ID = 2**63 - 1
LARGEST_VERSION = 2**31 - 1
LONGEST_TOKEN = 100_000
LOOK_FIRST = "Look at what would change first, with preview: true, and send the preview_token that it answers."


class StrictSerializer(serializers.Serializer[Any]):
    """Names that it does not have are refused, rather than left out in silence."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, "This is not a field of this request."))
        return super().to_internal_value(data)


class PreviewedSerializer(StrictSerializer):
    """`preview` answers what would change, and keeps nothing. Its `preview_token` is sent with the save: nothing is
    saved unseen, and where the save would come to something else by now, nothing is kept, and the difference named."""

    preview = serializers.BooleanField(default=False)
    preview_token = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_TOKEN,
        help_text="Required, but for a preview.",
    )  # fmt: skip

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        if not given["preview"] and not given["preview_token"]:
            raise serializers.ValidationError({"preview_token": LOOK_FIRST})
        return given


class SeenSerializer(StrictSerializer):
    """A row as it was seen: what has changed since is left as it is, and named in the answer."""

    id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION)


class WithSeenSerializer(StrictSerializer):
    """Rows to act on."""

    seen = serializers.ListField(
        child=SeenSerializer(), min_length=1, max_length=AT_MOST,
        error_messages={"min_length": "Select at least one row first. Nothing was changed."},
    )  # fmt: skip

    def validate_seen(self, rows: list[dict[str, int]]) -> list[Seen]:
        twice = [id for id, times in Counter(row["id"] for row in rows).items() if times > 1]
        if twice:
            raise serializers.ValidationError(f"Row {twice[0]} is named more than once.")
        return [Seen(row["id"], row["version"]) for row in rows]


class ReasonSerializer(WithSeenSerializer):
    """Rows to send back, and why."""

    reason = serializers.CharField(
        max_length=REASON_LENGTH, trim_whitespace=True, help_text="Whoever acts next reads it."
    )


class RefusedSerializer(serializers.Serializer[Any]):
    """A row that did not move, and every reason."""

    id = serializers.IntegerField()
    name = serializers.CharField(help_text="The organisation it is about; empty for a row that you may not see.")
    reasons = serializers.ListField(child=serializers.CharField())


class ActedSerializer(serializers.Serializer[Any]):
    """What became of the rows: those that moved, those that did not and why, and the sentences that the pages show."""

    moved = serializers.ListField(child=serializers.IntegerField())
    refused = RefusedSerializer(many=True)
    sentences = serializers.ListField(child=serializers.CharField())
