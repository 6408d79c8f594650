"""What happens to achievements."""

from achievement.commands.aggregation import Aggregated, NetworkKey, aggregate_networks
from achievement.commands.approvals import (
    approve_achievements,
    approve_practice_payments,
    give_finance_approval,
    lift_hold,
    reject_achievements,
    return_network_achievements,
    return_practice_payments,
    undo_approval,
)
from achievement.commands.calculation import Calculated, calculate_achievements, take_over_networks
from achievement.commands.declarations import declare_achievements, withdraw_declarations
from achievement.commands.nil import (
    confirm_nil,
    decline_nil,
    lift_nil,
    preview_confirmation,
    preview_lift,
    preview_nil,
    propose_nil,
    tell_of_nil_settlement,
    withdraw_nil,
)
from achievement.commands.overnight import (
    count_killed_workers,
    finish_run,
    notice_overnight_runs,
    resume_overnight_run,
    resume_overnight_runs,
    start_overnight_run,
    work_shard,
)
from achievement.commands.payees import tell_of_proposed_payee, tell_of_settled_payee
from achievement.commands.practice_payments import calculate_practice_payments

__all__ = [
    "Aggregated",
    "Calculated",
    "NetworkKey",
    "aggregate_networks",
    "approve_achievements",
    "approve_practice_payments",
    "calculate_achievements",
    "calculate_practice_payments",
    "confirm_nil",
    "count_killed_workers",
    "declare_achievements",
    "decline_nil",
    "finish_run",
    "give_finance_approval",
    "lift_hold",
    "lift_nil",
    "notice_overnight_runs",
    "preview_confirmation",
    "preview_lift",
    "preview_nil",
    "propose_nil",
    "reject_achievements",
    "resume_overnight_run",
    "resume_overnight_runs",
    "return_network_achievements",
    "return_practice_payments",
    "start_overnight_run",
    "take_over_networks",
    "tell_of_nil_settlement",
    "tell_of_proposed_payee",
    "tell_of_settled_payee",
    "undo_approval",
    "withdraw_declarations",
    "withdraw_nil",
    "work_shard",
]
