"""A line is settled as nil by two people, so that its network need not wait; and is replaced when it is resolved."""

from achievement.commands.nil.following import complete_nil_settlements, replace_nil_settlements
from achievement.commands.nil.lifting import lift_nil, preview_lift
from achievement.commands.nil.proposing import Proposed, preview_nil, propose_nil
from achievement.commands.nil.settling import Settled, confirm_nil, decline_nil, preview_confirmation, withdraw_nil
from achievement.commands.nil.telling import tell_of_nil_settlement

__all__ = [
    "Proposed",
    "Settled",
    "complete_nil_settlements",
    "confirm_nil",
    "decline_nil",
    "lift_nil",
    "preview_confirmation",
    "preview_lift",
    "preview_nil",
    "propose_nil",
    "replace_nil_settlements",
    "tell_of_nil_settlement",
    "withdraw_nil",
]
