"""What the fraud check has said."""

from opensky.devo.fraud.objects import FraudVerdict
from opensky.devo.orders.objects import OrderId
from opensky.persistence import UnitOfWork


class FraudRepository:
    """Keeps verdicts."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, verdict: FraudVerdict) -> None:
        """Keep a verdict."""
        self._unit.persist(verdict)

    def of(self, order_id: OrderId) -> FraudVerdict | None:
        """What was said of this order?"""
        return self._unit.get(FraudVerdict, order_id)
