"""The bag: what somebody means to buy, signed in or not.

What is paid comes from the product each time. The price that was seen is kept only to say that it has changed since.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple, NewType

from opensky.devo.members.objects import MemberId
from opensky.devo.products.objects import ProductId
from opensky.kernel.money import Money
from opensky.mapping import Id, Index, Personal, Range, Unique, entity

BagId = NewType("BagId", int)
MOST_LINES = 50
MOST_OF_ONE = 99


@entity("bags", Unique("member_id"), Index("changed_at"))
@dataclass(eq=False, kw_only=True)
class Bag:
    """One bag. A member has at most one; ``member_id`` is empty for a guest, whose session names the bag."""

    id: Annotated[BagId, Id()]
    member_id: Annotated[int | None, Personal("account")] = None
    changed_at: datetime


class Owner(NamedTuple):
    """Whose bag it is: a member's, wherever they are signed in, or a guest's by the session."""

    member_id: MemberId | None = None
    bag_id: int | None = None


@entity("bag_lines", clustered=True)
@dataclass(eq=False, kw_only=True)
class BagLine:
    """So many of one variant."""

    bag_id: Annotated[BagId, Id()]
    sku: Annotated[str, Id()]
    product_id: ProductId
    quantity: Annotated[int, Range(1, MOST_OF_ONE, "Please choose 1 to 99.")]
    seen_price: Money
    added_at: datetime
