"""The states of an achievement and of a network's total (domain 6), each with the words on its tag."""

from __future__ import annotations

from django.db.models import IntegerChoices


class State(IntegerChoices):
    AWAITING_DATA = 1, "Awaiting Data"
    AWAITING_PROVIDER = 2, "Awaiting Service Provider Approval"
    AWAITING_COMMISSIONER = 3, "Awaiting Commissioning Organisation Approval"
    AWAITING_FINANCE = 4, "Awaiting Financial Approval"
    FINANCE_APPROVED = 5, "Financially Approved"
    AWAITING_NETWORK = 6, "Awaiting Network Achievement"
    AGGREGATED = 7, "Aggregated"
    AGGREGATED_COMPLETE = 8, "Aggregated Complete"
    HELD = 9, "Held"
    WITHDRAWN = 10, "Withdrawn"


FINALS = frozenset({State.FINANCE_APPROVED, State.AGGREGATED_COMPLETE})
"""Finance approval is the last write to an achievement and its children."""

CAN_BE_RECALCULATED = frozenset(State) - FINALS
