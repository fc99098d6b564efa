"""Orders that wait for a person: held before the parcel leaves, then released or cancelled."""

from opensky.devo.orders.events import ORDER_HELD, ORDER_RELEASED
from opensky.devo.orders.objects import STEPS, Order
from opensky.devo.orders.repository import OrderRepository
from opensky.events import Dispatcher, Event
from opensky.kernel.errors import NotFound
from opensky.persistence import UnitOfWork


class OrderHolds:
    """Holds orders, and lets them go on. Cancelling one is the order manager's."""

    def __init__(self, orders: OrderRepository, events: Dispatcher, unit: UnitOfWork) -> None:
        self._orders = orders
        self._events = events
        self._unit = unit

    def hold(self, order: Order) -> bool:
        """Hold a paid order, in the caller's transaction; say whether it could still be held: it may be cancelled or gone."""
        if "held" not in STEPS[order.state]:
            return False
        order.step_to("held")
        self._events.notify(Event(ORDER_HELD, order))
        return True

    def release(self, number: str) -> Order:
        """Let a held order go on, and commit: for staff.

        Raises:
            NotFound: there is no such order.
            Conflict: it is not held.
        """
        order = self._orders.by_number(number)
        if order is None:
            raise NotFound("There is no such order.", order=number)
        order.release()
        self._events.notify(Event(ORDER_RELEASED, order))
        self._unit.commit()
        return order
