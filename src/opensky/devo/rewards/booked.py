"""What rules book in a member's ledger: credit and points."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from opensky.devo.rewards.giving import Givers
from opensky.devo.rewards.registry import Issued, Refused, Says, ToMember, expiry, good_for, refuse_days, reward_type
from opensky.kernel.money import Money

_MOST = 1_000_000


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
