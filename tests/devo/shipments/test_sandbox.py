"""The simulated partners ship what was paid, through the same doors as real ones; on bad days nothing is lost or doubled."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from dishka import Container

from opensky.devo.orders.objects import Order
from opensky.devo.shipments.objects import Shipment, ShipmentFile
from opensky.kernel.clock import SetClock
from opensky.osis.runtime import Worker
from opensky.persistence import Database, UnitOfWork
from opensky.sandbox import Moods, Partners
from opensky.sandbox.owed import owed
from opensky.settings import Settings
from opensky.testing.browser import Browser
from opensky.wiring.bus import BROKEN_OFF, hand_in

Buy = Callable[..., str]
Now = Callable[[str], Order]
AFTER = timedelta(seconds=30)
Open = Callable[..., Partners]


@pytest.fixture
def partners(database: Database, settings: Settings, browser: Browser) -> Open:
    """Makes the partners of this shop, in a given mood."""
    return lambda errors=0: Partners(database, settings, Moods(AFTER, errors=errors), browser)


@pytest.fixture
def arrive(bus: Worker, container: Container) -> Callable[[], None]:
    """Has OSIS go through what has come, also what broke off."""

    def worked() -> None:
        hand_in(container, 2e9 + BROKEN_OFF)
        bus.drain()

    return worked


def test_what_was_paid_long_enough_ago_arrives(
    buy: Buy, partners: Open, arrive: Callable[[], None], now: Now, clock: SetClock, unit: UnitOfWork
) -> None:
    """A parcel from each insider, and nothing before its time or twice."""
    number, unpaid, sandbox = buy(), buy(lines={"CUP": 1}, pay=False), partners()
    assert sandbox.round() == []
    clock.advance(seconds=31)
    assert sandbox.round() != []
    arrive()
    assert (now(number).state, now(unpaid).state) == ("shipped", "placed")
    assert sorted(dict(each.lines).popitem() for each in unit.find(Shipment)) == [("BOWL", 2), ("CUP", 1)]
    unit.rollback()
    assert sandbox.round() == []


def test_orders_that_nobody_ships_hold_up_none(
    buy: Buy, clock: SetClock, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was told and is not in the shop yet stands before what was paid later; that goes, all the same."""
    monkeypatch.setattr("opensky.sandbox.owed.AT_ONCE", 2)
    numbers = [buy(lines={"CUP": 1}) for _ in range(3)]
    clock.advance(seconds=31)
    told: set[str] = set()
    shipped = []
    while parcels := owed(database, clock.now(), AFTER, told):
        assert len(parcels) <= 2
        told |= {each.number for each in parcels}
        shipped += [each.order for each in parcels]
    assert shipped == numbers


def test_on_bad_days_all_arrives_once(
    buy: Buy,
    partners: Open,
    arrive: Callable[[], None],
    now: Now,
    clock: SetClock,
    unit: UnitOfWork,
    database: Database,
) -> None:
    """Files that break off, come twice or hold nonsense: however often, each parcel ships once in the end."""
    numbers = [buy(lines={"CUP": 1}) for _ in range(2)] + [buy(lines={"BOWL": 1}) for _ in range(2)]
    sandbox = partners(errors=100)
    for _ in range(30):
        clock.advance(seconds=31)
        sandbox.round()
        arrive()
        if not owed(database, clock.now(), AFTER):
            break
    assert {now(number).state for number in numbers} == {"shipped"}
    assert len(unit.find(Shipment)) == 4
    assert sum(file.shipped for file in unit.find(ShipmentFile)) == 4


def test_nobody_ships_what_was_bought_long_ago(buy: Buy, partners: Open, clock: SetClock) -> None:
    """Imported orders have left long since."""
    buy()
    clock.advance(days=7)
    assert partners().round() == []
