"""When a rule runs, what one grant uses of its limits, and who is in its share: answers without a database.

Days and hours are those of the clock on the wall in the rule's time zone. So an hour that is left out when the clocks go forward never
comes, one that comes twice counts twice, and a day of 23 or 25 hours is one day.
"""

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from opensky.devo.rewards.objects import ALL_OF_THEM, WEEKDAYS
from opensky.ruler.values import sample

Whose = Literal["all", "each"]
BUDGET = "budget"
LIMITS = ("limit_total", "limit_each", "zone", "period", "limit_period", "limit_period_each", "budget_minor")
"""The fields of a rule that are limits: when one is changed, what was granted is counted again."""
_DAY = timedelta(days=1)


class Running(Protocol):
    """What of a rule says when it runs."""

    @property
    def zone(self) -> str: ...
    @property
    def weekdays(self) -> list[str]: ...
    @property
    def hours_from(self) -> str: ...
    @property
    def hours_until(self) -> str: ...


class Limited(Protocol):
    """What of a rule says how often it grants within a time, and what it may cost."""

    @property
    def zone(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def limit_period(self) -> int | None: ...
    @property
    def limit_period_each(self) -> int | None: ...
    @property
    def budget_minor(self) -> int | None: ...


class Use(NamedTuple):
    """What one grant uses: so much of a counter that may come to so much."""

    whose: Whose
    span: str
    amount: int
    cap: int


def is_open(rule: Running, at: datetime) -> bool:
    """Say whether a moment is on one of a rule's weekdays, and within its hours. Hours over midnight belong to the day they begin on."""
    if not rule.weekdays and not rule.hours_from:
        return True
    local = at.astimezone(ZoneInfo(rule.zone))
    day, hour = local.date(), f"{local:%H:%M}"
    if rule.hours_from:
        begins, ends = rule.hours_from, rule.hours_until
        if begins < ends:
            if not begins <= hour < ends:
                return False
        elif hour < ends:
            day -= _DAY
        elif hour < begins:
            return False
    return not rule.weekdays or WEEKDAYS[day.weekday()] in rule.weekdays


def span_of(rule: Limited, at: datetime) -> str:
    """Return the name of the day, week or month that a moment is in: ``2026-11-23``, ``2026-W48``, ``2026-11``."""
    day, week, month = names_of(at.astimezone(ZoneInfo(rule.zone)).date())
    match rule.period:
        case "day":
            return day
        case "week":
            return week
        case _:
            return month


def names_of(day: date) -> tuple[str, str, str]:
    """Return the names of a day, and of the week and the month that it is in. Names of one kind sort by time."""
    year, week, _ = day.isocalendar()
    return f"{day:%Y-%m-%d}", f"{year}-W{week:02}", f"{day:%Y-%m}"


def begin_of(rule: Limited, at: datetime) -> datetime:
    """Return when the day, week or month began that a moment is in."""
    zone = ZoneInfo(rule.zone)
    day = at.astimezone(zone).date()
    match rule.period:
        case "week":
            day -= day.weekday() * _DAY
        case "month":
            day = day.replace(day=1)
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def uses(rule: Limited, at: datetime, cost_minor: int) -> list[Use]:
    """Return what a grant at a moment uses of the limits for a period and by amount; of a rule without them nothing."""
    found: list[Use] = []
    if rule.limit_period_each is not None:
        found.append(Use("each", span_of(rule, at), 1, rule.limit_period_each))
    if rule.limit_period is not None:
        found.append(Use("all", span_of(rule, at), 1, rule.limit_period))
    if rule.budget_minor is not None and cost_minor:
        found.append(Use("all", BUDGET, cost_minor, rule.budget_minor))
    return found


def in_share(rule_id: int, member_id: int, share: int) -> bool:
    """Say whether a member is among those to whom a rule grants, and not in its control group: the same answer each time."""
    return share >= ALL_OF_THEM or sample(member_id, share, f"rule {rule_id}")


def written(used: list[Use]) -> str:
    """Return what was used as it is kept with a grant: ``each 2026-11-23 1;all budget 500``."""
    return ";".join(f"{use.whose} {use.span} {use.amount}" for use in used)


def read(text: str) -> list[Use]:
    """Return what a grant used; the caps of then are not kept."""
    parts = (each.split(" ") for each in text.split(";") if each)
    return [Use("each" if whose == "each" else "all", span, int(amount), 0) for whose, span, amount in parts]
