"""Many write at once, on each engine: what a single writer used to promise still holds where there are many."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dishka import Container
from sqlalchemy import func, select

from opensky.devo.bag.manager import BagManager
from opensky.devo.bag.objects import Owner
from opensky.devo.follows.manager import FollowManager
from opensky.devo.follows.objects import Follow
from opensky.devo.members.objects import MemberId, PostalAddress
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.payments.trial import APPROVED
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import ProductCard
from opensky.devo.products.stock import SoldOut, StockRepository
from opensky.devo.sellers.objects import Seller
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.errors import TooMany
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database, Reader, StoreBusy, UnitOfWork, table
from opensky.persistence.statements import insert_or_hold
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.web.objects import Throttle
from opensky.web.throttles import LOG_IN_ACCOUNT, Throttles
from opensky.wiring import container

CROWD = 12
_UNDONE = object()
TO_GHENT = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")


@pytest.fixture
def shop(tmp_path: Path, engine: dict[str, Any]) -> Iterator[Container]:
    """An insider with one product in two variants, of which there are three and two."""
    made = container(Settings(data=tmp_path, secret_key="0" * 64, threads=CROWD, **engine))
    made.get(Database).create()
    with made() as scope:
        unit, products = scope.get(UnitOfWork), scope.get(ProductManager)
        make = Factory(unit, scope.get(IdGenerator), SetClock(scope.get(Clock).now()))
        variants = [make.variant(sku="blue", name="Blue"), make.variant(sku="red", name="Red")]
        product = make.draft(make.seller(slug="maya"), slug="bowl", variants=variants)
        scope.get(StockRepository).set("blue", 3)
        scope.get(StockRepository).set("red", 2)
        products.publish(product)
        unit.commit()
    yield made
    made.close()


def at_once(shop: Container, what: Callable[[Container, int], Any], times: int = CROWD) -> list[Any]:
    """Do something so often at the same moment, each in a request of its own, and return what came of each.

    Who is told that the store was busy tries again, as it says.
    """
    came: list[Any] = [_UNDONE] * times
    ready = threading.Barrier(times)

    def do(number: int) -> None:
        ready.wait(30)
        while came[number] is _UNDONE:
            try:
                with shop() as scope:
                    came[number] = what(scope, number)
            except StoreBusy:
                pass
            except Exception as error:  # noqa: BLE001 - it is what came of it
                came[number] = error

    threads = [threading.Thread(target=do, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return came


def _read(shop: Container, statement: Any) -> Any:
    with shop.get(Database).reader() as reader:
        return reader.rows(statement)[0][0]


def test_the_last_ones_are_sold_once_and_the_card_says_so(shop: Container) -> None:
    """Some take blue, some red, some both: none below zero, and who comes last turns the card to sold out."""

    def buy(scope: Container, number: int) -> bool:
        lines = ({"blue": 1}, {"red": 1}, {"red": 1, "blue": 1})[number % 3]
        unit = scope.get(UnitOfWork)
        try:
            scope.get(StockRepository).take(lines)
            unit.commit()
        except SoldOut:
            return False
        return True

    came = at_once(shop, buy)
    assert {type(c) for c in came} == {bool}, came
    with shop() as scope:
        left = scope.get(StockRepository).left(["blue", "red"])
        assert all(n >= 0 for n in left.values())
        assert came.count(True) >= 3
        cards = table(ProductCard)
        (sold_out,) = scope.get(Reader).rows(select(cards.c.sold_out))[0]
        assert bool(sold_out) == (sum(left.values()) == 0)


def test_the_same_order_sent_many_times_at_once_is_placed_once(shop: Container) -> None:
    """Everybody with the same key is shown the same order, and stock and money are taken once."""
    purchase = Purchase(
        buyer=Buyer(bag_id=77), email="ben@example.org", address=TO_GHENT, lines={"red": 1}, key="pressed"
    )
    came = at_once(shop, lambda scope, _: scope.get(OrderManager).buy(purchase, APPROVED).number)
    assert len(set(came)) == 1, came
    assert _read(shop, select(func.count()).select_from(table(Order))) == 1
    with shop() as scope:
        assert scope.get(StockRepository).left(["red"]) == {"red": 1}


def test_followers_are_counted_as_they_come(shop: Container) -> None:
    """Each follows once, however often they press."""

    def follow(scope: Container, number: int) -> bool:
        unit = scope.get(UnitOfWork)
        seller = unit.find_one(Seller, {"slug": "maya"})
        assert seller is not None
        new = scope.get(FollowManager).follow(MemberId(1 + number % 4), seller)
        unit.commit()
        return new

    assert sorted(at_once(shop, follow)) == [False] * (CROWD - 4) + [True] * 4
    assert _read(shop, select(func.count()).select_from(table(Follow))) == 4
    with shop() as scope:
        seller = scope.get(UnitOfWork).find_one(Seller, {"slug": "maya"})
        assert seller is not None
        assert scope.get(FollowManager).number_of_followers(seller.id) == 4


def test_one_bag_keeps_what_every_hand_puts_in(shop: Container) -> None:
    """A member who presses "add" in two windows has both things, in one bag."""
    owner = Owner(member_id=MemberId(5))

    def put(scope: Container, number: int) -> None:
        scope.get(BagManager).add(owner, ("blue", "red")[number % 2])
        scope.get(UnitOfWork).commit()

    assert at_once(shop, put, 4) == [None] * 4
    with shop() as scope:
        assert scope.get(BagManager).quantities(owner) == {"blue": 2, "red": 2}


def test_tries_at_once_are_counted_one_by_one(shop: Container) -> None:
    """Five are let in, whoever is first; the others are told to wait."""
    throttles = Throttles(shop.get(Database), shop.get(Clock), "k" * 32)
    came = at_once(shop, lambda _scope, _n: throttles.take(("log-in:ada", LOG_IN_ACCOUNT)))
    assert came.count(None) == LOG_IN_ACCOUNT.burst
    assert sum(isinstance(c, TooMany) for c in came) == CROWD - LOG_IN_ACCOUNT.burst, came


def test_a_try_counts_at_the_time_when_it_is_its_turn(shop: Container) -> None:
    """Who waits for another's try is not told to wait longer because the other was counted later than the first had come."""
    clock = SetClock(shop.get(Clock).now())
    throttles = Throttles(shop.get(Database), clock, "k" * 32)
    key = ("log-in:ada", LOG_IN_ACCOUNT)
    throttles.take(key)
    counted = threading.Event()

    def take() -> None:
        throttles.take(key)
        counted.set()

    with shop.get(Database).unit_of_work() as other:
        (row,) = other.find(Throttle)
        holding = insert_or_hold(table(Throttle))
        other.execute(holding, {"key": row.key, "due_at": row.due_at})
        waiting = threading.Thread(target=take)
        waiting.start()
        waiting.join(0.3)
        clock.advance(minutes=1)
        row.due_at = clock.now() + LOG_IN_ACCOUNT.every * (LOG_IN_ACCOUNT.burst - 1)
        other.commit()
    waiting.join(60)
    assert counted.is_set()
