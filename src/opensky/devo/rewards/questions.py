"""What can be asked without writing a condition: of an order and what is in it, of whom somebody follows, of the member, of the day, and anything at all."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from opensky.devo.follows.events import SELLER_FOLLOW
from opensky.devo.rewards.facts import ORDER_EVENTS
from opensky.devo.rewards.registry import ANY_EVENT, Refused, Says, both, condition_type
from opensky.devo.shares.events import PRODUCT_SHARE, SHARE_BOUGHT
from opensky.ruler import Expression, InvalidRule, RuleBuilder
from opensky.ruler.expressions import condition
from opensky.ruler.text_form import from_text

_SKU = Says("With one of these variants", "Codes, separated by commas, such as BOWL, CUP-RED. May be empty.")
_PRODUCT = Says("With one of these products", "Names in addresses, separated by commas. May be empty.")
_INSIDER = Says("With something of one of these insiders", "Names in addresses, separated by commas. May be empty.")


@condition_type("Of the order", *ORDER_EVENTS, SHARE_BOUGHT)
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


@condition_type("Of what is shared", PRODUCT_SHARE, SHARE_BOUGHT)
@dataclass(frozen=True, kw_only=True)
class ShareCondition:
    """What somebody shares."""

    product: Annotated[str, Says("Only this product", "Its name in addresses, such as speckled-mug. May be empty.")] = (
        ""
    )

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "share"

    def build_rule(self) -> Expression | None:
        """Return the condition."""
        return RuleBuilder().product.slug.equal_to(self.product) if self.product else None


@condition_type("Of what is in the order", *ORDER_EVENTS, SHARE_BOUGHT)
@dataclass(frozen=True, kw_only=True)
class ProductCondition:
    """What is in an order."""

    skus: Annotated[str, _SKU] = ""
    products: Annotated[str, _PRODUCT] = ""
    insiders: Annotated[str, _INSIDER] = ""
    pieces: Annotated[int | None, Says("At least so many pieces in all", "May be empty.")] = None

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "product"

    def build_rule(self) -> Expression | None:
        """Return the condition."""
        order = RuleBuilder().order
        asked = [
            any_of([order[name].set_contains(each) for each in named])
            for name in ("skus", "products", "insiders")
            if (named := names(getattr(self, name)))
        ]
        if self.pieces is not None:
            asked.append(order["items"] >= self.pieces)
        return both(*asked)


@condition_type("Of the member", ANY_EVENT)
@dataclass(frozen=True, kw_only=True)
class MemberCondition:
    """Who it is."""

    least_days: Annotated[int | None, Says("Joined at least so many days ago", "May be empty.")] = None
    most_days: Annotated[int | None, Says("Joined at most so many days ago", "May be empty.")] = None
    orders: Annotated[int | None, Says("Has paid at least so many orders", "This one included. May be empty.")] = None
    follows: Annotated[int | None, Says("Follows at least so many insiders", "May be empty.")] = None

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "member"

    def build_rule(self) -> Expression | None:
        """Return the condition."""
        member = RuleBuilder().member
        asked = [
            member[name] >= least
            for name, least in (("days", self.least_days), ("orders", self.orders), ("follows", self.follows))
            if least is not None
        ]
        if self.most_days is not None:
            asked.append(member.days <= self.most_days)
        return both(*asked)


@condition_type("Of the day", ANY_EVENT)
@dataclass(frozen=True, kw_only=True)
class DateCondition:
    """When it happens. For days of the week and hours a rule has fields of its own."""

    since: Annotated[str, Says("From this day", "Such as 2026-12-01, UTC. May be empty.")] = ""
    until: Annotated[str, Says("Before this day", "Such as 2026-12-24, UTC. May be empty.")] = ""

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "date"

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            _day(name, getattr(self, name))

    def build_rule(self) -> Expression | None:
        """Return the condition."""
        now = RuleBuilder().now
        asked = []
        if since := _day("since", self.since):
            asked.append(now >= since)
        if until := _day("until", self.until):
            asked.append(now < until)
        return both(*asked)


@condition_type("Anything else")
@dataclass(frozen=True, kw_only=True)
class FreeCondition:
    """A condition as it is typed, to stand among others in a group. A form has a field for that, and does not offer it again."""

    text: Annotated[str, Says("Condition", "Such as order.total >= 50. May be empty.")] = ""

    @staticmethod
    def get_type() -> str:
        """Return its name."""
        return "free"

    def __post_init__(self) -> None:
        self.build_rule()

    def build_rule(self) -> Expression | None:
        """Return the condition."""
        if not self.text.strip():
            return None
        try:
            return Expression(from_text(self.text))
        except InvalidRule as error:
            raise Refused("text", error.problems[0].message) from error


def any_of(asked: list[Expression]) -> Expression:
    """Return the condition that one of these holds."""
    return asked[0] if len(asked) == 1 else RuleBuilder().logical_or(*asked)


def names(text: str) -> list[str]:
    """Return what was typed between commas, each once."""
    return list(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(name, "Please give a day such as 2026-12-24, or nothing.") from None
