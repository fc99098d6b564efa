"""What orders are made of, for tests that put managers together themselves."""

from opensky.devo.benefits.levels import Levels
from opensky.devo.benefits.manager import BenefitManager
from opensky.devo.benefits.repository import BenefitRepository
from opensky.devo.benefits.using import BenefitUses
from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.repository import LedgerRepository
from opensky.devo.orders.purse import OrderPurse
from opensky.events import Dispatcher
from opensky.kernel.clock import Clock
from opensky.kernel.ids import IdGenerator
from opensky.persistence import Reader, UnitOfWork
from opensky.settings import Settings


def purse_of(
    unit: UnitOfWork, reader: Reader, ids: IdGenerator, clock: Clock, events: Dispatcher, settings: Settings
) -> OrderPurse:
    """Return what takes coupons and credit for orders."""
    credit = CreditManager(LedgerRepository(unit, reader), ids, clock, events, settings)
    kept = BenefitRepository(unit, reader)
    benefits = BenefitManager(kept, credit, Levels(settings), ids, clock, events, settings)
    return OrderPurse(BenefitUses(kept, benefits, clock), credit, settings)
