"""A replay on MariaDB and PostgreSQL, and with documents in MongoDB: every question about the past is asked there, too."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from dishka import Container, Provider, Scope
from tests.devo.rewards.conftest import ADDRESS

from opensky.devo.follows.objects import Follow
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.orders.objects import Order, OrderId, OrderLine
from opensky.devo.products.objects import ProductId
from opensky.devo.rewards.list_objects import RewardListed
from opensky.devo.rewards.lists import NamedList, RewardLists
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.rewards.replay import Found, Replay, span_of
from opensky.devo.rewards.replays import Replays
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Database, Reader, UnitOfWork
from opensky.settings import Settings
from opensky.wiring.containers import container

pytestmark = pytest.mark.services
PATIENCE = 60.0
POINTS = Typed(name="Points", event="order.paid", reward="points", more={"points.points": "3"})
EVERYTHING = (
    'order.country == "BE" and order.items == 2 and "BOWL" in order.skus and "bowls" in order.lists and order.first_purchase and '
    'member.orders == 1 and member.follows == 1 and member.days >= 0 and "friends" in member.lists and not ("x" in order.products) and '
    'any(line.price == 12.5 and line.insider == "" for line in order.lines)'
)


@pytest.fixture(params=["mariadb_url", "postgresql_url", "mongodb_url"])
def jobs(request: pytest.FixtureRequest, settings: Settings, clock: SetClock) -> Any:
    """The shop's own container on each server."""
    url = request.getfixturevalue(request.param)
    where = {"documents_url": url} if request.param == "mongodb_url" else {"database_url": url}
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    made = container(replace(settings, **where), test)
    made.get(Database).create()
    yield made
    made.close()


@pytest.fixture
def ben(jobs: Container, clock: SetClock) -> Member:
    """Somebody who follows an insider and then buys two bowls, twice."""
    ids, now = jobs.get(IdGenerator), clock.now()
    member = Member(id=MemberId(ids.next()), email="ben@example.org", name="Ben", joined_at=now)
    seller = Seller(id=SellerId(ids.next()), slug="maya", name="Maya", joined_at=now)
    follow = Follow(member_id=member.id, seller_id=seller.id, followed_at=now + timedelta(seconds=1))
    things: list[object] = [member, seller, follow]
    for number in range(2):
        clock.advance(seconds=60)
        order_id = OrderId(ids.next())
        things.append(_order(order_id, member, number, clock))
        things.append(_line(order_id, seller))
    lists = {("member", "friends"): member.id, ("product", "bowls"): 5}
    things += [RewardListed(kind=kind, thing_id=thing, name=name) for (kind, name), thing in lists.items()]  # type: ignore[arg-type]  # one of the two
    with jobs() as job:
        job.get(UnitOfWork).persist_all(things)
        job.get(UnitOfWork).commit()
    clock.advance(seconds=1)
    return member


def _order(order_id: OrderId, member: Member, number: int, clock: SetClock) -> Order:
    now = clock.now()
    return Order(
        id=order_id,
        number=f"E{number}",
        member_id=member.id,
        email=member.email,
        address=ADDRESS,
        state="paid",
        total=Money(2500),
        idempotency_key=str(number),
        placed_at=now,
        paid_at=now,
    )


def _line(order_id: OrderId, seller: Seller) -> OrderLine:
    return OrderLine(
        order_id=order_id,
        position=1,
        product_id=ProductId(5),
        seller_id=seller.id,
        sku="BOWL",
        name="Bowl",
        quantity=2,
        price=Money(1250),
    )


def found(jobs: Container, typed: Typed, clock: SetClock) -> Found:
    with jobs() as job:
        rewards = job.get(RewardManager)
        rule = rewards.create(typed)
        job.get(UnitOfWork).commit()
        replay = Replay(job.get(Reader), rewards.shown(rule.id), span_of(3, clock.now()), "USD")
        assert list(replay.steps())[-1] == replay.found.events
    return replay.found


def test_the_past_is_gone_through_on_each_server(jobs: Container, ben: Member, clock: SetClock) -> None:
    """Orders with all that can be asked of them, new members, follows; what the thread tells is read by others."""
    orders = found(jobs, replace(POINTS, condition=EVERYTHING), clock)
    assert (orders.events, orders.granted, orders.problem) == (2, 1, "")
    assert [each.what for each in orders.examples] == ["E0"]
    joined = found(jobs, replace(POINTS, event="member.created", condition="member.orders == 0"), clock)
    assert [each.member_id for each in joined.recipients] == [ben.id]
    asked = 'insider.slug == "maya" and member.follows == 1 and member.orders == 0'
    assert found(jobs, replace(POINTS, event="seller.follow", condition=asked), clock).granted == 1

    # It is kept, and read by others; and a list is changed.
    with jobs() as job:
        rewards = job.get(RewardManager)
        rule = rewards.create(POINTS)
        job.get(UnitOfWork).commit()
        kept, replays = rewards.shown(rule.id), job.get(Replays)
        replays.start(kept, 3, clock.now())
        job.get(UnitOfWork).commit()
    ends = time.monotonic() + PATIENCE
    with jobs() as job:
        while job.get(Replays).of_rule(kept.id)[0].state == "running":
            assert time.monotonic() < ends
            time.sleep(0.05)
        [shown] = job.get(Replays).of_rule(kept.id)
        assert (shown.state, shown.events, shown.result and shown.result.granted) == ("done", 2, 2)
        assert job.get(RewardLists).put("friends", "member", []) == 0
        job.get(UnitOfWork).commit()
        assert job.get(RewardLists).all() == [NamedList("bowls", "product", 1)]
