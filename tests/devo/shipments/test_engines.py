"""On each engine: a parcel is taken once, however many bring it at once, and never together with a cancellation."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from opensky.devo.bag.manager import BagManager
from opensky.devo.bag.repository import BagRepository
from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.orders.objects import Buyer, Order
from opensky.devo.orders.parcels import OrderParcels
from opensky.devo.orders.placing import OrderPlacing
from opensky.devo.orders.repository import OrderRepository
from opensky.devo.payments.objects import TestCapture, TestCharge
from opensky.devo.payments.trial import APPROVED, TestGateway
from opensky.devo.products.cards import CardKeeper
from opensky.devo.products.known import KnownCards
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.repository import ProductRepository
from opensky.devo.products.stock import StockRepository
from opensky.devo.shipments.listeners import ShipmentListeners
from opensky.devo.shipments.manager import ShipmentManager
from opensky.devo.shipments.objects import Bad, Parcel, Shipment, ShipmentReject, Source
from opensky.devo.shipments.repository import LeftParcels, ShipmentRepository
from opensky.events import Dispatcher, Event, Listeners, listen
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Conflict, Refusal
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.factories import Factory
from opensky.testing.orders import purse_of
from opensky.wiring.databases import open_database

ADDRESS = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")
SOURCE = Source(file=7, partner="vendornet", name="a document")


class Shop:
    """Managers of one unit of work, as one request has them."""

    def __init__(self, database: Database, unit: UnitOfWork, settings: Settings, told: list[Event]) -> None:
        clock, ids = database.clock, database.ids
        parcels = ShipmentRepository(unit)
        guard = ShipmentListeners(parcels)
        events = Dispatcher(Listeners([listen("*", told.append), listen("order.cancelled", guard.on_order_cancelled)]))
        gateway = TestGateway(database, ids, clock, settings)
        with database.reader() as reader:
            stock = StockRepository(unit, clock)
            repository = OrderRepository(unit, reader)
            bags = BagManager(BagRepository(unit, reader), ids, clock, events, settings)
            purse = purse_of(unit, reader, ids, clock, events, settings)
            placing = OrderPlacing(repository, stock, purse, events, unit, ids, clock)
            self.orders = OrderManager(repository, placing, purse, bags, gateway, events, unit, clock)
            self.shipments = ShipmentManager(parcels, OrderParcels(repository), gateway, events, unit, ids, clock)
            cards = CardKeeper(unit, stock, clock)
            self.products = ProductManager(
                ProductRepository(reader, unit, KnownCards()), stock, cards, ids, clock, events
            )


@pytest.fixture
def settings_here(engine: dict[str, str], tmp_path: Path) -> Settings:
    """Settings of a shop on this engine."""
    return Settings(data=tmp_path, secret_key="0" * 64, **engine)  # type: ignore[arg-type]


@pytest.fixture
def store(settings_here: Settings, clock: SetClock) -> Iterator[Database]:
    """The shop's database."""
    made = open_database(settings_here, ids=IdGenerator(1, clock), clock=clock)
    made.create()
    yield made
    made.close()


@pytest.fixture
def told() -> list[Event]:
    """What was told."""
    return []


@contextmanager
def request(database: Database, settings: Settings, told: list[Event]) -> Iterator[Shop]:
    """Open the shop as one request does."""
    with database.unit_of_work() as unit:
        yield Shop(database, unit, settings, told)


@pytest.fixture
def number(store: Database, settings_here: Settings, clock: SetClock, told: list[Event]) -> str:
    """A paid order of two bowls."""
    with store.unit_of_work() as unit:
        shop = Shop(store, unit, settings_here, told)
        make = Factory(unit, store.ids, clock)
        shop.products.publish(make.draft(make.seller(), variants=[make.variant(1250, sku="BOWL")]))
        unit.commit()
        bought = Purchase(buyer=Buyer(bag_id=7), email="b@example.org", address=ADDRESS, lines={"BOWL": 2}, key="k")
        return shop.orders.buy(bought, APPROVED).number


def parcel(order: str, name: str = "P", quantity: int = 2) -> Parcel:
    """A parcel of bowls."""
    return Parcel(row=1, number=name, order=order, lines={"BOWL": quantity}, carrier="DHL", tracking="JD")


def at_once(*acts: Callable[[], None]) -> None:
    """Do all of it at the same time."""
    start = threading.Barrier(len(acts))

    def begun(act: Callable[[], None]) -> None:
        start.wait()
        act()

    threads = [threading.Thread(target=begun, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_parcel_that_many_bring_at_once_ships_once(
    store: Database, settings_here: Settings, number: str, told: list[Event]
) -> None:
    """One capture, one event; who is in another's way is told to come again, or the same."""
    words: list[str] = []

    def bring() -> None:
        for _ in range(5):
            try:
                with request(store, settings_here, told) as shop:
                    words.append(shop.shipments.take(SOURCE, [parcel(number)], [])[0].word)
                    return
            except (Refusal, Conflict):
                continue

    at_once(bring, bring, bring, bring)
    assert set(words) == {"shipped"}
    assert [event.name for event in told].count("order.shipped") == 1
    with store.unit_of_work() as unit:
        assert [order.state for order in unit.find(Order)] == ["shipped"]
        assert len(unit.find(TestCapture)) == 1
    with store.reader() as reader:
        [left] = LeftParcels(reader).left(unit_order(store))
    assert (left.carrier, left.tracking, dict(left.lines)) == ("DHL", "JD", {"BOWL": 2})


def unit_order(store: Database) -> int:
    """Return the id of the only order."""
    with store.unit_of_work() as unit:
        [order] = unit.find(Order)
        return order.id


def test_two_parcels_cannot_hold_more_than_was_ordered(
    store: Database, settings_here: Settings, number: str, told: list[Event]
) -> None:
    """At once as one after the other: one is shipped, the other is rejected with its reason."""
    words: list[str] = []

    def bring(name: str) -> None:
        for _ in range(5):
            try:
                with request(store, settings_here, told) as shop:
                    words.append(shop.shipments.take(SOURCE, [parcel(number, name)], [])[0].word)
                    return
            except (Refusal, Conflict):
                continue

    at_once(lambda: bring("P"), lambda: bring("Q"))
    assert sorted(words) == ["rejected", "shipped"]


def test_an_order_is_shipped_or_cancelled_and_never_both(
    store: Database, settings_here: Settings, number: str, told: list[Event]
) -> None:
    """Whoever was first; the money goes one way."""

    def bring() -> None:
        for _ in range(5):
            try:
                with request(store, settings_here, told) as shop:
                    shop.shipments.take(SOURCE, [parcel(number)], [])
                    return
            except (Refusal, Conflict):
                continue

    def cancel() -> None:
        try:
            with request(store, settings_here, told) as shop:
                shop.orders.cancel_for(number)
        except (Refusal, Conflict):
            return

    at_once(bring, cancel)
    with store.unit_of_work() as unit:
        [order], [charge] = unit.find(Order), unit.find(TestCharge)
        captures, parcels = unit.find(TestCapture), unit.find(Shipment)
    if order.state == "shipped":
        assert (len(captures), charge.refund_reference) == (1, "")
    else:
        assert (order.state, captures, parcels) == ("cancelled", [], [])
        assert charge.refund_reference != ""


def test_rejects_are_kept_once(store: Database, settings_here: Settings, number: str, told: list[Event]) -> None:
    """A batch that is brought again adds none."""
    for _ in range(2):
        with request(store, settings_here, told) as shop:
            shop.shipments.take(SOURCE, [parcel("OS-NOWHERE")], [Bad(row=4, text="x,y", reason="Nonsense.")])
    with store.unit_of_work() as unit:
        assert sorted(each.row for each in unit.find(ShipmentReject)) == [1, 4]
