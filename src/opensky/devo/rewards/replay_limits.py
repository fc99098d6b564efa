"""What the terms of a rule leave, reckoned in memory as a replay goes through the past: its hours, its share, its limits."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from opensky.devo.rewards.kinds import PointsReward
from opensky.devo.rewards.limits import in_share, is_open, uses
from opensky.devo.rewards.registry import Reward
from opensky.devo.rewards.repository import KeptRule

CLOSED = "not on its days or hours"
CONTROL = "in the control group"
ENOUGH = "the member had as many as one may have"
USED_UP = "all were used up"
SPENT = "the limit for a time, or the budget, was used up"
_EVERYBODY = 0


class Worth(NamedTuple):
    """What one grant costs, in the smallest unit of the shop's currency, and how many points it gives."""

    cost: int = 0
    points: int = 0


class Allowance:
    """How much of a rule's limits is left: all of it at the beginning."""

    def __init__(self, rule: KeptRule, reward: Reward, currency: str) -> None:
        self._rule = rule
        points = reward.points if isinstance(reward, PointsReward) else 0
        self._worth = Worth(reward.cost(currency), points)
        self._total = 0
        self._of_member: Counter[int] = Counter()
        self._of_span: Counter[tuple[int, str]] = Counter()

    def take(self, member_id: int, at: datetime) -> Worth | str:
        """Take one, and return what it is worth; or say why there is none, and take nothing."""
        rule = self._rule
        if not is_open(rule, at):
            return CLOSED
        if not in_share(rule.id, member_id, rule.share):
            return CONTROL
        if rule.limit_each is not None and self._of_member[member_id] >= rule.limit_each:
            return ENOUGH
        if rule.limit_total is not None and self._total >= rule.limit_total:
            return USED_UP
        used = [
            ((member_id if each.whose == "each" else _EVERYBODY, each.span), each.amount, each.cap)
            for each in uses(rule, at, self._worth.cost)
        ]
        if any(self._of_span[key] + amount > cap for key, amount, cap in used):
            return SPENT
        for key, amount, _ in used:
            self._of_span[key] += amount
        self._of_member[member_id] += 1
        self._total += 1
        return self._worth
