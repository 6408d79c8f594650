"""What is read about offers and participations."""

from participation.queries.allocations import AllocationFact, allocation_of, allocations_for
from participation.queries.members import still_members
from participation.queries.needs import needs_of
from participation.queries.participations import (
    COVERING_PARTICIPATIONS_SQL,
    covering_participations_sql,
    keys_of,
    network_ids_of,
    participations_for,
)
from participation.queries.planning import (
    Plan,
    Standing,
    Terms,
    days_of_their_own,
    plan_for_networks,
    plan_for_practices,
    problems_of_days,
    replaced_by,
)
from participation.queries.spans import (
    FOLLOWS_MEMBERSHIP,
    Held,
    NewEnd,
    Span,
    ends_that_follow,
    membership_spans,
    overlapping,
)

__all__ = [
    "COVERING_PARTICIPATIONS_SQL",
    "FOLLOWS_MEMBERSHIP",
    "AllocationFact",
    "Held",
    "NewEnd",
    "Plan",
    "Span",
    "Standing",
    "Terms",
    "allocation_of",
    "allocations_for",
    "covering_participations_sql",
    "days_of_their_own",
    "ends_that_follow",
    "keys_of",
    "membership_spans",
    "needs_of",
    "network_ids_of",
    "overlapping",
    "participations_for",
    "plan_for_networks",
    "plan_for_practices",
    "problems_of_days",
    "replaced_by",
    "still_members",
]
