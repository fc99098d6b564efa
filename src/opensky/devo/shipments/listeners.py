"""What shipments do when something happens to orders."""

from opensky.devo.shipments.errors import Leaving
from opensky.devo.shipments.repository import ShipmentRepository
from opensky.events import Event


class ShipmentListeners:
    """Refuses to have an order cancelled while a parcel of it is just leaving."""

    def __init__(self, shipments: ShipmentRepository) -> None:
        self._shipments = shipments

    def on_order_cancelled(self, event: Event) -> None:
        """Look whether a parcel is under way: of what was never paid none is."""
        order = event.subject
        if order.paid_at is not None and self._shipments.is_under_way(order.id):
            raise Leaving(order.number)
