"""The pages of achievements."""

from achievement.views.acts import act
from achievement.views.declarations import achievement_results, declaration_management
from achievement.views.details import achievement, explanation_json, network, networks
from achievement.views.overnight import overnight_runs

__all__ = [
    "achievement",
    "achievement_results",
    "act",
    "declaration_management",
    "explanation_json",
    "network",
    "networks",
    "overnight_runs",
]
