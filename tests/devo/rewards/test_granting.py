"""Granting: once for each event, within limits, in the transaction of the event, and taken back with the order."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from dishka import Container, Provider, Scope
from sqlalchemy import func, select
from tests.devo.rewards.conftest import TALK, Buy, Ready

from opensky.devo.credits.manager import CreditManager
from opensky.devo.follows.manager import FollowManager
from opensky.devo.members.objects import Member
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.devo.rewards.granting import RewardGranter
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.rewards.objects import RewardGrant, RewardUse
from opensky.devo.sellers.objects import Seller
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork, table
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.wiring.containers import container

NEWEST = (1 << 63) - 1
FOLLOWED = Typed(
    name="Follows Maya",
    event="seller.follow",
    reward="points",
    more={"follow.insider": "maya", "points.points": "20"},
)


def balance(jobs: Container, member: Member) -> tuple[Money, int]:
    with jobs() as job:
        found = job.get(CreditManager).balance(member.id)
    return found.credit, found.points


def count(unit: UnitOfWork, cls: type = RewardGrant) -> int:
    unit.rollback()
    number = unit.execute(select(func.count()).select_from(table(cls))).scalar_one()
    unit.rollback()
    return int(number)


def test_the_first_purchase_gets_five_dollars(jobs: Container, ready: Ready, buy: Buy, ben: Member) -> None:
    """And the second gets nothing."""
    rule = ready(TALK)
    order = buy(ben)
    assert balance(jobs, ben) == (Money(500), 0)
    buy(ben)
    assert balance(jobs, ben) == (Money(500), 0)
    with jobs() as job:
        (grant,) = job.get(RewardManager).granted(rule.id, NEWEST, 9).entries
        (entry,) = job.get(CreditManager).entries(ben.id).entries
    assert (grant.member_id, grant.event, grant.revision) == (ben.id, f"order.paid:{order.id}", rule.revision)
    assert json.loads(grant.trace) == ["yes: it is their first purchase"]
    assert entry.why == "First purchase"


def test_what_is_told_five_times_is_granted_once(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, unit: UnitOfWork
) -> None:
    """However often the payment of an order is told, it is one."""
    ready(TALK)
    order = buy(ben)
    for _ in range(5):
        with jobs() as job:
            found = job.get(UnitOfWork).get(Order, order.id)
            job.get(Dispatcher).notify(Event(ORDER_PAID, found))
            job.get(UnitOfWork).commit()
    assert balance(jobs, ben) == (Money(500), 0)
    assert count(unit) == 1


def test_a_cancelled_order_takes_its_reward_back(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, unit: UnitOfWork
) -> None:
    """Once; what it used of a limit is free again, and the next order is the first."""
    rule = ready(replace(TALK, limit_total="1", limit_each="1"))
    order = buy(ben)
    with jobs() as job:
        job.get(OrderManager).cancel_for(order.number)
    assert balance(jobs, ben) == (Money(0), 0)
    with jobs() as job:
        assert job.get(RewardGranter).take_back(order) == 0
        assert job.get(RewardManager).granted(rule.id, NEWEST, 9).entries[0].state == "reversed"
    buy(ben)
    assert balance(jobs, ben) == (Money(500), 0)
    assert count(unit) == 2


def test_an_event_that_is_rolled_back_grants_nothing(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, unit: UnitOfWork
) -> None:
    """Grant and entry are in the transaction of the event."""
    order = buy(ben)
    ready(TALK)
    with jobs() as job:
        assert len(job.get(RewardGranter).happened(ORDER_PAID, order, {})) == 1
    assert (balance(jobs, ben), count(unit)) == ((Money(0), 0), 0)


def test_guests_and_drafts_and_pauses_get_nothing(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, make: Factory, unit: UnitOfWork
) -> None:
    """Only a member gets something, and only of an active rule."""
    rule = ready(TALK)
    buy(None)
    with jobs() as job:
        rewards = job.get(RewardManager)
        rewards.step(rewards.get(rule.id), "paused")
        job.get(UnitOfWork).commit()
    buy(ben)
    assert count(unit) == 0


def test_a_rule_runs_in_its_time(jobs: Container, ready: Ready, buy: Buy, ben: Member, clock: SetClock) -> None:
    """From its beginning, and no more at its end."""
    ready(
        Typed(
            name="Hour",
            event="order.paid",
            reward="points",
            more={"points.points": "1"},
            starts_at="2013-02-08T13:00",
            ends_at="2013-02-08T14:00",
        )
    )
    for expected in (0, 1, 1):
        buy(ben)
        assert balance(jobs, ben)[1] == expected
        clock.advance(hours=1)


def test_a_member_gets_so_many_and_no_more(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, make: Factory, unit: UnitOfWork
) -> None:
    """A limit for each member is each member's own; a rule without limits counts nothing."""
    each = Typed(name="Any", event="order.paid", reward="points", more={"points.points": "3"})
    ready(each)
    buy(ben)
    assert count(unit, RewardUse) == 0
    ready(replace(each, limit_each="2", limit_total="3"))
    ada = make.member(name="Ada")
    unit.commit()
    for _ in range(3):
        buy(ben)
    for _ in range(3):
        buy(ada)
    assert balance(jobs, ben)[1] == 4 * 3 + 2 * 3
    assert balance(jobs, ada)[1] == 3 * 3 + 1 * 3


def test_a_limit_that_comes_later_counts_what_was_granted(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, unit: UnitOfWork
) -> None:
    """Two were granted before there was a limit of three: one is left."""
    each = Typed(name="Any", event="order.paid", reward="points", more={"points.points": "1"})
    rule = ready(each)
    buy(ben)
    buy(ben)
    with jobs() as job:
        rewards = job.get(RewardManager)
        rewards.edit(rewards.get(rule.id), replace(each, limit_total="3"))
        job.get(UnitOfWork).commit()
    buy(ben)
    buy(ben)
    assert balance(jobs, ben)[1] == 3


def test_a_follow_gets_points(jobs: Container, ready: Ready, ben: Member, make: Factory, unit: UnitOfWork) -> None:
    """Once, also when somebody stops and begins again; and not for another insider."""
    ready(FOLLOWED)
    maya, noor = make.seller(slug="maya"), make.seller(slug="noor")
    unit.commit()
    for slug, verb in ((maya, "follow"), (maya, "unfollow"), (maya, "follow"), (noor, "follow")):
        with jobs() as job:
            insider = job.get(UnitOfWork).get(Seller, slug.id)
            getattr(job.get(FollowManager), verb)(ben.id, insider)
            job.get(UnitOfWork).commit()
    assert balance(jobs, ben) == (Money(0), 20)


def test_a_rule_that_cannot_be_asked_grants_nothing_and_keeps_no_order_from_being_paid(
    jobs: Container, ready: Ready, buy: Buy, ben: Member
) -> None:
    """An error is never a reward."""
    free = Typed(name="Odd", event="order.paid", reward="points", more={"points.points": "1"})
    ready(replace(free, condition="100 / (order.items - 1) > 5"))
    ready(replace(free, condition="order.items == 1"))
    assert buy(ben).is_paid
    assert balance(jobs, ben)[1] == 1


def test_a_changed_rule_is_heard_of_in_other_processes(
    jobs: Container, ready: Ready, buy: Buy, ben: Member, settings: Settings, clock: SetClock
) -> None:
    """Each keeps the rules in memory and looks, with one row, whether any was changed."""
    rule = ready(Typed(name="Any", event="order.paid", reward="points", more={"points.points": "1"}))
    buy(ben)
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    other = container(settings, test)
    with other() as job:
        rewards = job.get(RewardManager)
        rewards.step(rewards.get(rule.id), "paused")
        job.get(UnitOfWork).commit()
    other.close()
    buy(ben)
    assert balance(jobs, ben)[1] == 1


def test_a_thousand_deliveries_race_a_cap_of_a_hundred(
    jobs: Container, ready: Ready, make: Factory, unit: UnitOfWork, clock: SetClock
) -> None:
    """Four at once deliver each of 250 events four times: exactly 100 are granted, and nobody is granted twice."""
    rule = ready(
        Typed(name="Capped", event="member.created", reward="credit", more={"credit.amount": "5"}, limit_total="100")
    )
    members = [make.member() for _ in range(250)]
    unit.commit()
    start = threading.Barrier(4)

    def deliver(worker: int) -> int:
        start.wait()
        granted = 0
        for member in members[worker * 60 :] + members[: worker * 60]:
            with jobs() as job:
                granted += len(job.get(RewardGranter).happened("member.created", member, {}))
                job.get(UnitOfWork).commit()
        return granted

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(deliver, range(4))) == 100
    assert count(unit) == 100
    assert unit.execute(select(func.count(table(RewardGrant).c.member_id.distinct()))).scalar_one() == 100
    with jobs() as job:
        assert job.get(RewardManager).how_many(rule.id) == 100
    assert sum(balance(jobs, member)[0].minor for member in members) == 100 * 500
