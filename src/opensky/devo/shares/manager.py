"""The manager of shares: sharing, finding what is shared, and telling that it was bought."""

from opensky.devo.members.objects import MemberId
from opensky.devo.orders.objects import Order
from opensky.devo.orders.sharing import Shared, ShareId
from opensky.devo.products.objects import Product, ProductId
from opensky.devo.shares.codes import is_code, new_code
from opensky.devo.shares.events import PRODUCT_SHARE, SHARE_BOUGHT
from opensky.devo.shares.objects import Share
from opensky.devo.shares.repository import Listed, ShareRepository
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import NotFound
from opensky.kernel.ids import IdGenerator
from opensky.persistence.cursors import Stretch


class ShareManager:
    """The verbs of sharing. Sharing twice is the same as once."""

    def __init__(self, shares: ShareRepository, ids: IdGenerator, clock: Clock, events: Dispatcher) -> None:
        self._shares = shares
        self._ids = ids
        self._clock = clock
        self._events = events

    def share(self, member_id: MemberId, product: Product) -> str:
        """Have a member share a product and return its code; tells ``product.share`` only the first time."""
        while True:
            share = self._new(member_id, product.id)
            if self._shares.add(share):
                self._events.notify(Event(PRODUCT_SHARE, product, {"member_id": member_id}))
                return share.code
            if code := self._shares.code(member_id, product.id):
                return code
            # Somebody else's share has this code, which hardly ever is: take another.

    def code_of(self, member_id: MemberId | None, product_id: int) -> str:
        """Return the code under which a member shares a product already, or nothing."""
        return self._shares.known_code(member_id, product_id) if member_id is not None else ""

    def shared(self, code: str) -> Shared:
        """Return what is shared under a code; raises ``NotFound``."""
        found = self._shares.by_code(code) if is_code(code) else None
        if found is None:
            raise NotFound("There is nothing under this link, or not any more.")
        return found

    def of_order(self, order: Order) -> Share:
        """Return the share through which an order came; raises ``NotFound``."""
        found = self._shares.share(order.share_id) if order.share_id is not None else None
        if found is None:
            raise NotFound("This order did not come through a share.")
        return found

    def of_member(self, member_id: MemberId, before: int, limit: int) -> Stretch[Listed]:
        """Return what a member shared, the newest first; ``before`` is the id of the last one seen."""
        found = self._shares.of_member(member_id, before, limit + 1)
        return Stretch(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def tell_bought(self, share_id: ShareId, order: Order) -> None:
        """Tell that an order was paid that came through a share."""
        share = self._shares.share(share_id)
        if share is not None:
            carried = {"order_id": order.id, "member_id": share.member_id}
            self._events.notify(Event(SHARE_BOUGHT, share, carried))

    def _new(self, member_id: MemberId, product_id: ProductId) -> Share:
        return Share(
            id=ShareId(self._ids.next()),
            code=new_code(),
            member_id=member_id,
            product_id=product_id,
            shared_at=self._clock.now(),
        )
