"""Many at once: the last unit is sold once, and a busy shop fails nobody."""

import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from dishka import Container, Provider, Scope
from sqlalchemy import func, select

from opensky.devo.follows.manager import FollowManager
from opensky.devo.follows.objects import Follow, FollowerCount
from opensky.devo.members.objects import MemberId, PostalAddress
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.payments.trial import APPROVED
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import StockItem
from opensky.devo.products.stock import SoldOut
from opensky.devo.sellers.objects import Seller
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database, Deadlock, UnitOfWork, table
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.wiring import container, open_database

pytestmark = pytest.mark.slow

ADDRESS = PostalAddress(name="Nora Lind", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")
FORM = {"name": "Nora Lind", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "BE"}
CROWD, FANS = 50, 40


@pytest.fixture
def app(tmp_path: Path, clock: SetClock, engine: dict[str, str]) -> Iterator[Container]:
    """The shop below the web on each engine, with the last bowl on its shelf, and two of the cup."""
    settings = Settings(data=tmp_path, secret_key="0" * 64, **engine)  # type: ignore[arg-type]  # two URLs
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: clock, provides=Clock, override=True)
    made = container(settings, provider)
    made.get(Database).create()
    with made() as scope:
        unit = scope.get(UnitOfWork)
        make = Factory(unit, made.get(IdGenerator), clock)
        for sku, stock in (("BOWL", 1), ("CUP", 2)):
            product = make.draft(make.seller(), variants=[make.variant(sku=sku)], stock=stock)
            scope.get(ProductManager).publish(product)
        unit.commit()
    yield made
    made.close()


def crowd(app: Container, lines: Callable[[int], dict[str, int]]) -> Counter[str]:
    """Have fifty people order at the same moment; return what became of them."""
    outcomes: Counter[str] = Counter()
    gate, lock = threading.Barrier(CROWD), threading.Lock()

    def order(number: int) -> None:
        purchase = Purchase(
            buyer=Buyer(bag_id=number), email="x@example.org", address=ADDRESS, lines=lines(number), key="a key"
        )
        gate.wait()
        outcome: str = "sold out"
        with suppress(SoldOut), app() as scope:
            outcome = scope.get(OrderManager).buy(purchase, APPROVED).state
        with lock:
            outcomes[outcome] += 1

    threads = [threading.Thread(target=order, args=(number,)) for number in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def left(app: Container) -> dict[str, int]:
    stock = table(StockItem)
    with app.get(Database).reader() as reader:
        return dict(tuple(row) for row in reader.rows(select(stock.c.sku, stock.c.on_hand)))


def test_the_last_unit_is_sold_once(app: Container) -> None:
    """Of fifty who order it at the same moment one gets it, and forty-nine are told."""
    assert crowd(app, lambda _: {"BOWL": 1}) == {"paid": 1, "sold out": 49}

    assert left(app) == {"BOWL": 0, "CUP": 2}


def test_whole_orders_are_sold_or_none_of_them(app: Container) -> None:
    """Two things in two orders of lines: nobody is left with half, and nothing is sold twice."""
    both = {"BOWL": 1, "CUP": 1}
    backwards = {"CUP": 1, "BOWL": 1}

    assert crowd(app, lambda number: both if number % 2 else backwards) == {"paid": 1, "sold out": 49}

    assert left(app) == {"BOWL": 0, "CUP": 1}
    with app() as scope:
        [order] = scope.get(UnitOfWork).find(Order)
        assert order.state == "paid"


def test_followers_of_one_moment_are_all_counted(app: Container) -> None:
    """Forty follow the same insider at once, and half of them think better of it: edges and counters agree."""
    with app() as scope:
        [seller, *_] = scope.get(UnitOfWork).find(Seller)
    members = [MemberId(app.get(IdGenerator).next()) for _ in range(FANS)]
    gate = threading.Barrier(FANS)

    def done(verb: str, member: MemberId) -> bool:
        """Do it, and again where a server let this one go for another, as the web does."""
        try:
            with app() as scope:
                getattr(scope.get(FollowManager), verb)(member, seller)
                scope.get(UnitOfWork).commit()
        except Deadlock:
            return False
        return True

    def fan(number: int) -> None:
        gate.wait()
        for verb in ("follow", "unfollow")[: 1 + number % 2]:
            while not done(verb, members[number]):
                continue

    with ThreadPoolExecutor(FANS) as pool:
        list(pool.map(fan, range(FANS)))

    edges, counters = table(Follow), table(FollowerCount)
    with app.get(Database).reader() as reader:
        [(count,)] = reader.rows(select(func.count()).select_from(edges))
        [(counted,)] = reader.rows(select(counters.c.followers).where(counters.c.seller_id == seller.id))
    assert (count, counted) == (FANS // 2, FANS // 2)


class Client:
    """One of eight who use the shop hard: looks around, follows, fills the bag, buys, asks the API."""

    def __init__(self, address: str, number: int, requests: int) -> None:
        self.random = random.Random(number)
        self.number = number
        self.left = requests
        self.statuses: Counter[int] = Counter()
        self.bought = 0
        # Each from an address of its own, as eight people would: sign-ups from one address are throttled.
        transport = httpx.HTTPTransport(local_address=f"127.0.0.{number + 2}")
        self.http = httpx.Client(base_url=address, timeout=60, transport=transport)
        self.token = ""

    def run(self) -> "Client":
        """Send all requests."""
        self.open("/sign-up")
        email = f"client{self.number}@load.example"
        self.send("/sign-up", name="Client", email=email, password="seven blue cacti")
        while self.left > 0:
            self.random.choices((self.look, self.follow, self.shop, self.ask), (50, 15, 20, 15))[0]()
        self.http.close()
        return self

    def open(self, path: str, **more: Any) -> str:
        answer = self.http.get(path, **more)
        self.count(answer)
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer.text

    def send(self, path: str, **fields: str) -> httpx.Response:
        answer = self.http.post(path, data={"csrf_token": self.token, **fields})
        self.count(answer)
        return answer

    def count(self, answer: httpx.Response) -> None:
        self.statuses[answer.status_code] += 1
        self.left -= 1

    def look(self) -> None:
        """Home, a product, the insider, a search, the feed."""
        home = self.open("/")
        self.open(self.random.choice(re.findall(r'href="(/products/[^"]+)"', home)))
        self.open(self.random.choice(re.findall(r'href="(/insiders/[^"/]+)"', home)))
        self.open("/search?q=" + self.random.choice(("bowl", "scarf", "jam", "lamp")))
        self.open("/feed")

    def follow(self) -> None:
        """Follow somebody, or no more."""
        insiders = re.findall(r'href="(/insiders/[^"/]+)"', self.open("/insiders"))
        self.send(self.random.choice(insiders) + self.random.choice(("/follow", "/follow", "/unfollow")))

    def shop(self) -> None:
        """Put something in the bag, order all of it, and look at the order."""
        slug = self.random.choice(re.findall(r'href="/products/([^"]+)"', self.open("/")))
        page = self.open(f"/products/{slug}")
        skus = re.findall(r'name="sku" value="([^"]+)"', page)
        if not skus:
            return
        self.send("/bag/add", product=slug, sku=self.random.choice(skus), quantity="1")
        form = self.open("/checkout")
        key, total = re.search(r'name="key" value="([^"]+)"', form), re.search(r'name="total" value="(\d+)"', form)
        if key is None or total is None:
            return
        card = self.random.choice((APPROVED, APPROVED, "4000 0000 0000 0002"))
        sent = FORM | {"email": "load@example.org", "key": key[1], "total": total[1], "payment_token": card}
        answer = self.send("/checkout", **sent)
        if answer.status_code == 303 and "/orders/" in answer.headers["location"]:
            self.bought += 1
            self.open(answer.headers["location"])

    def ask(self) -> None:
        """Ask the API, which knows no cookies."""
        self.open("/api/v1/products?limit=20")
        self.open("/api/v1/sellers")


def sold(data: Path, engine: dict[str, str] | None = None) -> int:
    """Return how many orders of the rush are paid; no stock may be below none."""
    database = open_database(Settings(data=data, secret_key="0" * 64, **(engine or {})))  # type: ignore[arg-type]  # two URLs
    try:
        orders, stock = table(Order), table(StockItem)
        with database.reader() as reader:
            assert reader.rows(select(stock.c.sku).where(stock.c.on_hand < 0)) == []
            paid = select(orders.c.id).where(orders.c.email == "load@example.org", orders.c.state == "paid")
            return len(reader.rows(paid))
    finally:
        database.close()


def rush(shop: Any, requests: int) -> list[Client]:
    """Have eight clients send requests; every answer is one that the shop means to give."""
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(lambda number: Client(shop.address, number, requests).run(), range(8)))
    statuses: Counter[int] = sum((client.statuses for client in clients), Counter())
    # 303: a form went well. 409: declined, or sold out meanwhile. Nothing else, and above all no 5xx and no 429.
    assert set(statuses) <= {200, 303, 409}, statuses
    assert "web.failed" not in shop.log
    return clients


def test_two_thousand_mixed_requests_of_eight_clients_fail_nobody(running_shop: Any) -> None:
    """Over two processes on one SQLite file: every answer is one that the shop means to give, and no lock is ever in the way."""
    clients = rush(running_shop, requests=250)

    assert sum(sum(client.statuses.values()) for client in clients) >= 2000
    assert sum(client.bought for client in clients) > 20
    assert sold(running_shop.data) == sum(client.bought for client in clients)
    assert "database is locked" not in running_shop.log


@pytest.mark.services
def test_a_rush_on_a_server_fails_nobody(served_shop: Any, served_engine: dict[str, str]) -> None:
    """Many transactions at once, and locks that the server gives: nobody deadlocks, and what is sold adds up."""
    clients = rush(served_shop, requests=60)

    assert sum(client.bought for client in clients) > 3
    assert sold(served_shop.data, served_engine) == sum(client.bought for client in clients)
