"""The pages of achievements."""

from achievement.views.acts import act
from achievement.views.adjustments import to_be_adjusted
from achievement.views.declarations import achievement_results, declaration_management
from achievement.views.declare import declare
from achievement.views.details import achievement, compare_periods, explanation_json, network, networks
from achievement.views.nil import (
    confirm_nil,
    decline_nil,
    lift_nil,
    nil_settlement,
    nil_settlements,
    propose_nil,
    withdraw_nil,
)
from achievement.views.overnight import (
    overnight_run,
    overnight_runs,
    resume_overnight_run,
    start_overnight_run,
)
from achievement.views.waiting import escalate, waiting, waiting_network

__all__ = [
    "achievement",
    "achievement_results",
    "act",
    "compare_periods",
    "confirm_nil",
    "declaration_management",
    "declare",
    "decline_nil",
    "escalate",
    "explanation_json",
    "lift_nil",
    "network",
    "networks",
    "nil_settlement",
    "nil_settlements",
    "overnight_run",
    "overnight_runs",
    "propose_nil",
    "resume_overnight_run",
    "start_overnight_run",
    "to_be_adjusted",
    "waiting",
    "waiting_network",
    "withdraw_nil",
]
