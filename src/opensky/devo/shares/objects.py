"""Shares: a member's own link to a product."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from opensky.devo.members.objects import MemberId
from opensky.devo.orders.sharing import ShareId
from opensky.devo.products.objects import ProductId
from opensky.mapping import Id, Index, Length, Personal, Unique, entity

LONGEST_CODE = 20


@entity("shares", Unique("code"), Unique("member_id", "product_id"), Index("member_id", "-id"))
@dataclass(eq=False, kw_only=True)
class Share:
    """One member shares one product, under an address that nobody guesses."""

    id: Annotated[ShareId, Id()]
    code: Annotated[str, Length(1, LONGEST_CODE)]
    member_id: Annotated[MemberId, Personal("account")]
    product_id: Annotated[ProductId, Personal("account")]
    shared_at: Annotated[datetime, Personal("account")]
