"""Types of conditions and rewards that every shop has. This is the door to all: whoever asks for types asks here."""

from opensky.devo.rewards.booked import CreditReward, PointsReward
from opensky.devo.rewards.gifts import CouponReward, FreeShippingReward, LetterReward, LevelReward, WebhookReward
from opensky.devo.rewards.questions import (
    DateCondition,
    FollowCondition,
    FreeCondition,
    MemberCondition,
    OrderCondition,
    ProductCondition,
)
from opensky.devo.rewards.registry import (
    CONDITIONS,
    REWARDS,
    Argument,
    Condition,
    Issued,
    Kind,
    Refused,
    Reward,
    Says,
    ToMember,
    both,
    condition_type,
    made,
    reward_type,
)

__all__ = [
    "CONDITIONS",
    "REWARDS",
    "Argument",
    "Condition",
    "CouponReward",
    "CreditReward",
    "DateCondition",
    "FollowCondition",
    "FreeCondition",
    "FreeShippingReward",
    "Issued",
    "Kind",
    "LetterReward",
    "LevelReward",
    "MemberCondition",
    "OrderCondition",
    "PointsReward",
    "ProductCondition",
    "Refused",
    "Reward",
    "Says",
    "ToMember",
    "WebhookReward",
    "both",
    "condition_type",
    "made",
    "reward_type",
]
