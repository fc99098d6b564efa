"""The terms of a rule as staff type them: when it runs, how often, beside which others, and to whom of those who earn it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opensky.devo.rewards.objects import ALL_OF_THEM, WEEKDAYS, Period, RewardRule, StackMode
from opensky.kernel.errors import FieldError
from opensky.kernel.money import Money

_MOST = 1_000_000_000
_LONGEST_STACK = 40
_TRUE = frozenset({"1", "on", "true", "yes"})
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a rule; the names are those of ``RewardRule``, and of the fields of a form (but ``budget``, an amount)."""

    zone: str = "UTC"
    weekdays: list[str] = field(default_factory=list)
    hours_from: str = ""
    hours_until: str = ""
    period: Period = ""
    limit_period: int | None = None
    limit_period_each: int | None = None
    budget_minor: int | None = None
    stack: str = ""
    stack_mode: StackMode = "all"
    share: int = ALL_OF_THEM
    later: bool = False

    def put(self, rule: RewardRule) -> None:
        """Give a rule these terms."""
        for each in fields(self):
            setattr(rule, each.name, getattr(self, each.name))


FIELDS = tuple("budget" if each.name == "budget_minor" else each.name for each in fields(Terms))
"""What is typed; days of the week stand in one text (``sat, sun``)."""


def read(typed: Mapping[str, str], currency: str, wrong: list[FieldError]) -> Terms:
    """Return the terms that were typed; what is wrong is added to ``wrong``, each under the name of its field."""
    said = {name: str(typed.get(name, "")).strip() for name in FIELDS}
    hours_from, hours_until = _hours(said, wrong)
    period = _one_of("period", said["period"], get_args(Period), wrong)
    limit_period, limit_period_each = (_limit(name, said, wrong) for name in ("limit_period", "limit_period_each"))
    if not period and (limit_period or limit_period_each):
        wrong.append(FieldError("period", "Please choose for which time this limit is: day, week or month.", "Choice"))
    stack = " ".join(said["stack"].split())
    if len(stack) > _LONGEST_STACK:
        wrong.append(FieldError("stack", f"Please use at most {_LONGEST_STACK} characters.", "Length"))
    return Terms(
        zone=_zone(said["zone"], wrong),
        weekdays=_weekdays(said["weekdays"], wrong),
        hours_from=hours_from,
        hours_until=hours_until,
        period=cast("Period", period),
        limit_period=limit_period,
        limit_period_each=limit_period_each,
        budget_minor=_budget(said["budget"], currency, wrong),
        stack=stack,
        stack_mode=cast("StackMode", _one_of("stack_mode", said["stack_mode"] or "all", get_args(StackMode), wrong)),
        share=_share(said["share"], wrong),
        later=said["later"].lower() in _TRUE,
    )


def typed_of(rule: RewardRule, currency: str) -> dict[str, str]:
    """Return what somebody would type to get the terms of a rule: to be changed in a form."""
    said = {name: getattr(rule, name) for name in FIELDS if name != "budget"}
    budget = "" if rule.budget_minor is None else str(Money(rule.budget_minor, currency).amount)
    return {
        **{name: "" if value is None else str(value) for name, value in said.items()},
        "budget": budget,
        "weekdays": ", ".join(rule.weekdays),
        "later": "yes" if rule.later else "",
    }


def _zone(text: str, wrong: list[FieldError]) -> str:
    if not text or text == "UTC":
        return "UTC"
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        wrong.append(FieldError("zone", "Please give a time zone such as America/New_York, or UTC.", "Choice"))
        return "UTC"


def _weekdays(text: str, wrong: list[FieldError]) -> list[str]:
    said = {each[:3].lower() for each in re.split(r"[,;\s]+", text) if each}
    if unknown := sorted(said - set(WEEKDAYS)):
        wrong.append(
            FieldError("weekdays", f"There is no weekday {', '.join(unknown)}; write mon, tue, wed …", "Choice")
        )
    return [each for each in WEEKDAYS if each in said]


def _hours(said: Mapping[str, str], wrong: list[FieldError]) -> tuple[str, str]:
    names = ("hours_from", "hours_until")
    given = [said[name] for name in names]
    for name, text in zip(names, given, strict=True):
        if text and not _HOUR.fullmatch(text):
            wrong.append(FieldError(name, "Please give an hour such as 18:00, or nothing.", "Hour"))
    if bool(given[0]) != bool(given[1]):
        missing = names[given.index("")]
        wrong.append(FieldError(missing, "Please give both hours, or none.", "Hour"))
    elif given[0] and given[0] == given[1]:
        wrong.append(
            FieldError("hours_until", "It ends at the hour at which it begins; leave both empty for all day.", "Order")
        )
    return given[0], given[1]


def _one_of(name: str, text: str, known: tuple[str, ...], wrong: list[FieldError]) -> str:
    if text not in known:
        wrong.append(FieldError(name, f"Please choose one of these: {', '.join(filter(None, known))}.", "Choice"))
        return known[0]
    return text


def _limit(name: str, said: Mapping[str, str], wrong: list[FieldError]) -> int | None:
    found = _whole(said[name])
    if said[name] and (found is None or not 1 <= found <= _MOST):
        wrong.append(FieldError(name, "Please give a number from 1, or nothing for no limit.", "Range"))
        return None
    return found


def _share(text: str, wrong: list[FieldError]) -> int:
    found = _whole(text) if text else ALL_OF_THEM
    if found is None or not 0 < found <= ALL_OF_THEM:
        wrong.append(FieldError("share", "Please give a number from 1 to 100.", "Range"))
        return ALL_OF_THEM
    return found


def _budget(text: str, currency: str, wrong: list[FieldError]) -> int | None:
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    # In this order: nothing that is not finite can be compared or be money.
    if amount.is_finite() and 0 < amount <= _MOST and Money.of(amount, currency).amount == amount:
        return Money.of(amount, currency).minor
    wrong.append(FieldError("budget", "Please give an amount above zero such as 500 or 99.50, or nothing.", "Money"))
    return None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.removeprefix("-").isdecimal() else None
