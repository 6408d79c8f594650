"""Achievements, overnight runs, and lines settled as nil."""

from achievement.models.achievements import (
    DATES_THERE_ARE_SQL,
    NOT_WITHDRAWN,
    Achievement,
    AchievementChange,
    Declaration,
    NetworkAchievement,
    NetworkAchievementChange,
    OvernightRun,
    RunState,
    Shard,
    on_any_date,
)
from achievement.models.nil import (
    REASON_LENGTH,
    SETTLED_AS_NIL_SQL,
    NilSettlement,
    NilSettlementChange,
    NilSettlementQuerySet,
)

__all__ = [
    "DATES_THERE_ARE_SQL",
    "NOT_WITHDRAWN",
    "REASON_LENGTH",
    "SETTLED_AS_NIL_SQL",
    "Achievement",
    "AchievementChange",
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
