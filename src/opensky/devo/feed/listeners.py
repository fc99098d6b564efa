"""What the feed does when something happens elsewhere."""

from opensky.devo.feed.tail import SellerTail
from opensky.devo.products.events import PRODUCT_PUBLISHED
from opensky.events import Event
from opensky.persistence import UnitOfWork


class FeedListeners:
    """Has this process see at once what it published itself; the others see it within a second."""

    def __init__(self, tail: SellerTail, unit: UnitOfWork) -> None:
        self._tail = tail
        self._unit = unit

    @classmethod
    def subscribed_events(cls) -> dict[str, str]:
        """List what this class listens to."""
        return {PRODUCT_PUBLISHED: "on_product_published"}

    def on_product_published(self, _event: Event) -> None:
        """Have the tail look again once the product is there for all."""
        self._unit.after_commit(self._tail.expire)
