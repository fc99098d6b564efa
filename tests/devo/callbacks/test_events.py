"""Events that come back: told to their listeners once, with their subject as it is now, or refused with nothing kept."""

import threading
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from opensky.devo.fraud.objects import FraudVerdict
from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.objects import Order, OrderId
from opensky.events.codec import encode
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.kernel.signed import CALLBACKS, Seal
from opensky.messaging.tables import SEEN
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.testing.browser import Browser


@pytest.fixture
def order(unit: UnitOfWork, ids: IdGenerator, clock: SetClock) -> Order:
    """A paid order."""
    made = Order(
        id=OrderId(ids.next()),
        number="OS-1",
        email="ben@example.org",
        address=PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE"),
        state="paid",
        total=Money(1250),
        idempotency_key="a key",
        placed_at=clock.now(),
        paid_at=clock.now(),
    )
    unit.persist(made)
    unit.commit()
    return made


def verdict(order: Order, **changed: Any) -> bytes:
    """Return the body of a callback that says to hold an order, but for what is changed of its event."""
    event = {
        "name": "order.fraud_checked",
        "subject": {"class": "Order", "id": encode((order.id,))},
        "parameters": {"verdict": "hold", "score": 80, "reasons": "why"},
    }
    return msgspec.json.encode({"event": event | changed, "correlation": 7, "history": ["sling@7"]})


class Osis:
    """Signs as OSIS does."""

    def __init__(self, browser: Browser, settings: Settings, clock: SetClock) -> None:
        self._browser = browser
        self._seal = Seal(settings.secret_key, CALLBACKS, clock)

    def post(self, id_: str, body: bytes) -> Any:
        return self._browser.post("/callbacks/events", content=body, headers=self._seal.headers(id_, body))


@pytest.fixture
def osis(browser: Browser, settings: Settings, clock: SetClock) -> Osis:
    return Osis(browser, settings, clock)


def kept(database: Database) -> tuple[int, int]:
    """How many ids are noted, and how many verdicts are kept?"""
    with database.unit_of_work() as unit:
        seen = unit.execute(select(func.count()).select_from(SEEN)).scalar_one()
        return int(seen), len(unit.find(FraudVerdict))


def state(database: Database, order: Order) -> str:
    """Where does the order stand now?"""
    with database.unit_of_work() as unit:
        found = unit.get(Order, order.id)
        assert found is not None
        return found.state


def test_a_listener_is_told_and_what_it_writes_is_kept(osis: Osis, order: Order, database: Database) -> None:
    """With the note that this id came, in one transaction."""
    assert osis.post("42", verdict(order)).status_code == 204
    assert (kept(database), state(database, order)) == ((1, 1), "held")


def test_a_replayed_id_changes_nothing(osis: Osis, order: Order, database: Database, unit: UnitOfWork) -> None:
    """Though it is signed, and though the order has gone on since."""
    osis.post("42", verdict(order))
    held = unit.get(Order, order.id)
    assert held is not None
    unit.rollback()
    with database.unit_of_work() as staff:
        again = staff.get(Order, order.id)
        assert again is not None
        again.release()
        staff.commit()

    answer = osis.post("42", verdict(order))

    assert (answer.status_code, answer.json()) == (200, {"outcome": "seen"})
    assert (kept(database), state(database, order)) == ((1, 1), "paid")


def test_two_deliveries_at_once_are_told_once(osis: Osis, order: Order, database: Database) -> None:
    """One of them is told that the other was first."""
    body, statuses = verdict(order), list[int]()
    crowd = [threading.Thread(target=lambda: statuses.append(osis.post("42", body).status_code)) for _ in range(4)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert sorted(statuses) == [200, 200, 200, 204]
    assert kept(database) == (1, 1)


def test_a_subject_that_is_gone_is_said(osis: Osis, order: Order, database: Database, unit: UnitOfWork) -> None:
    """For good, so that nobody asks again; nothing is kept of it."""
    unit.remove(order)
    unit.commit()
    answer = osis.post("42", verdict(order))
    assert (answer.status_code, answer.json()["title"]) == (410, "Gone")
    assert answer.json()["detail"].endswith("of event 'order.fraud_checked' does not exist any more.")
    assert kept(database) == (0, 0)


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"name": "order.fraud_check"}, "No event 'order.fraud_check' is declared"),
        ({"parameters": {"verdict": "hold"}}, "order.fraud_checked"),
        ({"subject": None}, "order.fraud_checked"),
        ({"subject": {"class": "Order", "id": "1"}}, "This is not the data of an event"),
        ({"parameters": {"verdict": "hang", "score": 80, "reasons": ""}}, "A verdict is one of approve, hold, refuse"),
        ({"parameters": {"verdict": "hold", "score": 101, "reasons": ""}}, "A score is a whole number of 0 to 100"),
    ],
)
def test_what_is_no_such_event_is_refused(
    osis: Osis, order: Order, database: Database, changed: dict[str, Any], detail: str
) -> None:
    """Unknown, or with other data than declared; nothing is kept of it, so that a corrected one can come under the same id."""
    answer = osis.post("42", verdict(order, **changed))
    assert (answer.status_code, detail in answer.json()["detail"]) == (422, True), answer.text
    assert (kept(database), state(database, order)) == ((0, 0), "paid")
    assert osis.post("42", verdict(order)).status_code == 204


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"event": 1}', b"{" * 5000])
def test_a_body_that_is_no_callback_is_refused(osis: Osis, database: Database, body: bytes) -> None:
    """Also where it is signed."""
    assert osis.post("42", body).status_code == 422
    assert kept(database) == (0, 0)


def test_unsigned_is_refused_before_anything_is_read(browser: Browser, order: Order, database: Database) -> None:
    """Nothing of the body counts."""
    assert browser.post("/callbacks/events", content=verdict(order)).status_code == 401
    assert (kept(database), state(database, order)) == ((0, 0), "paid")
