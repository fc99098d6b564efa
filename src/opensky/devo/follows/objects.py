"""Follows: who follows whom, one row an edge in two orders, with counters kept in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from opensky.devo.members.objects import MemberId
from opensky.devo.sellers.objects import SellerId
from opensky.mapping import Id, Index, NoHistory, Personal, entity


@entity(
    "follows",
    Index("seller_id", "followed_at", "member_id"),
    Index("member_id", "followed_at", "seller_id"),
    clustered=True,
)
@dataclass(eq=False, kw_only=True)
class Follow:
    """One member follows one seller."""

    member_id: Annotated[MemberId, Id(), Personal("account")]
    seller_id: Annotated[SellerId, Id(), Personal("account")]
    followed_at: Annotated[datetime, Personal("account")]


@NoHistory()
@entity("follower_counts", Index("-followers", "-seller_id"), clustered=True)
@dataclass(eq=False, kw_only=True)
class FollowerCount:
    """How many members follow a seller."""

    seller_id: Annotated[SellerId, Id()]
    followers: int = 0


@NoHistory()
@entity("following_counts", clustered=True)
@dataclass(eq=False, kw_only=True)
class FollowingCount:
    """How many sellers a member follows."""

    member_id: Annotated[MemberId, Id(), Personal("account")]
    following: Annotated[int, Personal("account")] = 0
