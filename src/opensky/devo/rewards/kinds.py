"""Types of conditions and rewards. Each registers itself with typed arguments, of which the admin's form and the docs are made.

A further one is a frozen dataclass under ``@condition_type`` or ``@reward_type``.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, NamedTuple, Protocol, TypeVar, get_args, get_type_hints

from opensky.devo.credits.manager import CreditManager
from opensky.devo.follows.events import SELLER_FOLLOW
from opensky.devo.members.objects import MemberId
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.rewards.facts import Happening
from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.money import Money
from opensky.ruler import Expression, RuleBuilder
from opensky.ruler.expressions import condition

T = TypeVar("T", bound=type)
_TRUE = frozenset({"1", "on", "true", "yes"})
_LONGEST_DAYS = 3650
_MOST = 1_000_000


class Argument(NamedTuple):
    """One argument of a type: its name, what it is (truth, whole, decimal, text), its words, and whether it may be left out."""

    name: str
    kind: str
    label: str
    hint: str
    optional: bool


class Kind(NamedTuple):
    """A registered type."""

    name: str
    label: str
    cls: Any
    arguments: tuple[Argument, ...]
    events: tuple[str, ...] = ()


class Condition(Protocol):
    """Builds the condition of a rule from its arguments."""

    @staticmethod
    def get_type() -> str:
        """Return its name."""

    def build_rule(self) -> Expression | None:
        """Return the condition, or nothing where the arguments ask for none."""


class Issued(NamedTuple):
    """To whom something is given, under which key, and why."""

    recipient: MemberId
    key: str
    why: str
    rule: str
    currency: str
    now: datetime


class Reward(Protocol):
    """Gives something to a member."""

    @staticmethod
    def get_type() -> str:
        """Return its name."""

    def words(self, currency: str) -> str:
        """Say what it gives."""

    def get_recipient(self, happening: Happening) -> MemberId | None:
        """Say who gets it."""

    def issue_reward(self, credit: CreditManager, to: Issued) -> bool:
        """Give it; says whether it was not given under this key before."""


CONDITIONS: dict[str, Kind] = {}
REWARDS: dict[str, Kind] = {}
_KINDS: dict[Any, str] = {
    bool: "truth",
    int: "whole",
    int | None: "whole",
    Decimal: "decimal",
    Decimal | None: "decimal",
    str: "text",
}


class Says(NamedTuple):
    """The words of an argument: its label and, where it needs one, a hint."""

    label: str
    hint: str = ""


def condition_type(label: str, *events: str) -> Callable[[T], T]:
    """Register a type of condition for these events."""
    return _registering(CONDITIONS, label, events)


def reward_type(label: str) -> Callable[[T], T]:
    """Register a type of reward."""
    return _registering(REWARDS, label, ())


def made(kind: Kind, typed: Mapping[str, str], prefix: str = "") -> Any:
    """Make a condition or reward of what was typed.

    Raises:
        Invalid: with all that is wrong, by the name of the argument after ``prefix``.
    """
    given: dict[str, Any] = {}
    wrong: list[FieldError] = []
    for each in kind.arguments:
        try:
            value = _read(each, typed.get(each.name, "").strip())
        except ValueError as error:
            wrong.append(FieldError(prefix + each.name, str(error), "Argument"))
            continue
        if value is not None:
            given[each.name] = value
    if wrong:
        raise Invalid(*wrong)
    try:
        return kind.cls(**given)
    except Refused as error:
        raise Invalid(FieldError(prefix + error.name, str(error), "Range")) from error


def _registering(registry: dict[str, Kind], label: str, events: tuple[str, ...]) -> Callable[[T], T]:
    def register(cls: T) -> T:
        name = cls.get_type()  # type: ignore[attr-defined]  # both protocols have it
        registry[name] = Kind(name, label, cls, _arguments(cls), events)
        return cls

    return register


def _arguments(cls: type) -> tuple[Argument, ...]:
    hints = get_type_hints(cls, include_extras=True)
    found = []
    for each in fields(cls):
        kind, says = get_args(hints[each.name])
        found.append(Argument(each.name, _KINDS[kind], says.label, says.hint, each.default is not MISSING))
    return tuple(found)


class Refused(ValueError):
    """An argument is of the right type, and not sensible."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@condition_type("Of the order", ORDER_PAID)
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
class CreditReward:
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
        _refuse_days(self.expires_days)

    def words(self, currency: str) -> str:
        """Say what it gives."""
        return f"{Money.of(self.amount, currency)} of credit{_good_for(self.expires_days)}"

    def get_recipient(self, happening: Happening) -> MemberId | None:
        """The member of the event gets it."""
        return happening.recipient

    def issue_reward(self, credit: CreditManager, to: Issued) -> bool:
        """Give it."""
        amount, ends = Money.of(self.amount, to.currency), _expiry(to.now, self.expires_days)
        return credit.grant(to.recipient, amount, key=to.key, why=to.why, expires_at=ends, rule=to.rule)


@reward_type("Points")
@dataclass(frozen=True, kw_only=True)
class PointsReward:
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
        _refuse_days(self.expires_days)

    def words(self, currency: str) -> str:
        """Say what it gives."""
        return f"{self.points} points{_good_for(self.expires_days)}"

    def get_recipient(self, happening: Happening) -> MemberId | None:
        """The member of the event gets them."""
        return happening.recipient

    def issue_reward(self, credit: CreditManager, to: Issued) -> bool:
        """Give them."""
        ends = _expiry(to.now, self.expires_days)
        return credit.grant(to.recipient, self.points, key=to.key, why=to.why, expires_at=ends, rule=to.rule)


def both(*asked: Expression) -> Expression | None:
    """Return the condition that all of these hold; of none, none."""
    if len(asked) < 2:  # noqa: PLR2004 - nothing to join
        return asked[0] if asked else None
    return RuleBuilder().logical_and(*asked)


def _read(asked: Argument, text: str) -> Any:
    if asked.kind == "truth":
        return text.lower() in _TRUE
    if not text:
        if asked.optional:
            return None
        raise ValueError("Please fill this in.")
    try:
        value = {"whole": int, "decimal": Decimal, "text": str}[asked.kind](text)
    except (ValueError, InvalidOperation):
        wanted = "a whole number such as 30" if asked.kind == "whole" else "a number such as 7.50"
        raise ValueError(f"Please give {wanted}.") from None
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("Please give a number such as 7.50.")
    return value


def _refuse_days(days: int | None) -> None:
    if days is not None and not 0 < days <= _LONGEST_DAYS:
        raise Refused("expires_days", f"Please give a number of days from 1 to {_LONGEST_DAYS}, or nothing.")


def _good_for(days: int | None) -> str:
    return f", good for {days} days" if days else ""


def _expiry(now: datetime, days: int | None) -> datetime | None:
    return now + timedelta(days=days) if days else None
