"""A thousand orders, each told five times by as many at once, race a cap of a hundred: exactly a hundred are granted."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from dishka import Container
from sqlalchemy import func, select
from tests.devo.rewards.conftest import ADDRESS, TALK, Ready

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.orders.objects import Order, OrderId
from opensky.devo.rewards.objects import RewardGrant
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Database, UnitOfWork, table

ORDERS, AT_ONCE, CAP = 1000, 5, 100
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def bought(jobs: Container, clock: SetClock) -> list[OrderId]:
    """Have a thousand members who bought one thing each, and of whom nothing was told yet."""
    ids, now = jobs.get(IdGenerator), clock.now()
    members = [
        Member(id=MemberId(ids.next()), email=f"m{number}@example.org", name="Mo", joined_at=now)
        for number in range(ORDERS)
    ]
    orders = [
        Order(
            id=OrderId(ids.next()),
            number=f"R{number}",
            member_id=member.id,
            email=member.email,
            address=ADDRESS,
            state="paid",
            total=Money(1250),
            idempotency_key=str(number),
            placed_at=now,
            paid_at=now + timedelta(milliseconds=number),
        )
        for number, member in enumerate(members)
    ]
    with jobs() as job:
        job.get(UnitOfWork).persist_all([*members, *orders])
        job.get(UnitOfWork).commit()
    return [order.id for order in orders]


def test_a_thousand_orders_told_five_times_race_a_cap_of_a_hundred(
    jobs: Container, ready: Ready, clock: SetClock, database: Database
) -> None:
    """The talk's rule with a cap: five tell all orders, each beginning elsewhere."""
    orders = bought(jobs, clock)
    ready(replace(TALK, limit_total=str(CAP)))
    start = threading.Barrier(AT_ONCE)

    def tell(worker: int) -> None:
        start.wait()
        first = worker * ORDERS // AT_ONCE
        for order_id in (*orders[first:], *orders[:first]):
            with jobs() as job:
                unit = job.get(UnitOfWork)
                job.get(Dispatcher).notify(Event(ORDER_PAID, unit.get(Order, order_id)))
                unit.commit()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(tell, range(AT_ONCE)))
    grants = table(RewardGrant).c
    with jobs() as job:
        unit = job.get(UnitOfWork)
        counted = unit.execute(
            select(func.count(), func.count(grants.event.distinct()), func.count(grants.member_id.distinct()))
        )
        assert tuple(counted.one()) == (CAP, CAP, CAP)
        granted = list(unit.execute(select(grants.member_id)).scalars())
        assert all(job.get(CreditManager).balance(member).credit == Money(500) for member in granted)
