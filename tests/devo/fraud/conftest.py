"""A shop, and OSIS beside it in the same process: what one sends, the other gets, through the real queue and real requests."""

from collections.abc import Callable, Iterator

import pytest
from dishka import Provider, Scope

from opensky.devo.orders.objects import Order
from opensky.devo.products.manager import ProductManager
from opensky.kernel.clock import Clock, SetClock
from opensky.osis.partners.devo import Devo
from opensky.osis.partners.fraud import FraudCheck, SimulatedFraudCheck
from opensky.osis.runtime import Worker
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory
from opensky.wiring.bus import bus_container, worker

ADDRESS = {
    "email": "ben@example.org",
    "name": "Ben Reed",
    "street": "5 Mill Lane",
    "city": "Ghent",
    "postcode": "9000",
    "country": "be",
}
APPROVED, SUSPECT = "4242 4242 4242 4242", "4000 0000 0000 9235"

Buy = Callable[..., Order]


@pytest.fixture
def bus(settings: Settings, clock: SetClock, browser: Browser) -> Iterator[Worker]:
    """OSIS with a fraud check that answers at once; its requests come to the shop of the test."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    test.provide(lambda: Devo("", settings.secret_key, clock, browser), provides=Devo)
    test.provide(lambda: SimulatedFraudCheck(0), provides=FraudCheck)
    container = bus_container(settings, test)
    yield worker(container)
    container.close()


@pytest.fixture
def buy(browser: Browser, make: Factory, products: ProductManager, unit: UnitOfWork) -> Buy:
    """Buys a bowl over HTTP, as a guest, and returns the order."""
    maker = make.seller(name="Maya", slug="maya")
    product = make.draft(maker, slug="bowl", name="Bowl", variants=[make.variant(1250, sku="BOWL")])
    products.publish(product)
    unit.commit()

    def bought(card: str = APPROVED, **typed: str) -> Order:
        browser.open("/products/bowl")
        browser.submit("/bag/add")
        browser.open("/checkout")
        browser.submit("/checkout", payment_token=card, **(ADDRESS | typed))
        [order, *_] = unit.find(Order, sort=("-id",))
        unit.rollback()
        return order

    return bought


@pytest.fixture
def now(unit: UnitOfWork) -> Callable[[Order], Order]:
    """Reads an order again."""

    def read(order: Order) -> Order:
        unit.rollback()
        found = unit.get(Order, order.id)
        unit.rollback()
        assert found is not None
        return found

    return read
