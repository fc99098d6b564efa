"""A shop and its bus in one process, whose fraud check refuses, fails or answers by the buyer's address; and Ada of staff."""

from collections.abc import Callable

import pytest

from opensky.devo.members.manager import MemberManager
from opensky.devo.orders.objects import Order
from opensky.messaging import DeadLetters
from opensky.osis.partners.fraud import Suspect, Verdict
from opensky.osis.runtime import Reject, Unavailable, Worker
from opensky.persistence import Database, UnitOfWork
from opensky.testing.browser import Browser

SENTENCE = "seven blue cacti"


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
def guest(another: Browser) -> Browser:
    """Not Ada's."""
    return another


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
def refused(buy: Callable[..., Order], bus: Worker, letters: DeadLetters) -> int:
    """A dead letter: the question about an order of which the third party wants to know nothing."""
    buy(email="refused@example.org")
    bus.drain()
    [letter] = letters.listed()
    return letter.message.id
