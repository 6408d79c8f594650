"""What later work is still to be done."""

from __future__ import annotations

from typing import Any

from operations.models import OutboxMessage


def keys_to_do(task: str) -> list[dict[str, Any]]:
    """The keys of every message of this name that is not done yet."""
    return list(OutboxMessage.objects.filter(done_at=None, task=task).values_list("keys", flat=True))
