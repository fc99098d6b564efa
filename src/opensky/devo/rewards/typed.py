"""A rule as somebody types it, and how that is read: whole, or with a sentence for each field that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from opensky.devo.rewards import conditions, terms
from opensky.devo.rewards.facts import EVENTS, Subscribed
from opensky.devo.rewards.kinds import REWARDS, Reward, made
from opensky.devo.rewards.objects import RewardRule, RuleId
from opensky.kernel.errors import FieldError, Invalid
from opensky.mapping import validate

_MOST = 1_000_000_000
_NO_BUDGET = "What this reward costs is not known beforehand, so no budget holds it. Limit how often it grants instead."
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A rule as somebody typed it. ``more`` holds arguments by their type: ``order.minimum_total``, ``credit.amount``.

    ``terms`` holds what ``terms.FIELDS`` names: when it runs, its limits for a period and by amount, its group, its share.
    """

    name: str = ""
    event: str = ""
    condition: str = ""
    reward: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    starts_at: str = ""
    ends_at: str = ""
    limit_total: str = ""
    limit_each: str = ""
    priority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was typed, read; ``wrong`` is empty if all of it is as it should be."""

    wrong: list[FieldError]
    name: str
    event: str
    condition: str
    reward: str
    arguments: dict[str, str]
    starts_at: datetime | None
    ends_at: datetime | None
    limit_total: int | None
    limit_each: int | None
    priority: int
    agreed: terms.Terms

    def put(self, rule: RewardRule) -> None:
        """Have a rule say this."""
        rule.name, rule.event, rule.condition = self.name, self.event, self.condition
        rule.reward, rule.arguments = self.reward, self.arguments
        rule.starts_at, rule.ends_at = self.starts_at, self.ends_at
        rule.limit_total, rule.limit_each, rule.priority = self.limit_total, self.limit_each, self.priority
        self.agreed.put(rule)


def check(typed: Typed, currency: str) -> Checked:
    """Read what was typed."""
    wrong: list[FieldError] = []
    name = " ".join(typed.name.split())
    _check_name(name, wrong)
    subscribed = EVENTS.get(typed.event)
    if subscribed is None:
        wrong.append(FieldError("event", "Please choose when it happens.", "Choice"))
    condition = _condition(subscribed, typed, wrong) if subscribed is not None else ""
    agreed = terms.read(typed.terms, currency, wrong)
    arguments = _arguments(typed, wrong, currency if agreed.budget_minor is not None else "")
    starts, ends = _moment("starts_at", typed.starts_at, wrong), _moment("ends_at", typed.ends_at, wrong)
    if starts and ends and ends <= starts:
        wrong.append(FieldError("ends_at", "It ends before it starts.", "Order"))
    return Checked(
        wrong=wrong,
        name=name,
        event=typed.event,
        condition=condition,
        reward=typed.reward,
        arguments=arguments,
        starts_at=starts,
        ends_at=ends,
        limit_total=_limit("limit_total", typed.limit_total, wrong),
        limit_each=_limit("limit_each", typed.limit_each, wrong),
        priority=_whole("priority", typed.priority, wrong) or 0,
        agreed=agreed,
    )


def _check_name(name: str, wrong: list[FieldError]) -> None:
    try:
        validate(RewardRule(id=RuleId(0), name=name, event="", condition="", reward="", created_at=_ANY_TIME))
    except Invalid as error:
        wrong += error.errors


def _condition(subscribed: Subscribed, typed: Typed, wrong: list[FieldError]) -> str:
    try:
        return conditions.read(subscribed, typed.condition, typed.more).json
    except Invalid as error:
        wrong += error.errors
        return ""


def _arguments(typed: Typed, wrong: list[FieldError], budget_in: str) -> dict[str, str]:
    kind = REWARDS.get(typed.reward)
    if kind is None:
        wrong.append(FieldError("reward", "Please choose what they get.", "Choice"))
        return {}
    prefix = f"{kind.name}."
    given = {each.name: typed.more.get(prefix + each.name, "").strip() for each in kind.arguments}
    try:
        reward: Reward = made(kind, given, prefix)
    except Invalid as error:
        wrong += error.errors
    else:
        if budget_in and not reward.cost(budget_in):
            wrong.append(FieldError("budget", _NO_BUDGET, "Choice"))
    return {name: value for name, value in given.items() if value}


def _moment(name: str, text: str, wrong: list[FieldError]) -> datetime | None:
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        wrong.append(FieldError(name, "Please give a day and time such as 2026-12-24 18:00, or nothing.", "Moment"))
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _limit(name: str, text: str, wrong: list[FieldError]) -> int | None:
    found = _whole(name, text, wrong)
    if found is not None and found < 1:
        wrong.append(FieldError(name, "Please give a number from 1, or nothing for no limit.", "Range"))
    return found


def _whole(name: str, text: str, wrong: list[FieldError]) -> int | None:
    try:
        found = int(text) if text.strip() else None
    except ValueError:
        found = _MOST + 1
    if found is not None and abs(found) > _MOST:
        wrong.append(FieldError(name, "Please give a whole number.", "Number"))
        return None
    return found
