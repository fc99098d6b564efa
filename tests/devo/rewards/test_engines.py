"""The race for a cap on MariaDB and PostgreSQL, where writers really run at once, and with rules kept as documents in MongoDB."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from dishka import Container, Provider, Scope
from sqlalchemy import func, select
from tests.conftest import server

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.events import MEMBER_CREATED
from opensky.devo.members.objects import Member, MemberId, PostalAddress
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.orders.objects import Order, OrderId
from opensky.devo.rewards.granting import RewardGranter
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.rewards.objects import RewardGrant
from opensky.devo.rewards.reports import Left, RewardReports, Totals
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork, table
from opensky.settings import Settings
from opensky.testing.engines import fresh
from opensky.wiring.containers import container

pytestmark = pytest.mark.services
CAPPED = Typed(
    name="Capped",
    event="member.created",
    reward="credit",
    more={"credit.amount": "5"},
    limit_total="100",
    limit_each="1",
)
PAID = replace(
    CAPPED,
    name="Of a budget, and so many a day",
    limit_total="",
    terms={"budget": "300", "period": "day", "limit_period": "80", "stack": "budgets", "stack_mode": "first"},
)
"""The budget would do for 60, the day for 80."""
NEXT = replace(
    PAID,
    name="The next of its group",
    reward="points",
    more={"points.points": "1"},
    limit_each="",
    terms={"period": "week", "limit_period": "30", "stack": "budgets", "stack_mode": "first"},
)
LATER = replace(
    CAPPED, name="Later", reward="points", more={"points.points": "1"}, limit_total="40", terms={"later": "yes"}
)
ALSO = replace(CAPPED, name="Also", reward="points", more={"points.points": "1"}, limit_total="")


@pytest.fixture(params=["MariaDB", "PostgreSQL", "MongoDB"])
def jobs(request: pytest.FixtureRequest, settings: Settings, clock: SetClock) -> Any:
    """The shop's own container on each server, in a database of its own for each test."""
    with fresh(server(request.param)) as url:
        where: dict[str, Any] = {"documents_url": url} if request.param == "MongoDB" else {"database_url": url}
        test = Provider(scope=Scope.APP)
        test.provide(lambda: clock, provides=Clock)
        made = container(replace(settings, **where), test)
        made.get(Database).create()
        yield made
        made.close()


def test_a_thousand_deliveries_race_a_cap_of_a_hundred_on_each_server(jobs: Container, clock: SetClock) -> None:
    """Five at once deliver each of 200 events five times: 100 are granted, one for each; what has no cap goes to all, once.

    Of a group one grants for each event: 60 the first of it, as far as its budget goes, then 30 the next. Rules
    that are asked later are told five times, too.
    """
    ids = jobs.get(IdGenerator)
    members = [
        Member(id=MemberId(ids.next()), email=f"m{n}@example.org", name="Mo", joined_at=clock.now()) for n in range(200)
    ]
    with jobs() as job:
        job.get(UnitOfWork).persist_all(members)
        rewards = job.get(RewardManager)
        for typed in (CAPPED, ALSO, PAID, NEXT, LATER):
            rewards.step(rewards.create(typed), "active")
        job.get(UnitOfWork).commit()

    def deliver(worker: int) -> int:
        granted = 0
        for member in members[worker * 3 :] + members[: worker * 3]:
            with jobs() as job:
                granter = job.get(RewardGranter)
                granted += len(granter.happened(MEMBER_CREATED, member, {}))
                granted += len(granter.due(MEMBER_CREATED, (member.id,), {}, member.joined_at))
                job.get(UnitOfWork).commit()
        return granted

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(deliver, range(5))) == 300 + 90 + 40
    grants = table(RewardGrant)
    with jobs() as job:
        counted = select(func.count(grants.c.id)).group_by(grants.c.rule_id).order_by(grants.c.rule_id)
        assert list(job.get(UnitOfWork).execute(counted).scalars()) == [100, 200, 60, 30, 40]
        balances = [job.get(CreditManager).balance(member.id) for member in members]
    assert sum(each.credit.minor for each in balances) == 100 * 500 + 60 * 500
    assert sum(each.points for each in balances) == 200 + 30 + 40


def test_what_was_granted_is_counted_alike_on_each_server(jobs: Container, clock: SetClock) -> None:
    """By rule, by day and by member; a day without any is there, too."""
    ids = jobs.get(IdGenerator)
    ann, ben = (Member(id=MemberId(ids.next()), email=f"{n}@example.org", name=n, joined_at=clock.now()) for n in "ab")
    with jobs() as job:
        job.get(UnitOfWork).persist_all([ann, ben])
        rewards = job.get(RewardManager)
        rule = rewards.create(CAPPED)
        rewards.step(rule, "active")
        job.get(UnitOfWork).commit()
    for member in (ann, ben):
        with jobs() as job:
            job.get(RewardGranter).happened(MEMBER_CREATED, member, {})
            job.get(UnitOfWork).commit()
        clock.advance(days=2)
    with jobs() as job:
        reports = job.get(RewardReports)
        totals = reports.of(rule.id)
        assert totals == reports.of_all()[rule.id] == Totals(granted=2, cost_minor=1000, reversed=0, control=0)
        assert reports.left(rewards.shown(rule.id), totals) == Left(98, None)
        assert [each.granted for each in reports.days(rule.id)[-5:]] == [1, 0, 1, 0, 0]
        assert reports.days(rule.id)[-3].cost == Money(500)
        found = sorted((each.name, each.granted, each.cost) for each in reports.recipients(rule.id))
        assert found == [("a", 1, Money(500)), ("b", 1, Money(500))]
        assert reports.of(1) == Totals()


def test_an_order_that_is_cancelled_while_the_bus_rewards_it_keeps_nothing(jobs: Container, clock: SetClock) -> None:
    """Whoever comes first, the other waits: what was granted is taken back, or nothing is granted."""
    ids, at = jobs.get(IdGenerator), clock.now()
    ben = Member(id=MemberId(ids.next()), email="ben@example.org", name="Ben", joined_at=at)
    orders = [
        Order(
            id=OrderId(ids.next()),
            number=f"OS-{number}",
            member_id=ben.id,
            email=ben.email,
            address=PostalAddress(name="Ben", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE"),
            state="paid",
            total=Money(1250),
            idempotency_key=str(number),
            placed_at=at,
            paid_at=at,
        )
        for number in range(15)
    ]
    with jobs() as job:
        job.get(UnitOfWork).persist_all([ben, *orders])
        rewards = job.get(RewardManager)
        rewards.step(rewards.create(replace(LATER, event="order.paid", limit_total="", limit_each="")), "active")
        job.get(UnitOfWork).commit()

    def grant(order: Order) -> None:
        with jobs() as job:
            job.get(RewardGranter).due(ORDER_PAID, (order.id,), {}, at)
            job.get(UnitOfWork).commit()

    def cancel(order: Order) -> None:
        with jobs() as job:
            found = job.get(UnitOfWork).get(Order, order.id)
            assert found is not None
            found.state = "cancelled"
            job.get(UnitOfWork).flush()
            job.get(RewardGranter).take_back(found)
            job.get(UnitOfWork).commit()

    with ThreadPoolExecutor(2) as pool:
        for order in orders:
            for done in [pool.submit(grant, order), pool.submit(cancel, order)]:
                done.result()
    with jobs() as job:
        assert job.get(CreditManager).balance(ben.id).points == 0
        grants = table(RewardGrant)
        assert set(job.get(UnitOfWork).execute(select(grants.c.state)).scalars()) <= {"reversed"}
