"""A shop of its own for each test: an embedded database, one unit of work, and what managers are made of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from dishka import Provider, Scope
from litestar import Litestar

from opensky.devo.bag.manager import BagManager
from opensky.devo.bag.repository import BagRepository
from opensky.devo.follows.manager import FollowManager
from opensky.devo.follows.repository import FollowRepository
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.passwords import Passwords
from opensky.devo.members.repository import MemberRepository
from opensky.devo.model import MODEL
from opensky.devo.orders.manager import OrderManager
from opensky.devo.orders.objects import Order
from opensky.devo.orders.placing import OrderPlacing
from opensky.devo.orders.repository import OrderRepository
from opensky.devo.payments.trial import APPROVED, TestGateway
from opensky.devo.products.cards import CardKeeper
from opensky.devo.products.catalog import Catalog
from opensky.devo.products.known import KnownCards
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.devo.products.repository import ProductRepository
from opensky.devo.products.stock import StockRepository
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.repository import SellerRepository
from opensky.events import Dispatcher, Event, Listeners, listen
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.ids import IdGenerator
from opensky.osis.partners.devo import Devo
from opensky.osis.partners.fraud import FraudCheck, SimulatedFraudCheck
from opensky.osis.runtime import Worker
from opensky.persistence import Database, Reader, UnitOfWork
from opensky.settings import Settings
from opensky.testing.applications import application
from opensky.testing.browser import Browser, browsing
from opensky.testing.buying import ADDRESS
from opensky.testing.engines import created
from opensky.testing.factories import Factory
from opensky.testing.orders import purse_of
from opensky.testing.passwords import QuickPasswords
from opensky.wiring.bus import bus_container, worker
from opensky.wiring.containers import web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES

PASSWORDS = QuickPasswords()
Buy = Callable[..., Order]


@pytest.fixture
def ids(clock: SetClock) -> IdGenerator:
    return IdGenerator(1, clock)


@pytest.fixture
def database(tmp_path: Path, ids: IdGenerator, clock: SetClock) -> Iterator[Database]:
    made = Database(tmp_path / "opensky.sqlite", MODEL, ids=ids, clock=clock)
    yield created(made)
    made.close()


@pytest.fixture
def unit(database: Database) -> Iterator[UnitOfWork]:
    """The unit of work that managers of the test share. What the reader is to see must be committed first."""
    with database.unit_of_work() as made:
        yield made


@pytest.fixture
def reader(database: Database) -> Iterator[Reader]:
    with database.reader() as made:
        yield made


@pytest.fixture
def told() -> list[Event]:
    """Every event that the test's managers told, in order."""
    return []


@pytest.fixture
def events(told: list[Event]) -> Dispatcher:
    return Dispatcher(Listeners([listen("*", told.append)]))


@pytest.fixture
def make(unit: UnitOfWork, ids: IdGenerator, clock: SetClock) -> Factory:
    """Makes members, insiders and products that a test needs but does not care about."""
    return Factory(unit, ids, clock)


@pytest.fixture
def stock(unit: UnitOfWork, clock: SetClock) -> StockRepository:
    return StockRepository(unit, clock)


@pytest.fixture
def products(
    unit: UnitOfWork, reader: Reader, stock: StockRepository, ids: IdGenerator, clock: SetClock, events: Dispatcher
) -> ProductManager:
    cards = CardKeeper(unit, stock, clock)
    return ProductManager(ProductRepository(reader, unit, KnownCards()), stock, cards, ids, clock, events)


@pytest.fixture
def catalog(unit: UnitOfWork, reader: Reader) -> Catalog:
    return Catalog(ProductRepository(reader, unit, KnownCards()))


@pytest.fixture
def sellers(unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, events: Dispatcher) -> SellerManager:
    return SellerManager(SellerRepository(reader, unit), ids, clock, events)


@pytest.fixture
def follows(unit: UnitOfWork, reader: Reader, clock: SetClock, events: Dispatcher) -> FollowManager:
    return FollowManager(FollowRepository(reader, unit), clock, events)


@pytest.fixture
def members(
    unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, events: Dispatcher, settings: Settings
) -> MemberManager:
    return MemberManager(MemberRepository(unit, reader), PASSWORDS, events, ids, clock, settings)


@pytest.fixture
def bags(
    unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, events: Dispatcher, settings: Settings
) -> BagManager:
    return BagManager(BagRepository(unit, reader), ids, clock, events, settings)


@pytest.fixture
def gateway(database: Database, ids: IdGenerator, clock: SetClock, settings: Settings) -> TestGateway:
    return TestGateway(database, ids, clock, settings)


@pytest.fixture
def orders(
    unit: UnitOfWork,
    reader: Reader,
    stock: StockRepository,
    bags: BagManager,
    gateway: TestGateway,
    events: Dispatcher,
    ids: IdGenerator,
    clock: SetClock,
    settings: Settings,
) -> OrderManager:
    repository, purse = OrderRepository(unit, reader), purse_of(unit, reader, ids, clock, events, settings)
    placing = OrderPlacing(repository, stock, purse, events, unit, ids, clock)
    return OrderManager(repository, placing, purse, bags, gateway, events, unit, clock)


@dataclass
class Shop:
    """The whole application on the test's database."""

    app: Litestar
    settings: Settings
    log: list[Any] = field(default_factory=list)


@pytest.fixture
def shop(database: Database, settings: Settings, clock: SetClock) -> Iterator[Shop]:
    """The application with the test's clock. What it is to see must be committed first."""
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: clock, provides=Clock, override=True)
    provider.provide(lambda: PASSWORDS, provides=Passwords, override=True)
    container = web_container(settings, provider)
    with (
        application(settings, container, CONTROLLERS, templates=TEMPLATES, frame=FRAME) as app,
        structlog.testing.capture_logs() as log,
    ):
        yield Shop(app, settings, log)
    container.close()


@pytest.fixture
def browser(shop: Shop) -> Iterator[Browser]:
    with browsing(shop.app) as made:
        yield made


@pytest.fixture
def another(shop: Shop) -> Iterator[Browser]:
    """Somebody else's browser."""
    with browsing(shop.app) as made:
        yield made


@pytest.fixture
def guest(browser: Browser) -> Browser:
    """The browser of whoever buys; through it the shop hears OSIS, too."""
    return browser


@pytest.fixture
def party() -> FraudCheck:
    """The third party that is asked about orders: here it answers at once."""
    return SimulatedFraudCheck(0)


@pytest.fixture
def bus(settings: Settings, clock: SetClock, guest: Browser, party: FraudCheck) -> Iterator[Worker]:
    """OSIS in this process: what one sends, the other gets, through the real queue and real requests."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    test.provide(lambda: Devo("", settings.secret_key, clock, guest), provides=Devo)
    test.provide(lambda: party, provides=FraudCheck)
    container = bus_container(settings, test)
    yield worker(container)
    container.close()


@pytest.fixture
def bowl(make: Factory, products: ProductManager, unit: UnitOfWork) -> Product:
    """What there is to buy; names are no markup."""
    maker = make.seller(name="Maya <Linden>", slug="maya")
    product = make.draft(maker, slug="bowl", name="Bowl & spoon", variants=[make.variant(1250, sku="BOWL")])
    products.publish(product)
    unit.commit()
    return product


@pytest.fixture
def buy(guest: Browser, bowl: Product, unit: UnitOfWork) -> Buy:
    """Buys a bowl over HTTP, and returns the order."""

    def bought(card: str = APPROVED, **typed: str) -> Order:
        guest.open(f"/products/{bowl.slug}")
        guest.submit("/bag/add")
        guest.open("/checkout")
        guest.submit("/checkout", payment_token=card, **({"email": "ben@example.org"} | ADDRESS | typed))
        [order, *_] = unit.find(Order, sort=("-id",))
        unit.rollback()
        return order

    return bought


@pytest.fixture
def staff(another: Browser, members: MemberManager, unit: UnitOfWork) -> Browser:
    """The browser of somebody who works here."""
    another.open("/sign-up")
    another.submit("/sign-up", email="ada@example.org", name="Ada", password="seven blue cacti")
    members.make_staff("ada@example.org")
    unit.commit()
    another.open("/log-in")
    another.submit("/log-in", email="ada@example.org", password="seven blue cacti")
    return another
