"""What the API says of what is earned."""

from achievement.serializers.achievements import (
    AchievementDetailSerializer,
    AchievementSerializer,
    ApproveSerializer,
    DeclareSerializer,
    ExplanationSerializer,
    NetworkAchievementDetailSerializer,
    NetworkAchievementSerializer,
    OutcomeSerializer,
    WaitingNetworkSerializer,
    WhyWaitingSerializer,
)
from achievement.serializers.adjustments import AdjustmentDueSerializer
from achievement.serializers.nil import (
    ConfirmNilSerializer,
    LiftNilSerializer,
    NilActedSerializer,
    NilSettlementSerializer,
    ProposeNilSerializer,
    SettleNilSerializer,
)

__all__ = [
    "AchievementDetailSerializer",
    "AchievementSerializer",
    "AdjustmentDueSerializer",
    "ApproveSerializer",
    "ConfirmNilSerializer",
    "DeclareSerializer",
    "ExplanationSerializer",
    "LiftNilSerializer",
    "NetworkAchievementDetailSerializer",
    "NetworkAchievementSerializer",
    "NilActedSerializer",
    "NilSettlementSerializer",
    "OutcomeSerializer",
    "ProposeNilSerializer",
    "SettleNilSerializer",
    "WaitingNetworkSerializer",
    "WhyWaitingSerializer",
]
