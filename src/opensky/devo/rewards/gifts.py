"""What rules can give beside credit and points: coupons, free delivery, a level, a letter, a webhook."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from opensky.devo.members.objects import MemberId
from opensky.devo.rewards.facts import Happening
from opensky.devo.rewards.giving import Givers
from opensky.devo.rewards.registry import Issued, Refused, Says, ToMember, expiry, good_for, refuse_days, reward_type
from opensky.kernel.money import Money

_HUNDRED = 100
_MOST, _LARGEST = 100_000, 1 << 63
_LONGEST_SUBJECT, _LONGEST_TEXT, _LONGEST_LEVEL = 120, 2000, 40
_GOOD_FOR = Says("Good for so many days", "Empty: for ever.")


class Benefit(ToMember):
    """What is taken back of all that benefits are: what an order has used stays used."""

    @staticmethod
    def take_back(givers: Givers, key: str, why: str) -> None:
        """Take it back, unless it is used."""
        givers.benefits.take_back(key, why)


@reward_type("A coupon")
@dataclass(frozen=True, kw_only=True)
class CouponReward(Benefit):
    """A code that takes something off one order of the member."""

    percent: Annotated[int | None, Says("Percent off", "1 to 100, or an amount instead.")] = None
    amount: Annotated[Decimal | None, Says("Amount off", "In the currency of the shop, or a percentage instead.")] = (
        None
    )
    expires_days: Annotated[int | None, _GOOD_FOR] = None

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "coupon"

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.amount is None):
            raise Refused("percent", "Please give either a percentage or an amount.")
        if self.percent is not None and not 0 < self.percent <= _HUNDRED:
            raise Refused("percent", "Please give a percentage from 1 to 100.")
        if self.amount is not None and not (0 < self.amount <= _MOST and self.amount == round(self.amount, 2)):
            raise Refused("amount", "Please give an amount above zero, with at most two decimals.")
        refuse_days(self.expires_days)

    def words(self, currency: str) -> str:
        """Say what it gives."""
        off = f"{self.percent} %" if self.amount is None else str(Money.of(self.amount, currency))
        return f"a coupon of {off} off one order{good_for(self.expires_days)}"

    def cost(self, currency: str) -> int:
        """The amount; of a percentage nobody knows."""
        return 0 if self.amount is None else Money.of(self.amount, currency).minor

    def issue_reward(self, givers: Givers, to: Issued) -> bool:
        """Give it."""
        amount = None if self.amount is None else Money.of(self.amount, to.currency)
        ends = expiry(to.now, self.expires_days)
        return givers.benefits.issue_coupon(
            to.recipient, percent=self.percent, amount=amount, key=to.key, why=to.why, expires_at=ends
        )


@reward_type("Free delivery")
@dataclass(frozen=True, kw_only=True)
class FreeShippingReward(Benefit):
    """One order is delivered for nothing."""

    expires_days: Annotated[int | None, _GOOD_FOR] = None

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "free_shipping"

    def __post_init__(self) -> None:
        refuse_days(self.expires_days)

    def words(self, currency: str) -> str:
        """Say what it gives."""
        return f"free delivery of one order{good_for(self.expires_days)}"

    def issue_reward(self, givers: Givers, to: Issued) -> bool:
        """Give it."""
        ends = expiry(to.now, self.expires_days)
        return givers.benefits.issue_free_shipping(to.recipient, key=to.key, why=to.why, expires_at=ends)


@reward_type("A level")
@dataclass(frozen=True, kw_only=True)
class LevelReward(Benefit):
    """At least this level, whatever their points are."""

    level: Annotated[str, Says("Level", "One of those that the settings name, such as Silver.")]

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "level"

    def __post_init__(self) -> None:
        if len(self.level) > _LONGEST_LEVEL:
            raise Refused("level", f"Please use at most {_LONGEST_LEVEL} characters.")

    def words(self, currency: str) -> str:
        """Say what it gives."""
        return f"the level {self.level}"

    def issue_reward(self, givers: Givers, to: Issued) -> bool:
        """Give it; a level that the settings do not name (any more) is given to nobody."""
        return givers.benefits.reach_level(to.recipient, self.level, key=to.key, why=to.why)


@reward_type("A letter")
@dataclass(frozen=True, kw_only=True)
class LetterReward(ToMember):
    """A letter to those who want letters that they need not get."""

    subject: Annotated[str, Says("Subject")]
    text: Annotated[str, Says("Text", "Goes to members who asked for news, with a way to end it.")]

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "letter"

    def __post_init__(self) -> None:
        for name, longest in (("subject", _LONGEST_SUBJECT), ("text", _LONGEST_TEXT)):
            if len(getattr(self, name)) > longest:
                raise Refused(name, f"Please use at most {longest} characters.")

    def words(self, currency: str) -> str:
        """Say what it gives."""
        return f"the letter '{self.subject}'"

    def get_recipient(self, happening: Happening) -> MemberId | None:
        """The member of the event, if they asked for letters."""
        wanted = happening.recipient is not None and happening.context["member"]["wants_letters"]
        return happening.recipient if wanted else None

    def issue_reward(self, givers: Givers, to: Issued) -> bool:
        """Send it, with all that the event has changed or not at all."""
        givers.letters.thank(to.recipient, self.subject, self.text)
        return True


@reward_type("A call of the shop's own webhook")
@dataclass(frozen=True, kw_only=True)
class WebhookReward(ToMember):
    """The shop's own program is told, which then does what it likes."""

    endpoint: Annotated[int, Says("Number of the webhook", "One of the shop's own, as its page under Webhooks says.")]

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "webhook"

    def __post_init__(self) -> None:
        if not 0 < self.endpoint < _LARGEST:
            raise Refused("endpoint", "Please give the number that stands on the page of the webhook.")

    def words(self, currency: str) -> str:
        """Say what it does."""
        return f"what the shop's webhook {self.endpoint} gives"

    def issue_reward(self, givers: Givers, to: Issued) -> bool:
        """Tell it; one that is disabled or an insider's is not told."""
        told = {"rule": to.why, "revision": to.rule, "key": to.key, "event": to.event, "about": to.about}
        return givers.webhooks.tell_house(self.endpoint, {"reward": told, "member": {"id": str(to.recipient)}})
