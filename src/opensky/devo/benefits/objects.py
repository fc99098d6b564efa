"""Benefits: a coupon, a delivery that costs nothing, a level. Who may use one, how often, until when, and who has used it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple, NewType
from unicodedata import normalize

from opensky.devo.members.objects import MemberId
from opensky.kernel.money import Money
from opensky.mapping import Id, Index, Length, NoHistory, Personal, Unique, entity

BenefitId = NewType("BenefitId", int)
Kind = Literal["coupon", "free_shipping", "level"]
State = Literal["good", "taken_back"]

ANYBODY = MemberId(0)
"""In the place of a member: whoever has the code."""
LONGEST_CODE, LONGEST_LEVEL, LONGEST_KEY, LONGEST_WHY = 40, 40, 120, 300
_HUNDRED = 100


def plain(code: str) -> str:
    """Return a code as it is kept, however it was typed: with small or wide letters, blanks or dashes."""
    return "".join(each for each in normalize("NFKC", code).upper() if each.isalnum())[:LONGEST_CODE]


@entity("benefits", Unique("key", "kind", "member_id"), Unique("code"), Index("member_id", "-id"))
@dataclass(eq=False, kw_only=True)
class Benefit:
    """Something that one member, or whoever has its code, may use so many times."""

    id: Annotated[BenefitId, Id()]
    kind: Annotated[Kind, Length(1, 15)]
    member_id: Annotated[MemberId, Personal("account")] = ANYBODY
    code: Annotated[str | None, Length(1, LONGEST_CODE)] = None
    percent: int | None = None
    amount_minor: int | None = None
    """What a coupon takes off the goods: so much of a hundred, or so much money."""
    currency: Annotated[str, Length(0, 3)] = ""
    level: Annotated[str, Length(0, LONGEST_LEVEL)] = ""
    limit_total: int | None = None
    """How often it can be used by all; each buyer uses it once. No number, no limit."""
    used: int = 0
    """How often it was: counted only where there is a limit, so that nobody waits for a row without need."""
    expires_at: datetime | None = None
    key: Annotated[str, Personal("account"), Length(1, LONGEST_KEY)]
    """What was issued once is not issued to the same member again under the same key."""
    why: Annotated[str, Personal("account"), Length(0, LONGEST_WHY)] = ""
    state: Annotated[State, Length(1, 10)] = "good"
    ended: Annotated[str, Personal("account"), Length(0, LONGEST_WHY)] = ""
    """Why it was taken back."""
    created_at: datetime

    def off(self, goods: Money) -> Money:
        """Return what this takes off the price of goods: never more than they cost."""
        if self.percent is not None:
            return goods.times(Decimal(self.percent) / _HUNDRED)
        if self.amount_minor is not None and self.currency == goods.currency:
            return min(goods, Money(self.amount_minor, self.currency))
        return Money(0, goods.currency)

    @property
    def gives(self) -> str:
        """What it gives, in words."""
        if self.kind == "level":
            return f"Level {self.level}"
        if self.kind == "free_shipping":
            return "Free delivery"
        return f"{self.percent} % off" if self.percent is not None else f"{self.amount} off"

    @property
    def amount(self) -> Money:
        """The money that it takes off; nothing where it is a percentage."""
        return Money(self.amount_minor or 0, self.currency or "USD")


class Counted(NamedTuple):
    """A benefit in a list, and how many have used it."""

    benefit: Benefit
    uses: int


@NoHistory()
@entity("benefit_uses", Index("order_id"), clustered=True)
@dataclass(eq=False, kw_only=True)
class BenefitUse:
    """That one buyer has used a benefit, and for which order. An order that is cancelled gives it back."""

    benefit_id: Annotated[BenefitId, Id()]
    whose: Annotated[str, Id(), Personal("contact"), Length(1, 254)]
    """A member, or the e-mail address of a guest."""
    order_id: int


@NoHistory()
@entity("member_levels")
@dataclass(eq=False, kw_only=True)
class MemberLevel:
    """The level that a member has reached, by points or because a rule gave it. Members without one have no row."""

    member_id: Annotated[MemberId, Id(), Personal("account")]
    level: Annotated[str, Personal("account"), Length(0, LONGEST_LEVEL)]
    reached_at: datetime
