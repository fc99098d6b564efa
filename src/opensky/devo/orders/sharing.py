"""Through whose share an order comes: what orders need to know of shares."""

from collections.abc import Iterable
from typing import NamedTuple, NewType, Protocol

from opensky.devo.members.objects import MemberId
from opensky.devo.products.objects import ProductId

ShareId = NewType("ShareId", int)


class Shared(NamedTuple):
    """A share: who shared which product."""

    id: ShareId
    member_id: MemberId
    product_id: ProductId

    def led_to(self, buyer: MemberId | None, products: Iterable[ProductId]) -> bool:
        """Say whether an order counts for this share: what is shared is in it, and the buyer is somebody else."""
        return buyer != self.member_id and self.product_id in products


class Sharing(Protocol):
    """Knows through which share somebody buys."""

    def remembered(self, email: str) -> Shared | None:
        """Return the share that the buyer's browser remembers; nothing if there is none, or it is that of the member with this address."""

    def named(self, code: str, email: str) -> Shared | None:
        """Return the share of a code; nothing if there is none, or it is that of the member with this address."""
