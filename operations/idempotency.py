"""One request, one effect: the same key again gets the same answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from core import clock
from core.actors import Actor
from core.errors import Conflict
from operations.models import IdempotencyKey


def once(
    key: str,
    request: Mapping[str, Any],
    do: Callable[[], Any],
    *,
    by: Actor,
    action: str,
    within: timedelta = timedelta(days=1),
) -> Any:
    """Do what a request asks for and keep its answer (plain JSON), in one transaction; the same key again answers it.

    A second request with the key waits for the first. Later than `within` it is done anew: what was answered then may
    no longer be true. Without a key, or for the portal itself, it is simply done. Raises Conflict where the key was
    used for another request; what `do` raises leaves the key free.
    """
    if not key or by.user_id is None:
        return do()
    key = _fitting(key)
    with transaction.atomic():
        _claim(key, by.user_id, action, digest_of(request))
        mine = IdempotencyKey.objects.select_for_update().get(key=key, user=by.user_id, action=action)
        if mine.digest != digest_of(request):
            raise Conflict("This was sent before with other values. Go back to the page and send it anew.")
        if mine.answer is None or mine.created_at < clock.now() - within:
            mine.answer, mine.created_at = do(), clock.now()
            mine.save(update_fields=["answer", "created_at"])
        return mine.answer


def _fitting(key: str) -> str:
    """The key, or its digest where it is longer than its column: two keys are one only if they are the same text."""
    longest = IdempotencyKey._meta.get_field("key").max_length or 0
    return key if len(key) <= longest else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def _claim(key: str, user_id: int, action: str, digest: str) -> None:
    """One row for each key; where another transaction is writing it, this waits for that one to end."""
    wanted = IdempotencyKey(key=key, user_id=user_id, action=action, digest=digest)
    IdempotencyKey.objects.bulk_create([wanted], ignore_conflicts=True)


def digest_of(request: Mapping[str, Any]) -> str:
    """What a request asks for, as a short text that differs where anything in it does."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
