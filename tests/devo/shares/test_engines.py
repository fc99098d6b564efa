"""Shares on each engine: one link for whoever presses twice at once, and one event for each order that is paid."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from dishka import Container, Provider, Scope

from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import MemberId, PostalAddress
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.orders.sharing import Shared
from opensky.devo.payments.trial import APPROVED
from opensky.devo.products.manager import ProductManager
from opensky.devo.rewards.manager import RewardManager, Typed
from opensky.devo.shares.manager import ShareManager
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Database, Deadlock, UnitOfWork
from opensky.persistence.cursors import id_before
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.wiring.containers import container

ADDRESS = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")
BEN, KIM = MemberId(11), MemberId(12)
AT_ONCE = 4


@pytest.fixture
def jobs(engine: Any, settings: Settings, clock: SetClock) -> Iterator[Container]:
    """The shop's own container on each engine, with bowls for 12.50 and a rule that gives 5.00 to who shared."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    with container(replace(settings, **engine), test) as made:
        made.get(Database).create()
        with made() as job:
            unit = job.get(UnitOfWork)
            make = Factory(unit, made.get(IdGenerator), clock)
            bowl = make.draft(make.seller(), slug="bowl", variants=[make.variant(1250, sku="BOWL")], stock=100)
            job.get(ProductManager).publish(bowl)
            rewards = job.get(RewardManager)
            asked = {"share.product": "bowl", "credit.amount": "5"}
            rule = rewards.create(
                Typed(name="B", event="share.bought", reward="credit", more=asked, condition="product.price == 12.5")
            )
            rewards.step(rule, "active")
            unit.commit()
        yield made


def shared(jobs: Container, member_id: MemberId) -> Shared:
    with jobs() as job:
        code = job.get(ShareManager).share(member_id, job.get(ProductManager).by_slug("bowl"))
        job.get(UnitOfWork).commit()
    with jobs() as job:
        return job.get(ShareManager).shared(code)


def bought(jobs: Container, number: int, through: Shared | None) -> Order:
    """Buy a bowl in a job of its own, again if the database let it go for another."""
    purchase = Purchase(
        buyer=Buyer(KIM), email="kim@example.org", address=ADDRESS, lines={"BOWL": 1}, key=f"{number}", through=through
    )
    for _ in range(20):
        with jobs() as job:
            try:
                return job.get(OrderManager).buy(purchase, APPROVED)
            except Deadlock:
                continue
    raise AssertionError("The database let this order go twenty times.")


def test_many_share_and_buy_at_once(jobs: Container) -> None:
    """One link for each member; what each of them is given is 5.00 for each order that stays."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        links = list(pool.map(lambda n: shared(jobs, BEN if n % 2 else KIM), range(AT_ONCE)))
        assert len(set(links)) == 2
        through = {each.member_id: each for each in links}
        orders = list(pool.map(lambda n: bought(jobs, n, through[BEN if n % 2 else KIM]), range(2 * AT_ONCE)))
    assert [order.share_id == through[BEN].id for order in orders] == [n % 2 == 1 for n in range(2 * AT_ONCE)]
    with jobs() as job:
        job.get(OrderManager).cancel_for(orders[1].number)
    with jobs() as job:
        credit, shares = job.get(CreditManager), job.get(ShareManager)
        assert (credit.balance(BEN).credit, credit.balance(KIM).credit) == (Money(1500), Money(0))
        assert [each.bought for each in shares.of_member(BEN, id_before(""), 10).entries] == [AT_ONCE - 1]
        assert [each.bought for each in shares.of_member(KIM, id_before(""), 10).entries] == [0]
