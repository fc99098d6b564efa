"""What the checkout shows beside the bag: frozen values made for the template."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from opensky.kernel.money import Money


class GiftView(Struct, frozen=True):
    """A coupon or a free delivery that somebody may use: by its code, or by itself where it has none."""

    code: str
    gives: str
    why: str = ""
    expires_at: datetime | None = None


class DueView(Struct, frozen=True):
    """What is to pay for a bag, before anything is ordered."""

    goods: Money
    discount: Money
    delivery: Money
    total: Money
    credit: Money
    """How much of the buyer's credit could be used for it."""
    delivery_price: Money
    coupon: str = ""
    gifts: Sequence[GiftView] = ()

    @property
    def rest(self) -> Money:
        """What is left for the card if the credit is used."""
        return self.total - self.credit

    @property
    def waived(self) -> bool:
        """Whether this order is delivered for nothing where others pay for it."""
        return bool(self.delivery_price) and not self.delivery
