"""How types of conditions and rewards register themselves, with typed arguments of which the admin's form and the docs are made.

A further one is a frozen dataclass under ``@condition_type`` or ``@reward_type``; those that there are stand in ``kinds``.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NamedTuple, Protocol, TypeVar, get_args, get_origin, get_type_hints

from opensky.devo.members.objects import MemberId
from opensky.devo.rewards.facts import Happening
from opensky.devo.rewards.giving import Givers
from opensky.kernel.errors import FieldError, Invalid
from opensky.ruler import Expression, RuleBuilder

T = TypeVar("T", bound=type)
ANY_EVENT = "*"
LONGEST_DAYS = 3650
_TRUE = frozenset({"1", "on", "true", "yes"})


class Argument(NamedTuple):
    """One argument of a type: its name, what it is (truth, whole, decimal, text, choice), its words, and whether it may be left out."""

    name: str
    kind: str
    label: str
    hint: str
    optional: bool
    choices: tuple[str, ...] = ()


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
    event: str
    """What happened, by its name (``order.paid``), and to what (``order.paid:2236070053316337952``)."""
    about: str


class Reward(Protocol):
    """Gives something to a member."""

    @staticmethod
    def get_type() -> str:
        """Return its name."""

    def words(self, currency: str) -> str:
        """Say what it gives."""

    def get_recipient(self, happening: Happening) -> MemberId | None:
        """Say who gets it."""

    def cost(self, currency: str) -> int:
        """Say what it costs the shop in the smallest unit of its currency, as far as that is known beforehand."""

    def issue_reward(self, givers: Givers, to: Issued) -> bool:
        """Give it; says whether it was not given under this key before."""

    @staticmethod
    def take_back(givers: Givers, key: str, why: str) -> None:
        """Take back what was given under a key, as far as it can be."""


class ToMember:
    """What most rewards have in common: they go to the member of the event, cost nothing that is known beforehand, and stay given."""

    def get_recipient(self, happening: Happening) -> MemberId | None:
        """The member of the event gets it."""
        return happening.recipient

    def cost(self, currency: str) -> int:
        """Nothing that is known."""
        return 0

    @staticmethod
    def take_back(givers: Givers, key: str, why: str) -> None:
        """It stays given."""


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
    """Register a type of condition for these events; for ``ANY_EVENT``, for all."""
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
        choices = get_args(kind) if get_origin(kind) is Literal else ()
        name = "choice" if choices else _KINDS[kind]
        found.append(Argument(each.name, name, says.label, says.hint, each.default is not MISSING, choices))
    return tuple(found)


class Refused(ValueError):
    """An argument is of the right type, and not sensible."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


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
    if asked.choices:
        if text not in asked.choices:
            raise ValueError(f"Please choose one of these: {', '.join(asked.choices)}.")
        return text
    try:
        value = {"whole": int, "decimal": Decimal, "text": str}[asked.kind](text)
    except (ValueError, InvalidOperation):
        wanted = "a whole number such as 30" if asked.kind == "whole" else "a number such as 7.50"
        raise ValueError(f"Please give {wanted}.") from None
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("Please give a number such as 7.50.")
    return value


def refuse_days(days: int | None) -> None:
    """Raise ``Refused`` for a time in which something is good that is none, or too long."""
    if days is not None and not 0 < days <= LONGEST_DAYS:
        raise Refused("expires_days", f"Please give a number of days from 1 to {LONGEST_DAYS}, or nothing.")


def good_for(days: int | None) -> str:
    """Say for how long something is good."""
    return f", good for {days} days" if days else ""


def expiry(now: datetime, days: int | None) -> datetime | None:
    """Return when something ends that is given now."""
    return now + timedelta(days=days) if days else None
