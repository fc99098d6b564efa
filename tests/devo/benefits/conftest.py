"""The benefits of a test, in a shop with two levels."""

from dataclasses import replace

import pytest

from opensky.devo.benefits.levels import Levels
from opensky.devo.benefits.listeners import BenefitListeners
from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.benefits.repository import BenefitRepository
from opensky.devo.credits.events import CREDIT_GRANTED, CREDIT_REVERSED
from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.repository import LedgerRepository
from opensky.events import Dispatcher, Event, Listeners, listen
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Reader, UnitOfWork
from opensky.settings import Settings

LEVELS = {"Silver": {"points": 100}, "Gold": {"points": 500, "free_shipping": True}}


@pytest.fixture
def levelled(settings: Settings) -> Settings:
    return replace(settings, levels=LEVELS)


@pytest.fixture
def events(told: list[Event], later: list[BenefitListeners]) -> Dispatcher:
    """Tells the test, and has levels looked at when points come or go."""

    def heard(event: Event) -> None:
        for each in later:
            each.on_credit(event)

    return Dispatcher(
        Listeners([listen("*", told.append), listen(CREDIT_GRANTED, heard), listen(CREDIT_REVERSED, heard)])
    )


@pytest.fixture
def later() -> list[BenefitListeners]:
    """The listeners, once there are managers."""
    return []


@pytest.fixture
def ledger(
    unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, events: Dispatcher, levelled: Settings
) -> CreditManager:
    return CreditManager(LedgerRepository(unit, reader), ids, clock, events, levelled)


@pytest.fixture
def benefits(
    unit: UnitOfWork,
    reader: Reader,
    ledger: CreditManager,
    ids: IdGenerator,
    clock: SetClock,
    events: Dispatcher,
    levelled: Settings,
    later: list[BenefitListeners],
) -> BenefitManager:
    made = BenefitManager(BenefitRepository(unit, reader), ledger, Levels(levelled), ids, clock, events, levelled)
    later.append(BenefitListeners(made))
    return made
