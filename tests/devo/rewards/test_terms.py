"""The terms of a rule: when it runs, its limits for a period and by amount, its group, and its share."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from dishka import Container
from sqlalchemy import select
from tests.devo.rewards.conftest import TALK, Buy, Ready

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import Member
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.devo.rewards import limits, terms
from opensky.devo.rewards.granting import RewardGranter
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.rewards.objects import RewardGrant, RewardSpan
from opensky.devo.rewards.repository import KeptRule
from opensky.devo.rewards.revisions import Revisions
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import FieldError, Invalid
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork, table
from opensky.testing.factories import Factory

ANY = Typed(name="Any", event="order.paid", reward="points", more={"points.points": "1"})
FIVE = Typed(name="Five", event="order.paid", reward="credit", more={"credit.amount": "5"})
NEW_YORK = "America/New_York"
Points = Callable[[Member], int]


@pytest.fixture
def points(jobs: Container) -> Points:
    """Says how many points a member has."""

    def counts(member: Member) -> int:
        with jobs() as job:
            return job.get(CreditManager).balance(member.id).points

    return counts


def rule(**said: object) -> KeptRule:
    """A rule with these terms."""
    at = datetime.fromisoformat("2026-01-01T00:00+00:00")
    said = {
        "id": 7,
        "name": "",
        "event": "",
        "condition": "",
        "reward": "",
        "state": "",
        "revision": "",
        "created_at": at,
    } | said
    return KeptRule(**said)  # type: ignore[arg-type]  # what each test says is of the field's type


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone()


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-20T17:59-05:00", False),  # a Friday
        ("2026-11-20T18:00-05:00", True),
        ("2026-11-21T01:59-05:00", True),
        ("2026-11-21T02:00-05:00", False),
        ("2026-11-21T18:00-05:00", False),
        ("2026-11-20T12:00-05:00", False),
    ],
)
def test_hours_over_midnight_belong_to_the_day_they_begin_on(moment: str, is_open: bool) -> None:
    """From Friday at six until two in the morning, as the clock says in New York."""
    friday = rule(zone=NEW_YORK, weekdays=["fri"], hours_from="18:00", hours_until="02:00")
    assert friday.covers(at(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-07T07:30+00:00", True),  # 2:30 in the morning, the day before
        ("2026-03-08T06:59+00:00", False),  # 1:59; a minute later it is three
        ("2026-03-08T07:00+00:00", False),
        ("2026-11-01T05:30+00:00", False),  # 1:30 before the clocks go back
        ("2026-11-01T06:30+00:00", False),  # 1:30 again
        ("2026-11-01T07:30+00:00", True),  # 2:30, one hour later than in summer
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall(moment: str, is_open: bool) -> None:
    """The hour that is left out in spring never comes."""
    night = rule(zone=NEW_YORK, hours_from="02:00", hours_until="03:00")
    assert night.covers(at(moment)) is is_open


def test_the_hour_that_comes_twice_counts_twice() -> None:
    """In autumn one hour of the wall is two."""
    night = rule(zone=NEW_YORK, hours_from="01:00", hours_until="02:00")
    assert [night.covers(at(f"2026-11-01T0{hour}:30+00:00")) for hour in (4, 5, 6, 7)] == [False, True, True, False]


def test_a_day_of_25_hours_is_one_day() -> None:
    """Days, weeks and months begin at midnight of the zone."""
    day = rule(zone=NEW_YORK, period="day")
    spans = [limits.span_of(day, at(f"2026-11-0{each}+00:00")) for each in ("1T03:59", "1T04:00", "2T04:59", "2T05:00")]
    assert spans == ["2026-10-31", "2026-11-01", "2026-11-01", "2026-11-02"]
    assert limits.begin_of(day, at("2026-11-02T04:59+00:00")) == at("2026-11-01T04:00+00:00")
    week, month = rule(period="week"), rule(period="month")
    new_year = at("2027-01-01T12:00+00:00")
    assert (limits.span_of(week, new_year), limits.begin_of(week, new_year)) == (
        "2026-W53",
        at("2026-12-28T00:00+00:00"),
    )
    assert (limits.span_of(month, new_year), limits.begin_of(month, new_year)) == (
        "2027-01",
        at("2027-01-01T00:00+00:00"),
    )


def test_what_is_wrong_with_terms_is_said_at_each_field() -> None:
    """All at once."""
    wrong: list[FieldError] = []
    typed = {
        "zone": "Mars/Olympus",
        "weekdays": "sat, someday",
        "hours_from": "25:00",
        "period": "year",
        "limit_period": "0",
        "budget": "0.001",
        "stack_mode": "worst",
        "share": "101",
    }
    terms.read(typed, "USD", wrong)
    assert {each.field for each in wrong} == {*typed, "hours_until"}


def test_terms_are_typed_again_as_they_were_read(jobs: Container) -> None:
    """What a form shows is what it would keep."""
    typed = {
        "zone": NEW_YORK,
        "weekdays": "fri, sat",
        "hours_from": "18:00",
        "hours_until": "02:00",
        "period": "week",
        "limit_period": "100",
        "limit_period_each": "1",
        "budget": "500.00",
        "stack": "welcome",
        "stack_mode": "best",
        "share": "90",
        "later": "yes",
    }
    with jobs() as job:
        made = job.get(RewardManager).create(replace(FIVE, terms=typed))
        assert terms.typed_of(made, "USD") == typed
        job.get(UnitOfWork).rollback()


def test_so_many_a_day_and_one_a_week_to_each(
    ready: Ready, buy: Buy, ben: Member, make: Factory, unit: UnitOfWork, clock: SetClock, points: Points
) -> None:
    """A day begins again at midnight of the zone; the shop of the test opens at noon of a Friday."""
    ready(replace(ANY, terms={"period": "day", "limit_period": "2", "zone": NEW_YORK}))
    ready(replace(ANY, terms={"period": "week", "limit_period_each": "1"}))
    ada = make.member(name="Ada")
    unit.commit()
    for who in (ben, ben, ada):
        buy(who)
    assert (points(ben), points(ada)) == (2 + 1, 0 + 1)
    clock.advance(hours=24)
    for who in (ada, ada, ben):
        buy(who)
    assert (points(ben), points(ada)) == (2 + 1, 2 + 1)
    clock.advance(days=2)
    buy(ada)
    assert points(ada) == 3 + 2


def test_a_budget_is_spent_and_not_overspent(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, unit: UnitOfWork
) -> None:
    """Of 12 dollars two get five; what a cancelled order gives back is granted again."""
    ready(replace(FIVE, terms={"budget": "12"}))
    first, second, third = buy(ben), buy(ben), buy(ben)
    spans = table(RewardSpan)
    with jobs() as job:
        assert job.get(CreditManager).balance(ben.id).credit == Money(1000)
        job.get(OrderManager).cancel_for(second.number)
        assert job.get(UnitOfWork).execute(select(spans.c.used)).scalars().all() == [500]
    buy(ben)
    buy(ben)
    with jobs() as job:
        assert job.get(CreditManager).balance(ben.id).credit == Money(1000)
        grants = table(RewardGrant)
        asked = select(grants.c.event, grants.c.cost_minor, grants.c.spent, grants.c.state).order_by(grants.c.id)
        kept = job.get(UnitOfWork).execute(asked).all()
    assert [row.state for row in kept] == ["granted", "reversed", "granted"]
    assert {(row.cost_minor, row.spent) for row in kept} == {(500, "all budget 500")}
    assert f"order.paid:{third.id}" not in {row.event for row in kept}
    assert first.id != second.id


def test_a_limit_for_a_day_that_comes_later_counts_what_was_granted(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, points: Points
) -> None:
    """Two were granted today before there was a limit of three: one is left."""
    made = ready(ANY)
    buy(ben)
    buy(ben)
    with jobs() as job:
        rewards = job.get(RewardManager)
        rewards.edit(rewards.get(made.id), replace(ANY, terms={"period": "day", "limit_period": "3"}))
        job.get(UnitOfWork).commit()
    buy(ben)
    buy(ben)
    assert points(ben) == 3


def test_a_rule_without_such_limits_counts_nothing(ready: Ready, buy: Buy, ben: Member, unit: UnitOfWork) -> None:
    """So that nobody waits for it."""
    ready(ANY)
    buy(ben)
    unit.rollback()
    assert unit.execute(select(table(RewardSpan).c.stretch)).all() == []


def test_of_a_group_the_best_or_the_first_grants(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, points: Points
) -> None:
    """Whichever its most important rule says; where that has nothing left, the next one grants."""
    ready(replace(ANY, name="One", priority="5", terms={"stack": "a", "stack_mode": "best"}))
    ready(
        replace(
            ANY, name="Ten", more={"points.points": "10"}, limit_total="1", terms={"stack": "a", "stack_mode": "best"}
        )
    )
    ready(
        replace(
            ANY, name="100", priority="1", more={"points.points": "100"}, terms={"stack": "b", "stack_mode": "first"}
        )
    )
    ready(replace(ANY, name="500", more={"points.points": "500"}, terms={"stack": "b", "stack_mode": "first"}))
    buy(ben)
    assert points(ben) == 110
    order = buy(ben)
    assert points(ben) == 110 + 101
    with jobs() as job:  # told again, when a better one could grant: it was answered
        rewards = job.get(RewardManager)
        (ten,) = (each for each in rewards.all() if each.name == "Ten")
        rewards.edit(
            rewards.get(ten.id),
            replace(ANY, name="Ten", more={"points.points": "10"}, terms={"stack": "a", "stack_mode": "best"}),
        )
        job.get(UnitOfWork).commit()
    with jobs() as job:
        again = job.get(UnitOfWork).get(Order, order.id)
        assert job.get(RewardGranter).happened(ORDER_PAID, again, {}) == []


def test_a_control_group_is_the_same_each_time_and_gets_nothing(
    jobs: Container, ready: Ready, buy: Buy, make: Factory, unit: UnitOfWork, points: Points
) -> None:
    """It is written down who would have got it; of the limit for all it uses nothing, and a cancelled order drops it."""
    made = ready(replace(ANY, limit_total="50", limit_each="1", terms={"share": "50"}))
    members = [make.member() for _ in range(12)]
    unit.commit()
    orders = {member.id: buy(member) for member in members}
    getting = {member.id for member in members if limits.in_share(made.id, member.id, 50)}
    assert {member.id for member in members if points(member)} == getting
    grants = table(RewardGrant)

    def states() -> dict[int, str]:
        with jobs() as job:
            rows = job.get(UnitOfWork).execute(select(grants.c.member_id, grants.c.state))
            return {row.member_id: row.state for row in rows}

    assert states() == {each.id: "granted" if each.id in getting else "control" for each in members}
    with jobs() as job:
        assert job.get(RewardManager).how_many(made.id) == len(getting)
        for order in orders.values():
            job.get(OrderManager).cancel_for(order.number)
    assert states() == {each.id: "reversed" if each.id in getting else "dropped" for each in members}


def test_each_saved_rule_is_kept_as_it_was(jobs: Container, ready: Ready, buy: Buy, ben: Member) -> None:
    """A grant names the revision under which it was made, and that can be read."""
    made = ready(TALK)
    buy(ben)
    with jobs() as job:
        rewards = job.get(RewardManager)
        rewards.edit(rewards.get(made.id), replace(TALK, more={"credit.amount": "6"}, terms={"share": "50"}))
        job.get(UnitOfWork).commit()
    with jobs() as job:
        kept = job.get(Revisions).of(made.id)
        (grant,) = job.get(RewardManager).granted(made.id, (1 << 63) - 1, 9).entries
        named = job.get(Revisions).named(made.id, grant.revision)
    assert [(each.number, each.rule.arguments["amount"], each.rule.share) for each in kept] == [
        (2, "6", 50),
        (1, "5", 100),
    ]
    assert named is not None
    assert named.rule == kept[1].rule
    assert kept[0].revision != kept[1].revision


def test_a_rule_that_is_refused_keeps_no_revision(jobs: Container) -> None:
    """Nothing was saved."""
    with jobs() as job, pytest.raises(Invalid):
        job.get(RewardManager).create(replace(ANY, terms={"share": "0"}))
