"""What the API lists and answers of submissions."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from core.actors import Actor
from core.errors import NotVisible
from submission.changes import Key
from submission.models import Submission
from submission.queries.entry import NOT_SEEN, key_at
from submission.rules import visible_to


def submissions_for(by: Actor) -> QuerySet[Submission]:
    """The submissions that somebody may see, with all that a row needs to show itself."""
    seen = Submission.objects.filter(visible_to(by))
    return seen.select_related("service", "provider", "network", "commissioner")


def key_named(code: str, day: date, provider_code: str) -> Key:
    """The key of a service's code, a day and a provider's Org ID. Raises NotVisible where there is none."""
    key = key_at(code, day, provider_code.upper())
    if key is None:
        raise NotVisible(NOT_SEEN)
    return key
