"""What rules have used of their limits for a period and by amount, and which events their groups have answered."""

from datetime import date, datetime
from hashlib import sha256
from typing import Protocol

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from opensky.devo.rewards.limits import BUDGET, Limited, Use, begin_of, names_of
from opensky.devo.rewards.objects import RewardGrant, RewardSpan, RuleId
from opensky.kernel.ids import first_id_at
from opensky.persistence import Command, Query, Reader, UnitOfWork, insert_ignore, table
from opensky.persistence.statements import insert_or_hold

EVERYBODY = 0
_grants, _spans = table(RewardGrant), table(RewardSpan)
_START_SPAN = insert_or_hold(_spans)
_ONE_SPAN = (
    _spans.c.rule_id == bindparam("rule"),
    _spans.c.member_id == bindparam("whose"),
    _spans.c.stretch == bindparam("which"),
)
_USE_SPAN = Command(
    update(_spans)
    .where(*_ONE_SPAN, _spans.c.used >= 0, _spans.c.used + bindparam("amount") <= bindparam("cap"))
    .values(used=_spans.c.used + bindparam("amount"))
)
_GIVE_SPAN_BACK = Command(update(_spans).where(*_ONE_SPAN).values(used=_spans.c.used - bindparam("amount")))
_SET_SPAN = Command(update(_spans).where(*_ONE_SPAN).values(used=bindparam("number")))
_FORGET = Command(delete(_spans).where(*_ONE_SPAN))
_USED_OF_SPAN = Query(select(_spans.c.used).where(*_ONE_SPAN), int)
_CLAIM = insert_ignore(_spans)
_UNCOUNTED = -1
"""A counter that was just made: what was granted in its time before it was there is counted then."""
_ANSWERED = RuleId(0)
_AT_ONCE = 500
"""So many counters are forgotten in one transaction."""
_MADE_SINCE = (
    _grants.c.rule_id == bindparam("rule"),
    _grants.c.state == "granted",
    _grants.c.id >= bindparam("since"),  # ids tell when they were made, and there is an index
)
_NUMBER_SINCE = Query(select(func.count()).where(*_MADE_SINCE), int)
_NUMBER_OF_EACH_SINCE = Query(select(func.count()).where(*_MADE_SINCE, _grants.c.member_id == bindparam("whose")), int)
_COST = Query(
    select(func.coalesce(func.sum(_grants.c.cost_minor), 0)).where(
        _grants.c.rule_id == bindparam("rule"), _grants.c.state == "granted"
    ),
    int,
)


class Counted(Limited, Protocol):
    """A rule of which is counted what it granted."""

    @property
    def id(self) -> int: ...


class SpanRepository:
    """Keeps counters of stretches of time and of budgets. Only a rule with such a limit has any."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def use(self, rule: Counted, whose: int, use: Use, at: datetime) -> bool:
        """Use so much of a limit for a period or by amount; says whether so much was left. Others who use it wait."""
        one = {"rule": rule.id, "whose": whose, "which": use.span}
        new = {"rule_id": rule.id, "member_id": whose, "stretch": use.span, "used": _UNCOUNTED}
        self._unit.execute(_START_SPAN, new)
        if self._unit.run(_USE_SPAN, **one, amount=use.amount, cap=use.cap):
            return True
        if self._unit.fetch_one(_USED_OF_SPAN, **one) != _UNCOUNTED:
            return False
        self._unit.run(_SET_SPAN, **one, number=_counted(self._unit, rule, whose, use, at))
        return bool(self._unit.run(_USE_SPAN, **one, amount=use.amount, cap=use.cap))

    def give_back(self, rule_id: int, whose: int, use: Use) -> None:
        """Give so much back."""
        self._unit.run(_GIVE_SPAN_BACK, rule=rule_id, whose=whose, which=use.span, amount=use.amount)

    def used(self, rule: Counted, whose: int, use: Use, at: datetime) -> int:
        """How much of a limit for a period or by amount is used, as it is committed?"""
        found = self._reader.fetch_one(_USED_OF_SPAN, rule=rule.id, whose=whose, which=use.span)
        return found if found is not None and found != _UNCOUNTED else _counted(self._reader, rule, whose, use, at)

    def forget_before(self, day: date) -> int:
        """Forget some counters of days, weeks and months that were over before a day; returns how many. Call it again until there are none.

        Who asks for one of them all the same has it counted anew, from what was granted.
        """
        over = [and_(_spans.c.stretch.like("_" * len(name)), _spans.c.stretch < name) for name in names_of(day)]
        found = select(_spans.c.rule_id, _spans.c.member_id, _spans.c.stretch)
        rows = self._unit.execute(found.where(_spans.c.rule_id != _ANSWERED, or_(*over)).limit(_AT_ONCE)).all()
        if rows:  # by their keys, so that nobody waits who uses another counter of the rule
            self._unit.run(
                _FORGET, *({"rule": rule, "whose": whose, "which": which} for rule, whose, which in map(tuple, rows))
            )
        return len(rows)

    def answer(self, stack: str, event: str, member_id: int) -> bool:
        """Note that a group of rules has answered an event; says whether it had not yet."""
        name = sha256(f"{stack}\0{event}".encode()).hexdigest()[:40]
        row = {"rule_id": _ANSWERED, "member_id": member_id, "stretch": name, "used": 1}
        return bool(self._unit.execute(_CLAIM, row).rowcount)


def _counted(where: UnitOfWork | Reader, rule: Counted, whose: int, use: Use, at: datetime) -> int:
    if use.span == BUDGET:
        cost: int = where.fetch_one(_COST, rule=rule.id) or 0
        return int(cost)  # MariaDB sums to a decimal
    since = first_id_at(begin_of(rule, at))
    if whose == EVERYBODY:
        return where.fetch_one(_NUMBER_SINCE, rule=rule.id, since=since) or 0
    return where.fetch_one(_NUMBER_OF_EACH_SINCE, rule=rule.id, since=since, whose=whose) or 0
