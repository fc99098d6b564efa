"""Named lists of members and of products, that rules may ask about: who got a campaign's letter, what its coupon is good for."""

from dataclasses import dataclass
from typing import Annotated, Literal

from opensky.mapping import Id, Index, Length, NoHistory, Personal, entity

ListKind = Literal["member", "product"]
LONGEST_NAME = 80


@NoHistory()
@entity("reward_lists", Index("name", "kind"), clustered=True)
@dataclass(eq=False, kw_only=True)
class RewardListed:
    """That one member, or one product, is on a list."""

    kind: Annotated[ListKind, Id(), Length(1, 10)]
    thing_id: Annotated[int, Id(), Personal("account")]
    """The number of a member or product."""
    name: Annotated[str, Id(), Length(1, LONGEST_NAME)]
