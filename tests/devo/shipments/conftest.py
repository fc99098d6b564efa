"""A shop with paid orders, OSIS beside it in the same process, and the folder that a warehouse drops files into."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest
from dishka import Container, Provider, Scope

from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.orders.parcels import OrderParcels
from opensky.devo.orders.repository import OrderRepository
from opensky.devo.payments.trial import TestGateway
from opensky.devo.products.manager import ProductManager
from opensky.devo.shipments.controller import VENDORNET
from opensky.devo.shipments.listeners import ShipmentListeners
from opensky.devo.shipments.manager import ShipmentManager
from opensky.devo.shipments.repository import ShipmentRepository
from opensky.events import Dispatcher, Event, Listeners, listen
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.signed import Seal, partner_key
from opensky.osis.partners.devo import Devo
from opensky.osis.partners.fraud import FraudCheck, SimulatedFraudCheck
from opensky.osis.partners.fulfillment_works import COLUMNS, DropFolder
from opensky.osis.runtime import Worker
from opensky.persistence import Reader, UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory
from opensky.wiring.bus import bus_container, hand_in, worker

APPROVED, EMPTY = "4242 4242 4242 4242", "4000 0000 0000 0341"
ADDRESS = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")

Buy = Callable[..., str]
Drop = Callable[..., str]
Now = Callable[[str], Order]
Post = Callable[..., httpx.Response]


@pytest.fixture
def container(settings: Settings, clock: SetClock, browser: Browser) -> Iterator[Container]:
    """What OSIS is made of; its requests come to the shop of the test."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    test.provide(lambda: Devo("", settings.secret_key, clock, browser), provides=Devo)
    test.provide(lambda: SimulatedFraudCheck(0), provides=FraudCheck)
    made = bus_container(settings, test)
    yield made
    made.close()


@pytest.fixture
def folder(container: Container) -> DropFolder:
    """The folder of Fulfillment Works."""
    return container.get(DropFolder)


@pytest.fixture
def bus(container: Container) -> Worker:
    """OSIS at work."""
    return worker(container)


@pytest.fixture
def drop(container: Container, bus: Worker, folder: DropFolder) -> Drop:
    """Drops a file and has OSIS go through it; returns its report, or nothing while it waits."""

    def dropped(*rows: str, name: str = "monday.csv", end: str | None = None, later: float = 0) -> str:
        text = "\n".join([",".join(COLUMNS), *rows, f"END,{len(rows)}" if end is None else end])
        (folder.incoming / name).write_text(text.strip() + "\n")
        hand_in(container, (folder.incoming / name).stat().st_mtime + later)
        bus.drain()
        reports = sorted(folder.incoming.parent.glob(f"*/*-{name.removesuffix('.csv')}.report.csv"))
        return reports[-1].read_text() if reports else ""

    return dropped


@pytest.fixture
def post(browser: Browser, bus: Worker, settings: Settings, clock: SetClock) -> Post:
    """Posts shipments as Vendornet, and has OSIS go through them."""

    def posted(document: object, *, key: str = "", id_: str = "VN-doc-1") -> httpx.Response:
        seal = Seal.of_partner(key or partner_key(settings.secret_key, VENDORNET), clock)
        body = json.dumps(document).encode()
        answer = browser.post("/callbacks/vendornet/shipments", content=body, headers=seal.headers(id_, body))
        bus.drain()
        return answer

    return posted


@pytest.fixture
def buy(orders: OrderManager, make: Factory, products: ProductManager, unit: UnitOfWork) -> Buy:
    """Buys two bowls of one insider and a cup of another, and returns the order's number; all is committed."""
    for sku, price in (("BOWL", 1250), ("CUP", 900)):
        maker = make.seller(name=f"Maker of {sku}", slug=f"maker-of-{sku.lower()}")
        products.publish(make.draft(maker, slug=sku.lower(), name=sku.title(), variants=[make.variant(price, sku=sku)]))
    unit.commit()
    numbers: list[str] = []

    def bought(card: str = APPROVED, lines: dict[str, int] | None = None, *, pay: bool = True) -> str:
        purchase = Purchase(
            buyer=Buyer(bag_id=77),
            email="ben@example.org",
            address=ADDRESS,
            lines=lines or {"BOWL": 2, "CUP": 1},
            key=f"key {len(numbers)}",
        )
        order = orders.place(purchase)
        numbers.append(order.number)
        if pay:
            orders.pay(order, card)
        unit.rollback()
        return order.number

    return bought


@pytest.fixture
def now(orders: OrderManager, unit: UnitOfWork) -> Now:
    """Reads an order again."""

    def read(number: str) -> Order:
        unit.rollback()
        order = orders.by_number(number)
        unit.rollback()
        return order

    return read


@pytest.fixture
def shipments(
    unit: UnitOfWork, gateway: TestGateway, events: Dispatcher, reader: Reader, ids: IdGenerator, clock: SetClock
) -> ShipmentManager:
    """The manager of shipments, without HTTP and bus."""
    orders = OrderParcels(OrderRepository(unit, reader))
    return ShipmentManager(ShipmentRepository(unit), orders, gateway, events, unit, ids, clock)


@pytest.fixture
def events(told: list[Event], unit: UnitOfWork) -> Dispatcher:
    """What is told is remembered, and cancelling is heard as in the shop."""
    guard = ShipmentListeners(ShipmentRepository(unit))
    return Dispatcher(Listeners([listen("*", told.append), listen("order.cancelled", guard.on_order_cancelled)]))
