"""A shop with its bus in the same process, and the letters that come of what happens in it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from dishka import Provider, Scope

from opensky.devo.orders.objects import Order
from opensky.devo.products.manager import ProductManager
from opensky.kernel.clock import Clock, SetClock
from opensky.mail.folder import MailFolder
from opensky.osis.partners.devo import Devo
from opensky.osis.partners.fraud import FraudCheck, SimulatedFraudCheck
from opensky.osis.runtime import Worker
from opensky.persistence import UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory
from opensky.wiring import container
from opensky.wiring.bus import bus_container, worker

ADDRESS = {
    "email": "ben@example.org",
    "name": "Ben Reed",
    "street": "5 Mill Lane",
    "city": "Ghent",
    "postcode": "9000",
    "country": "be",
}
Buy = Callable[..., Order]
Letters = Callable[[], list[EmailMessage]]


@pytest.fixture
def bus(settings: Settings, clock: SetClock, browser: Browser) -> Iterator[Worker]:
    """OSIS; its requests come to the shop of the test."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    test.provide(lambda: Devo("", settings.secret_key, clock, browser), provides=Devo)
    test.provide(lambda: SimulatedFraudCheck(0), provides=FraudCheck)
    container = bus_container(settings, test)
    yield worker(container)
    container.close()


@pytest.fixture
def letters(settings: Settings, bus: Worker) -> Letters:
    """Works the bus, and reads all letters in the order in which they were sent."""
    folder = MailFolder(settings.data / "mail")

    def read() -> list[EmailMessage]:
        bus.drain()
        raw = [folder.read(id_) or b"" for id_ in reversed(list(folder.newest(1000)))]
        return [message_from_bytes(each, policy=policy.default) for each in raw]

    return read


@pytest.fixture
def buy(browser: Browser, make: Factory, products: ProductManager, unit: UnitOfWork) -> Buy:
    """Buys two bowls over HTTP, and returns the order."""
    maker = make.seller(name="Maya <Linden>", slug="maya")
    product = make.draft(maker, slug="bowl", name="Bowl & spoon", variants=[make.variant(1250, sku="BOWL")])
    products.publish(product)
    unit.commit()

    def bought(**typed: str) -> Order:
        browser.open("/products/bowl")
        browser.submit("/bag/add")
        browser.open("/checkout")
        browser.submit("/checkout", payment_token="4242 4242 4242 4242", **(ADDRESS | typed))
        [order, *_] = unit.find(Order, sort=("-id",))
        unit.rollback()
        return order

    return bought


@pytest.fixture
def in_shop(
    settings: Settings, clock: SetClock
) -> Iterator[Callable[[], AbstractContextManager[Callable[[type], Any]]]]:
    """Opens a job of the shop, which is committed at its end."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock, override=True)
    whole = container(settings, test)

    @contextmanager
    def opened() -> Iterator[Callable[[type], Any]]:
        with whole() as scope:
            yield scope.get
            scope.get(UnitOfWork).commit()

    yield opened
    whole.close()
