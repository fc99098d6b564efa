"""Rules that are asked later: by the bus, after whoever caused the event has their answer."""

from dataclasses import replace

import msgspec
from dishka import Container
from sqlalchemy import func, select
from tests.devo.rewards.conftest import TALK, Buy, Ready

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import Member
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.orders.manager import OrderManager
from opensky.devo.rewards.objects import RewardGrant
from opensky.events.codec import encode
from opensky.kernel.clock import SetClock
from opensky.kernel.money import Money
from opensky.kernel.signed import CALLBACKS, Seal
from opensky.messaging.tables import MESSAGES
from opensky.osis.runtime import Worker
from opensky.persistence import UnitOfWork, table
from opensky.settings import Settings
from opensky.testing.browser import Browser

LATER = replace(TALK, limit_total="10", limit_each="1", terms={"later": "yes"})


def credit(jobs: Container, member: Member) -> Money:
    with jobs() as job:
        return job.get(CreditManager).balance(member.id).credit


def grants(jobs: Container) -> int:
    with jobs() as job:
        return int(job.get(UnitOfWork).execute(select(func.count()).select_from(table(RewardGrant))).scalar_one())


def test_a_rule_that_is_asked_later_grants_when_the_bus_has_worked(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, bus: Worker
) -> None:
    """The buyer does not wait for it; what it gives is the same."""
    ready(LATER)
    buy(ben)
    assert credit(jobs, ben) == Money(0)
    bus.drain()
    assert credit(jobs, ben) == Money(500)
    buy(ben)
    bus.drain()
    assert credit(jobs, ben) == Money(500)


def test_what_comes_five_times_is_granted_once(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, guest: Browser, settings: Settings, clock: SetClock
) -> None:
    """Each delivery has an id of its own here, as if the bus knew nothing: the grant is known by its event."""
    ready(LATER)
    order = buy(ben)
    due = {"event": ORDER_PAID, "about": (order.id,), "carried": {}, "at": clock.now()}
    seal = Seal(settings.secret_key, CALLBACKS, clock)
    for id_ in range(900, 905):
        event = {"name": "reward.due", "subject": None, "parameters": encode(due)}
        body = msgspec.json.encode({"event": event, "correlation": 7, "history": []})
        reply = guest.post("/callbacks/events", content=body, headers=seal.headers(str(id_), body))
        assert reply.status_code == 204
    assert credit(jobs, ben) == Money(500)
    assert grants(jobs) == 1


def test_an_order_that_was_cancelled_meanwhile_gets_nothing(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, bus: Worker
) -> None:
    """What came before it is taken back, as ever."""
    ready(LATER)
    early = buy(ben)
    bus.drain()
    with jobs() as job:
        job.get(OrderManager).cancel_for(early.number)
    assert credit(jobs, ben) == Money(0)
    late = buy(ben)
    with jobs() as job:
        job.get(OrderManager).cancel_for(late.number)
    bus.drain()
    assert credit(jobs, ben) == Money(0)
    assert grants(jobs) == 1


def test_it_is_asked_as_of_the_moment_of_the_event(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, bus: Worker, clock: SetClock
) -> None:
    """Its time is over when the bus comes to it, and was not when the order was paid."""
    ready(replace(LATER, ends_at="2013-02-08T12:30"))
    buy(ben)
    clock.advance(hours=1)
    bus.drain()
    assert credit(jobs, ben) == Money(500)


def test_where_no_rule_is_asked_later_nothing_is_sent(jobs: Container, ready: Ready, buy: Buy, ben: Member) -> None:
    """An order costs no message more than it did; with many such rules, it costs one."""

    def sent() -> int:
        with jobs() as job:
            return [row.type for row in job.get(UnitOfWork).execute(select(MESSAGES.c.type))].count("reward.due")

    ready(TALK)
    buy(ben)
    assert sent() == 0
    ready(LATER)
    ready(replace(LATER, name="Another"))
    buy(ben)
    assert sent() == 1
