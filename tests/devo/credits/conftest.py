"""The ledger of a test."""

import pytest

from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.repository import LedgerRepository
from opensky.events import Dispatcher
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Reader, UnitOfWork
from opensky.settings import Settings


@pytest.fixture
def ledger(
    unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: SetClock, events: Dispatcher, settings: Settings
) -> CreditManager:
    return CreditManager(LedgerRepository(unit, reader), ids, clock, events, settings)
