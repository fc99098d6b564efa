"""A shop and its bus in one process, whose fraud check refuses, fails or answers by the buyer's address; and Ada of staff."""

from collections.abc import Callable, Iterator

import pytest
from dishka import Provider, Scope

from opensky.devo.members.manager import MemberManager
from opensky.devo.orders.objects import Order
from opensky.devo.products.manager import ProductManager
from opensky.kernel.clock import Clock, SetClock
from opensky.messaging import DeadLetters
from opensky.osis.partners.devo import Devo
from opensky.osis.partners.fraud import FraudCheck, Suspect, Verdict
from opensky.osis.runtime import Reject, Unavailable, Worker
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.testing.factories import Factory
from opensky.wiring.bus import bus_container, worker

ADDRESS = {"name": "Ben Reed", "street": "5 Mill Lane", "city": "Ghent", "postcode": "9000", "country": "be"}
SENTENCE = "seven blue cacti"

Buy = Callable[..., Order]


class Moody:
    """A fraud check that answers by the address of the buyer, as long as it is ``moody``."""

    def __init__(self) -> None:
        self.moody = True

    def check(self, suspect: Suspect, key: str) -> Verdict:
        if self.moody and suspect.email.startswith("refused"):
            raise Reject(f"It knows nobody at {suspect.email} with card {suspect.card_last4}.")
        if self.moody and suspect.email.startswith("later"):
            raise Unavailable("It does not answer at https://shop:k3y@fraud.example.")
        return Verdict("approve", 0)


@pytest.fixture
def party() -> Moody:
    return Moody()


@pytest.fixture
def bus(settings: Settings, clock: SetClock, another: Browser, party: Moody) -> Iterator[Worker]:
    """OSIS, whose requests come to the shop of the test."""
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock)
    test.provide(lambda: Devo("", settings.secret_key, clock, another), provides=Devo)
    test.provide(lambda: party, provides=FraudCheck)
    container = bus_container(settings, test)
    yield worker(container)
    container.close()


@pytest.fixture
def buy(another: Browser, make: Factory, products: ProductManager, unit: UnitOfWork) -> Buy:
    """Buys a bowl over HTTP, as a guest, and returns the order."""
    maker = make.seller(name="Maya", slug="maya")
    product = make.draft(maker, slug="bowl", name="Bowl", variants=[make.variant(1250, sku="BOWL")])
    products.publish(product)
    unit.commit()

    def bought(email: str = "ben@example.org") -> Order:
        another.open("/products/bowl")
        another.submit("/bag/add")
        another.open("/checkout")
        another.submit("/checkout", payment_token="4242 4242 4242 4242", email=email, **ADDRESS)
        [order, *_] = unit.find(Order, sort=("-id",))
        unit.rollback()
        return order

    return bought


@pytest.fixture
def staff(browser: Browser, members: MemberManager, unit: UnitOfWork) -> Browser:
    """Ada, who works here."""
    members.sign_up("ada@example.org", "Ada", SENTENCE)
    members.make_staff("ada@example.org")
    unit.commit()
    browser.open("/log-in?next=/admin")
    browser.submit("/log-in", email="ada@example.org", password=SENTENCE)
    return browser


@pytest.fixture
def letters(database: Database) -> DeadLetters:
    return DeadLetters(database)


@pytest.fixture
def refused(buy: Buy, bus: Worker, letters: DeadLetters) -> int:
    """A dead letter: the question about an order of which the third party wants to know nothing."""
    buy("refused@example.org")
    bus.drain()
    [letter] = letters.listed()
    return letter.message.id
