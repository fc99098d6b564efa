"""Many orders at once, on each engine: no credit is used that is not there, and no coupon more often than it may be."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from dishka import Container, Provider, Scope

from opensky.devo.benefits.errors import CouponRefused
from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.errors import PaymentDeclined
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.payments.trial import APPROVED, DECLINED
from opensky.devo.products.manager import ProductManager
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import IdGenerator, MemberId
from opensky.kernel.money import Money
from opensky.persistence import Database, Deadlock, UnitOfWork
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.wiring.containers import container

ADDRESS = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")
BEN = MemberId(11)
AT_ONCE = 6


@pytest.fixture
def jobs(engine: Any, settings: Settings, clock: SetClock) -> Iterator[Container]:
    """The shop's own container on each engine, with bowls for 12.50 and 40.00 of credit for Ben."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    levels = {"Silver": {"points": 100}, "Gold": {"points": 500, "free_shipping": True}}
    with container(replace(settings, levels=levels, **engine), test) as made:
        made.get(Database).create()
        with made() as job:
            unit = job.get(UnitOfWork)
            make = Factory(unit, made.get(IdGenerator), clock)
            bowl = make.draft(make.seller(), variants=[make.variant(1250, sku="BOWL")], stock=100)
            job.get(ProductManager).publish(bowl)
            job.get(CreditManager).grant(BEN, Money(4000), key="welcome", why="Welcome")
            job.get(BenefitManager).publish_coupon("SPRING10", amount=Money(250), limit=4, why="Spring")
            job.get(BenefitManager).issue_coupon(BEN, percent=100, key="birthday", why="Your birthday")
            unit.commit()
        yield made


def bought(jobs: Container, number: int, card: str = APPROVED, **given: Any) -> Order | None:
    """Buy a bowl in a job of its own, again if the database let it go for another; nothing, if it is refused."""
    values: dict[str, Any] = {"buyer": Buyer(BEN), "email": f"b{number}@example.org", "key": f"order {number}"}
    purchase = Purchase(address=ADDRESS, lines={"BOWL": 1}, **(values | given))
    for _ in range(20):
        with jobs() as job:
            try:
                return job.get(OrderManager).buy(purchase, card)
            except Deadlock:
                continue
            except (CouponRefused, PaymentDeclined):
                return None
    raise AssertionError("The database let this order go twenty times.")


def test_many_orders_share_what_there_is(jobs: Container) -> None:
    """Of 40.00 twelve orders get 40.00, those that are declined or cancelled give it back, and a coupon for four is used by four."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        orders = list(
            pool.map(lambda n: bought(jobs, n, DECLINED if n % 3 == 0 else APPROVED, use_credit=True), range(12))
        )
        kept = [each for each in orders if each is not None]
        coupons = list(pool.map(lambda n: bought(jobs, 50 + n, buyer=Buyer(bag_id=n), coupon="SPRING10"), range(8)))
        with jobs() as job:
            [own] = job.get(BenefitManager).usable(BEN)
        birthday = list(pool.map(lambda n: bought(jobs, 80 + n, coupon=own.code), range(AT_ONCE)))

    assert all(each is not None if n % 3 else each is None or not each.charge for n, each in enumerate(orders))
    assert sum(each is not None for each in coupons) == 4
    assert sum(each is not None for each in birthday) == 1
    with jobs() as job:
        held = sum(each.credit.minor for each in kept)
        assert held <= 4000
        assert job.get(CreditManager).balance(BEN).credit == Money(4000 - held)
        again = job.get(OrderManager)
        for each in kept:
            again.cancel_for(each.number)
        assert job.get(CreditManager).balance(BEN).credit == Money(4000)


def test_what_is_known_at_the_checkout_is_the_same_everywhere(jobs: Container, clock: SetClock) -> None:
    """Credit, gifts and the order that waits, with one statement."""
    with jobs() as job:
        orders = job.get(OrderManager)
        purchase = Purchase(buyer=Buyer(BEN), email="b@example.org", address=ADDRESS, lines={"BOWL": 2}, key="k")
        placed = orders.place(purchase)
        job.get(CreditManager).grant(BEN, Money(50), key="soon", why="", expires_at=clock.now().replace(year=2099))
        job.get(UnitOfWork).commit()
    with jobs() as job:
        orders = job.get(OrderManager)
        assert orders.at_checkout(Buyer(BEN), {"BOWL": 2}) == (placed.number, Money(4050), 1)
        assert orders.at_checkout(Buyer(BEN), {"BOWL": 1}) == (None, Money(4050), 1)
        assert orders.at_checkout(Buyer(MemberId(12)), {"BOWL": 2}) == (None, Money(0), 0)
        assert orders.at_checkout(Buyer(bag_id=7), {"BOWL": 2}) == (None, Money(0), 0)


def test_levels_are_the_same_everywhere(jobs: Container) -> None:
    """By points, by a rule, and taken back; all who look at once see one level."""

    def granted(number: int) -> bool:
        with jobs() as job:
            new = job.get(CreditManager).grant(BEN, 30, key=f"points {number % 5}", why="Points")
            job.get(UnitOfWork).commit()
        return new

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sum(pool.map(granted, range(15))) == 5
    with jobs() as job:
        benefits = job.get(BenefitManager)
        assert benefits.reach_level(BEN, "Gold", key="friend", why="A friend")
        assert not benefits.reach_level(BEN, "Gold", key="friend", why="A friend")
        job.get(UnitOfWork).commit()
    with jobs() as job:
        benefits = job.get(BenefitManager)
        standing = benefits.standing(BEN)
        assert standing is not None
        assert (standing.level, standing.points) == (benefits.levels.named("Gold"), 150)
        assert benefits.take_back("friend", "")
        job.get(UnitOfWork).commit()
    with jobs() as job:
        level = job.get(BenefitManager).level(BEN)
        assert level is not None
        assert level.name == "Silver"
