"""What shares do when something happens elsewhere."""

from opensky.devo.shares.manager import ShareManager
from opensky.events import Event


class ShareListeners:
    """Tells of what was bought through a share."""

    def __init__(self, shares: ShareManager) -> None:
        self._shares = shares

    def on_order_paid(self, event: Event) -> None:
        """An order that did not come through a share asks nothing."""
        order = event.subject
        if order.share_id is not None:
            self._shares.tell_bought(order.share_id, order)
