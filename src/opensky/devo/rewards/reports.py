"""What rules have granted: how many and what they cost, day by day, to whom most, and what is left."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, case, func, select

from opensky.devo.members.objects import Member
from opensky.devo.rewards.objects import RewardGrant
from opensky.devo.rewards.repository import KeptRule
from opensky.kernel.clock import Clock
from opensky.kernel.money import Money
from opensky.persistence import DocumentQuery, Param, Query, Reader, table
from opensky.settings import Settings

DAYS = 30
_MOST = 10
_grants = table(RewardGrant)
_AT = _grants.c.at.type


class Totals(NamedTuple):
    """What one rule has granted and not taken back, what that costs, what it took back, and how many are in its control group."""

    granted: int = 0
    cost_minor: int = 0
    reversed: int = 0
    control: int = 0


class Day(NamedTuple):
    """What a rule granted on one day, in UTC."""

    day: date
    granted: int
    cost: Money


class Recipient(NamedTuple):
    """What one member got of a rule."""

    member_id: int
    name: str
    granted: int
    cost: Money


class Left(NamedTuple):
    """What is left of a limit in all; nothing where there is no such limit."""

    grants: int | None
    money: Money | None


class _Row(NamedTuple):
    key: Any
    granted: int
    cost: int


class _Name(msgspec.Struct):
    id: int
    name: str = ""


def _number(state: str) -> Any:
    return func.sum(case((_grants.c.state == state, 1), else_=0))


_COST = func.coalesce(func.sum(case((_grants.c.state == "granted", _grants.c.cost_minor), else_=0)), 0)
_TOTALS = select(_number("granted"), _COST, _number("reversed"), _number("control"))
_OF_ALL = Query(
    _TOTALS.add_columns(_grants.c.rule_id).group_by(_grants.c.rule_id),
    lambda granted, cost, back, control, rule_id: (rule_id, Totals(int(granted), int(cost), int(back), int(control))),
)
_OF_ONE = Query(
    _TOTALS.where(_grants.c.rule_id == bindparam("rule_id")),
    lambda granted, cost, back, control: Totals(int(granted or 0), int(cost), int(back or 0), int(control or 0)),
)
_day = func.date(_grants.c.at)
_GIVEN = (_grants.c.rule_id == bindparam("rule_id"), _grants.c.state == "granted")
_PER_DAY = Query(
    select(_day, func.count(), func.sum(_grants.c.cost_minor))
    .where(*_GIVEN, _grants.c.at >= bindparam("since", type_=_AT))
    .group_by(_day),
    _Row,
)
_PER_MEMBER = Query(
    select(_grants.c.member_id, func.count().label("number"), func.sum(_grants.c.cost_minor).label("cost"))
    .where(*_GIVEN)
    .group_by(_grants.c.member_id)
    .order_by(func.sum(_grants.c.cost_minor).desc(), func.count().desc(), _grants.c.member_id)
    .limit(bindparam("limit")),
    _Row,
)
_NAMES = DocumentQuery(Member, {"id": {"$in": Param("ids")}}, into=_Name)


class RewardReports:
    """Counts what was granted. It reads what is committed, and nothing of it is kept: these are pages that staff open now and then."""

    def __init__(self, reader: Reader, clock: Clock, settings: Settings) -> None:
        self._reader = reader
        self._clock = clock
        self._currency = settings.currency

    def of_all(self) -> Mapping[int, Totals]:
        """Return what each rule that has granted anything granted, by its id."""
        return dict(self._reader.fetch(_OF_ALL))

    def of(self, rule_id: int) -> Totals:
        """Return what one rule granted."""
        return self._reader.fetch_one(_OF_ONE, rule_id=rule_id) or Totals()

    def left(self, rule: KeptRule, totals: Totals) -> Left:
        """Return what is left of a rule's limits in all."""
        grants = None if rule.limit_total is None else max(rule.limit_total - totals.granted, 0)
        money = None if rule.budget_minor is None else self._money(max(rule.budget_minor - totals.cost_minor, 0))
        return Left(grants, money)

    def cost(self, totals: Totals) -> Money:
        """Return what was granted costs."""
        return self._money(totals.cost_minor)

    def days(self, rule_id: int) -> list[Day]:
        """Return what a rule granted on each of the last thirty days, the oldest first."""
        last = self._clock.now()
        first = (last - timedelta(days=DAYS - 1)).date()
        since = datetime(first.year, first.month, first.day, tzinfo=last.tzinfo)
        found = {str(row.key)[:10]: row for row in self._reader.fetch(_PER_DAY, rule_id=rule_id, since=since)}
        days = [first + timedelta(days=each) for each in range(DAYS)]
        rows = [found.get(each.isoformat()) for each in days]
        return [
            Day(day, row.granted if row else 0, self._money(int(row.cost) if row else 0))
            for day, row in zip(days, rows, strict=True)
        ]

    def recipients(self, rule_id: int) -> list[Recipient]:
        """Return who got most of a rule: of its money, and of what costs nothing of its grants."""
        rows = self._reader.fetch(_PER_MEMBER, rule_id=rule_id, limit=_MOST)
        names = (
            {each.id: each.name for each in self._reader.read(_NAMES, ids=[row.key for row in rows])} if rows else {}
        )
        return [Recipient(row.key, names.get(row.key, ""), row.granted, self._money(int(row.cost))) for row in rows]

    def _money(self, minor: int) -> Money:
        return Money(minor, self._currency)


class Bar(NamedTuple):
    """One day in a chart: where its bar stands, and how high."""

    day: date
    x: int
    y: int
    height: int
    label: str


class Chart(NamedTuple):
    """Bars, drawn without a script; ``highest`` is what the tallest one stands for."""

    title: str
    highest: str
    bars: Sequence[Bar]
    first: date
    last: date


WIDE, TALL = 20, 120
"""How wide a day is in a chart, and how tall the chart, in its own units."""


def charts(days: Sequence[Day]) -> list[Chart]:
    """Return the charts of a rule's days: how many it granted, and what that cost if it cost anything."""
    most = max((each.granted for each in days), default=0)
    if not most:
        return []
    found = [
        _chart("Granted a day", days, [each.granted for each in days], str(most), [str(each.granted) for each in days])
    ]
    costs = [each.cost for each in days]
    if any(each.minor for each in costs):
        highest = max(costs, key=lambda each: each.minor)
        found.append(
            _chart("Cost a day", days, [each.minor for each in costs], str(highest), [str(each) for each in costs])
        )
    return found


def _chart(title: str, days: Sequence[Day], values: Sequence[int], highest: str, labels: Sequence[str]) -> Chart:
    most = max(values)
    bars = []
    for position, (each, value, label) in enumerate(zip(days, values, labels, strict=True)):
        height = max(round(value * TALL / most), 2) if value else 0
        bars.append(Bar(each.day, position * WIDE, TALL - height, height, label))
    return Chart(title, highest, bars, days[0].day, days[-1].day)
