"""The part of the API about what is earned."""

from achievement.api.achievements import Achievements, NetworkAchievements, WaitingNetworks
from achievement.api.adjustments import AdjustmentsDue
from achievement.api.nil import NilSettlements

__all__ = ["Achievements", "AdjustmentsDue", "NetworkAchievements", "NilSettlements", "WaitingNetworks"]
