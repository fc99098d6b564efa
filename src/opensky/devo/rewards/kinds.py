"""Types of conditions and rewards that every shop has. This is the door to all: whoever asks for types asks here."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from opensky.devo.follows.events import SELLER_FOLLOW
from opensky.devo.rewards.facts import ORDER_EVENTS
from opensky.devo.rewards.gifts import CouponReward, FreeShippingReward, LetterReward, LevelReward, WebhookReward
from opensky.devo.rewards.giving import Givers
from opensky.devo.rewards.questions import DateCondition, FreeCondition, MemberCondition, ProductCondition
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
    expiry,
    good_for,
    made,
    refuse_days,
    reward_type,
)
from opensky.kernel.money import Money
from opensky.ruler import Expression, RuleBuilder
from opensky.ruler.expressions import condition

__all__ = [
    "CONDITIONS",
    "REWARDS",
    "Argument",
    "Condition",
    "CouponReward",
    "DateCondition",
    "FreeCondition",
    "FreeShippingReward",
    "Issued",
    "Kind",
    "LetterReward",
    "LevelReward",
    "MemberCondition",
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
_MOST = 1_000_000


@condition_type("Of the order", *ORDER_EVENTS)
@dataclass(frozen=True, kw_only=True)
class OrderCondition:
    """What is asked of an order."""

    require_first_purchase: Annotated[bool, Says("Only a member's first purchase")] = False
    minimum_total: Annotated[Decimal | None, Says("The order costs at least", "May be empty.")] = None

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "order"

    def build_rule(self) -> Expression | None:
        """Return the condition."""
        order = RuleBuilder().order
        asked = [condition(order.first_purchase)] if self.require_first_purchase else []
        if self.minimum_total is not None:
            least = self.minimum_total
            asked.append(order.total >= (int(least) if least == int(least) else least))
        return both(*asked)


@condition_type("Of the insider", SELLER_FOLLOW)
@dataclass(frozen=True, kw_only=True)
class FollowCondition:
    """Whom somebody begins to follow."""

    insider: Annotated[
        str, Says("Only this insider", "Their name in addresses, such as maya-linden. May be empty.")
    ] = ""

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "follow"

    def build_rule(self) -> Expression | None:
        """Return the condition."""
        return RuleBuilder().insider.slug.equal_to(self.insider) if self.insider else None


@reward_type("Credit")
@dataclass(frozen=True, kw_only=True)
class CreditReward(ToMember):
    """Money of this shop, to be spent here."""

    amount: Annotated[Decimal, Says("Amount", "In the currency of the shop, such as 5 or 7.50.")]
    expires_days: Annotated[int | None, Says("Good for so many days", "Empty: for ever.")] = None

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "credit"

    def __post_init__(self) -> None:
        if not 0 < self.amount <= _MOST or Decimal(str(self.amount)) != round(self.amount, 2):
            raise Refused("amount", "Please give an amount above zero, with at most two decimals.")
        refuse_days(self.expires_days)

    def words(self, currency: str) -> str:
        """Say what it gives."""
        return f"{Money.of(self.amount, currency)} of credit{good_for(self.expires_days)}"

    def cost(self, currency: str) -> int:
        """The amount."""
        return Money.of(self.amount, currency).minor

    def issue_reward(self, givers: Givers, to: Issued) -> bool:
        """Give it."""
        amount, ends = Money.of(self.amount, to.currency), expiry(to.now, self.expires_days)
        return givers.credit.grant(to.recipient, amount, key=to.key, why=to.why, expires_at=ends, rule=to.rule)

    @staticmethod
    def take_back(givers: Givers, key: str, why: str) -> None:
        """Take back what is left, and owe what was spent."""
        givers.credit.reverse(key, why)


@reward_type("Points")
@dataclass(frozen=True, kw_only=True)
class PointsReward(ToMember):
    """Points."""

    points: Annotated[int, Says("Points", "A whole number.")]
    expires_days: Annotated[int | None, Says("Good for so many days", "Empty: for ever.")] = None

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "points"

    def __post_init__(self) -> None:
        if not 0 < self.points <= _MOST:
            raise Refused("points", "Please give a whole number above zero.")
        refuse_days(self.expires_days)

    def words(self, currency: str) -> str:
        """Say what it gives."""
        return f"{self.points} points{good_for(self.expires_days)}"

    def issue_reward(self, givers: Givers, to: Issued) -> bool:
        """Give them."""
        ends = expiry(to.now, self.expires_days)
        return givers.credit.grant(to.recipient, self.points, key=to.key, why=to.why, expires_at=ends, rule=to.rule)

    @staticmethod
    def take_back(givers: Givers, key: str, why: str) -> None:
        """Take back what is left, and owe what was spent."""
        givers.credit.reverse(key, why)
