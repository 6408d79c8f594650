"""What an act on payments of practices answers, and whom it tells."""

from __future__ import annotations

from achievement.queries.needs import needs_of
from operations.models import OutboxMessage


def reasons(outcome) -> str:
    return " ".join(reason for row in outcome.refused for reason in row.reasons)


def told() -> dict[str, str]:
    """Address -> the subject of the last e-mail to it."""
    messages = OutboxMessage.objects.filter(task="operations.send_email").order_by("pk")
    return {message.keys["to"]: message.keys["subject"] for message in messages}


def needs(by) -> list[str]:
    return [need.sentence for need in needs_of(by)]
