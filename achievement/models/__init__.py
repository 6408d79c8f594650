"""Achievements, overnight runs, lines settled as nil, and what is to be adjusted."""

from achievement.models.achievements import (
    DATES_THERE_ARE_SQL,
    NOT_WITHDRAWN,
    Achievement,
    AchievementChange,
    Declaration,
    NetworkAchievement,
    NetworkAchievementChange,
    on_any_date,
)
from achievement.models.adjustments import WHY_LENGTH, AdjustmentDue, AdjustmentDueQuerySet
from achievement.models.nil import (
    PAID_ELSEWHERE_SQL,
    SETTLED_AS_NIL_SQL,
    NilSettlement,
    NilSettlementChange,
    NilSettlementQuerySet,
)
from achievement.models.overnight import OvernightRun, RunState, Shard

__all__ = [
    "DATES_THERE_ARE_SQL",
    "NOT_WITHDRAWN",
    "PAID_ELSEWHERE_SQL",
    "SETTLED_AS_NIL_SQL",
    "WHY_LENGTH",
    "Achievement",
    "AchievementChange",
    "AdjustmentDue",
    "AdjustmentDueQuerySet",
    "Declaration",
    "NetworkAchievement",
    "NetworkAchievementChange",
    "NilSettlement",
    "NilSettlementChange",
    "NilSettlementQuerySet",
    "OvernightRun",
    "RunState",
    "Shard",
    "on_any_date",
]
