"""What the feed does when something happens elsewhere."""

from opensky.devo.feed.tail import SellerTail
from opensky.events import Event
from opensky.persistence import UnitOfWork


class FeedListeners:
    """Has this process see at once what it published itself; the others see it within a second."""

    def __init__(self, tail: SellerTail, unit: UnitOfWork) -> None:
        self._tail = tail
        self._unit = unit

    def on_product_published(self, _event: Event) -> None:
        """Have the tail look again once the product is there for all."""
        self._unit.after_commit(self._tail.expire)
