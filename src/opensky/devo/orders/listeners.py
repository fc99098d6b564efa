"""What orders do when something happens elsewhere."""

from opensky.devo.orders.manager import OrderManager
from opensky.events import Event


class OrderListener:
    """Brings a guest's orders along when they log in."""

    def __init__(self, orders: OrderManager) -> None:
        self._orders = orders

    def on_member_logged_in(self, event: Event) -> None:
        """Put what the guest has just ordered among the member's orders."""
        if event["bag_id"] is not None:
            self._orders.claim(event.subject.id, event["bag_id"])
