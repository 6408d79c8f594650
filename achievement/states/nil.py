"""The statuses of a line settled as nil: proposed by one person, confirmed by another, replaced when it is resolved."""

from __future__ import annotations

from django.db.models import IntegerChoices

from achievement.states.achievements import SYSTEM
from core.transitions import Creation, Transition, transition_table
from submission.states import Stage


class NilState(IntegerChoices):
    PROPOSED = 1, "Awaiting a second person"
    SETTLED = 2, "Settled as nil"
    COMPLETE = 3, "Settled as nil, complete"
    DECLINED = 4, "Declined"
    WITHDRAWN = 5, "Withdrawn"
    LIFTED = 6, "Lifted"
    REPLACED = 7, "Replaced by the line"


SETTLED_STATES = frozenset({NilState.SETTLED, NilState.COMPLETE})
"""The network does not wait for the line; *complete* says that its total has finance approval."""

STANDING_STATES = SETTLED_STATES | {NilState.PROPOSED}
"""There is one of these at a time for a line."""

_PENDING = frozenset({NilState.PROPOSED})
_SETTLED = frozenset({NilState.SETTLED})

PROPOSE_NIL = Creation("propose nil settlement", NilState.PROPOSED, "proposed")
CONFIRM_NIL = Transition(
    "confirm nil settlement", _PENDING, NilState.SETTLED, "achievement.confirm_nil",
    button="Confirm", done="confirmed", stage=Stage.COMMISSIONER,
)  # fmt: skip
DECLINE_NIL = Transition(
    "decline nil settlement", _PENDING, NilState.DECLINED, "achievement.decline_nil",
    button="Decline", done="declined", needs_reason=True, stage=Stage.COMMISSIONER,
)  # fmt: skip
WITHDRAW_NIL = Transition(
    "withdraw nil settlement", _PENDING, NilState.WITHDRAWN, "achievement.withdraw_nil",
    button="Withdraw", done="withdrawn", needs_reason=True, stage=Stage.COMMISSIONER,
)  # fmt: skip
LIFT_NIL = Transition(
    "lift nil settlement", _SETTLED, NilState.LIFTED, "achievement.lift_nil",
    button="Lift this settlement", done="lifted", needs_reason=True, stage=Stage.COMMISSIONER,
)  # fmt: skip
REPLACE_NIL = Transition(
    "replace nil settlement", _PENDING | _SETTLED, NilState.REPLACED, SYSTEM, done="replaced by the line"
)
COMPLETE_NIL = Transition(
    "complete nil settlement", _SETTLED, NilState.COMPLETE, SYSTEM, done="made complete with the network's total"
)

NIL_SETTLEMENT = transition_table([CONFIRM_NIL, DECLINE_NIL, WITHDRAW_NIL, LIFT_NIL, REPLACE_NIL, COMPLETE_NIL])
