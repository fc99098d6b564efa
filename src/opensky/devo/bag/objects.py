"""The bag: what somebody means to buy, signed in or not. Prices are not kept here: they come from the product each time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NewType

from opensky.devo.products.objects import ProductId
from opensky.mapping import Id, Index, Personal, Range, entity

BagId = NewType("BagId", int)


@entity("bags", Index("member_id"), Index("changed_at"))
@dataclass(eq=False, kw_only=True)
class Bag:
    """One bag. ``member_id`` is empty for a guest, whose session names the bag."""

    id: Annotated[BagId, Id()]
    member_id: Annotated[int | None, Personal("account")] = None
    changed_at: datetime


@entity("bag_lines", clustered=True)
@dataclass(eq=False, kw_only=True)
class BagLine:
    """So many of one variant."""

    bag_id: Annotated[BagId, Id()]
    sku: Annotated[str, Id()]
    product_id: ProductId
    quantity: Annotated[int, Range(1, 99, "Please choose 1 to 99.")]
    added_at: datetime
