"""The states of an offer and of the participation it becomes (domain 4)."""

from __future__ import annotations

from django.db.models import IntegerChoices


class State(IntegerChoices):
    OFFERED = 1, "Offered"
    ACCEPTED = 2, "Accepted"
    REJECTED = 3, "Rejected"
    EXPIRED = 4, "Expired"
    APPROVED = 5, "Approved"
    NOT_APPROVED = 6, "Not approved"
    ENDED = 7, "Ended"
    CANCELLED = 8, "Cancelled"


COVERING = frozenset({State.APPROVED, State.ENDED})
