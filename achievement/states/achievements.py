"""The states of an achievement and of a network's total, and every move between them (domain 6)."""

from __future__ import annotations

from django.db.models import IntegerChoices

from core.transitions import Creation, Transition, transition_table
from submission.states import Stage


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

SYSTEM = "core.system_only"

CALCULATED = Creation("calculate", State.AWAITING_PROVIDER, "calculated")
CALCULATED_AND_DECLARED = Creation("calculate", State.AWAITING_COMMISSIONER, "calculated and auto-declared")
CALCULATED_AND_APPROVED = Creation("calculate", State.AWAITING_NETWORK, "calculated; no approval is required")
NETWORK_AGGREGATED = Creation("aggregate", State.AGGREGATED, "aggregated")

# An achievement paid to the practice itself.
DECLARE = Transition(
    "declare",
    frozenset({State.AWAITING_PROVIDER}),
    State.AWAITING_COMMISSIONER,
    "achievement.declare",
    button="Declare Achievement",
    done="declared",
    stage=Stage.PROVIDER,
)
WITHDRAW_DECLARATION = Transition(
    "withdraw declaration",
    frozenset({State.AWAITING_COMMISSIONER}),
    State.AWAITING_PROVIDER,
    "achievement.withdraw_declaration",
    button="Withdraw declaration",
    done="withdrawn",
    needs_reason=True,
    stage=Stage.PROVIDER,
)
APPROVE = Transition(
    "approve",
    frozenset({State.AWAITING_COMMISSIONER}),
    State.AWAITING_FINANCE,
    "achievement.approve",
    button="Approve",
    done="approved",
    stage=Stage.COMMISSIONER,
)
REJECT = Transition(
    "reject",
    frozenset({State.AWAITING_COMMISSIONER}),
    State.AWAITING_PROVIDER,
    "achievement.reject",
    button="Reject",
    done="rejected",
    needs_reason=True,
    stage=Stage.COMMISSIONER,
)
UNDO_APPROVAL = Transition(
    "undo approval",
    frozenset({State.AWAITING_FINANCE}),
    State.AWAITING_COMMISSIONER,
    "achievement.undo_approval",
    button="Undo approval",
    done="undone",
    needs_reason=True,
    stage=Stage.COMMISSIONER,
)
GIVE_FINANCE_APPROVAL = Transition(
    "give finance approval",
    frozenset({State.AWAITING_FINANCE}),
    State.FINANCE_APPROVED,
    "achievement.give_finance_approval",
    button="Give finance approval",
    done="financially approved",
    stage=Stage.FINANCE,
)
RETURN = Transition(
    "return",
    frozenset({State.AWAITING_FINANCE}),
    State.AWAITING_COMMISSIONER,
    "achievement.return",
    button="Return",
    done="returned",
    needs_reason=True,
    stage=Stage.FINANCE,
)
FIGURES_CHANGED = Transition(
    "figures changed",
    frozenset(
        {State.AWAITING_DATA, State.AWAITING_PROVIDER, State.AWAITING_COMMISSIONER, State.AWAITING_FINANCE, State.HELD}
    ),
    State.AWAITING_PROVIDER,
    SYSTEM,
    done="sent back: the figures changed",
)
REVIVE = Transition("revive", frozenset({State.WITHDRAWN}), State.AWAITING_PROVIDER, SYSTEM, done="worked out anew")
WITHDRAW = Transition(
    "withdraw",
    frozenset(
        {
            State.AWAITING_DATA,
            State.AWAITING_PROVIDER,
            State.AWAITING_COMMISSIONER,
            State.AWAITING_FINANCE,
            State.HELD,
        }
    ),
    State.WITHDRAWN,
    SYSTEM,
    done="withdrawn",
)

PRACTICE_PAID = transition_table(
    [
        DECLARE,
        WITHDRAW_DECLARATION,
        APPROVE,
        REJECT,
        UNDO_APPROVAL,
        GIVE_FINANCE_APPROVAL,
        RETURN,
        FIGURES_CHANGED,
        REVIVE,
        WITHDRAW,
    ]
)

# The same, where the service requires no declaration: it is declared by itself, and held instead of sent back.
HOLD = Transition(
    "hold",
    frozenset({State.AWAITING_COMMISSIONER}),
    State.HELD,
    "achievement.hold",
    button="Reject",
    done="rejected and held",
    needs_reason=True,
    stage=Stage.COMMISSIONER,
)
LIFT = Transition(
    "lift",
    frozenset({State.HELD}),
    State.AWAITING_COMMISSIONER,
    "achievement.lift",
    button="Lift hold",
    done="no longer held",
    needs_reason=True,
    stage=Stage.COMMISSIONER,
)
DECLARED_FIGURES_CHANGED = Transition(
    "declared figures changed",
    frozenset({State.AWAITING_COMMISSIONER, State.AWAITING_FINANCE, State.HELD}),
    State.AWAITING_COMMISSIONER,
    SYSTEM,
    done="worked out anew: the figures changed",
)
REVIVE_DECLARED = Transition(
    "revive declared", frozenset({State.WITHDRAWN}), State.AWAITING_COMMISSIONER, SYSTEM, done="worked out anew"
)

AUTO_DECLARED = transition_table(
    [
        APPROVE,
        HOLD,
        LIFT,
        UNDO_APPROVAL,
        GIVE_FINANCE_APPROVAL,
        RETURN,
        DECLARED_FIGURES_CHANGED,
        REVIVE_DECLARED,
        WITHDRAW,
    ]
)

# A practice's line of an amounts network.
APPROVE_LINE = Transition(
    "approve line",
    frozenset({State.AWAITING_COMMISSIONER}),
    State.AWAITING_NETWORK,
    "achievement.approve_line",
    button="Approve",
    done="approved",
    stage=Stage.COMMISSIONER,
)
HOLD_LINE = Transition(
    "reject line",
    frozenset({State.AWAITING_COMMISSIONER}),
    State.HELD,
    "achievement.reject_line",
    button="Reject",
    done="rejected and held",
    needs_reason=True,
    stage=Stage.COMMISSIONER,
)
LIFT_LINE = Transition(
    "lift hold",
    frozenset({State.HELD}),
    State.AWAITING_COMMISSIONER,
    "achievement.lift_hold",
    button="Lift hold",
    done="no longer held",
    needs_reason=True,
    stage=Stage.COMMISSIONER,
)
UNDO_LINE = Transition(
    "undo line approval",
    frozenset({State.AWAITING_NETWORK}),
    State.AWAITING_COMMISSIONER,
    "achievement.undo_line_approval",
    button="Undo approval",
    done="undone",
    needs_reason=True,
    stage=Stage.COMMISSIONER,
)
AGGREGATE_LINE = Transition(
    "aggregate line", frozenset({State.AWAITING_NETWORK}), State.AGGREGATED, SYSTEM, done="aggregated"
)
COMPLETE_LINE = Transition(
    "complete line", frozenset({State.AGGREGATED}), State.AGGREGATED_COMPLETE, SYSTEM, done="complete"
)
RELEASE_LINE = Transition(
    "release line", frozenset({State.AGGREGATED}), State.AWAITING_NETWORK, SYSTEM, done="back to await its network"
)
RETURN_LINE = Transition(
    "return line", frozenset({State.AGGREGATED}), State.AWAITING_COMMISSIONER, SYSTEM, done="returned"
)
LINE_CHANGED = Transition(
    "line changed",
    frozenset({State.AWAITING_COMMISSIONER, State.AWAITING_NETWORK, State.HELD}),
    State.AWAITING_COMMISSIONER,
    SYSTEM,
    done="worked out anew: the figures changed",
)
WITHDRAW_LINE = Transition(
    "withdraw line",
    frozenset({State.AWAITING_COMMISSIONER, State.AWAITING_NETWORK, State.HELD}),
    State.WITHDRAWN,
    SYSTEM,
    done="withdrawn",
)
REVIVE_LINE = Transition(
    "revive line", frozenset({State.WITHDRAWN}), State.AWAITING_COMMISSIONER, SYSTEM, done="worked out anew"
)

NETWORK_LINE = transition_table(
    [
        APPROVE_LINE,
        HOLD_LINE,
        LIFT_LINE,
        UNDO_LINE,
        AGGREGATE_LINE,
        COMPLETE_LINE,
        RELEASE_LINE,
        RETURN_LINE,
        LINE_CHANGED,
        WITHDRAW_LINE,
        REVIVE_LINE,
    ]
)

# A network's total, amounts.
COMPLETE_TOTAL = Transition(
    "give network finance approval",
    frozenset({State.AGGREGATED}),
    State.AGGREGATED_COMPLETE,
    "achievement.give_network_finance_approval",
    button="Give finance approval",
    done="financially approved",
    stage=Stage.FINANCE,
)
RETURN_TOTAL = Transition(
    "return network",
    frozenset({State.AGGREGATED}),
    State.WITHDRAWN,
    "achievement.return_network",
    button="Return",
    done="returned",
    needs_reason=True,
    stage=Stage.FINANCE,
)
SUPERSEDE_TOTAL = Transition(
    "supersede", frozenset({State.AGGREGATED}), State.WITHDRAWN, SYSTEM, done="withdrawn: a member or a line changed"
)

NETWORK_TOTAL = transition_table([COMPLETE_TOTAL, RETURN_TOTAL, SUPERSEDE_TOTAL])
