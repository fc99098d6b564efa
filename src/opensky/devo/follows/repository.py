"""Every question about follows that is asked of the store. Pages go by cursor along an index; nothing is counted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import Table, bindparam, delete, select, update

from opensky.devo.follows.objects import Follow, FollowerCount, FollowingCount
from opensky.devo.follows.views import Followed, Follower, Popular, Standing
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.devo.sellers.views import Insider
from opensky.persistence import DocumentQuery, Param, Query, Reader, UnitOfWork, insert_ignore, table
from opensky.persistence.cursors import Cursor, older_than

_follows, _followers, _following = table(Follow), table(FollowerCount), table(FollowingCount)


class _Named(Struct):
    """A member, as far as a list of followers shows one."""

    id: int
    name: str


class _Edge(NamedTuple):
    """One member follows one insider: the id of whichever the list is about."""

    id: int
    followed_at: datetime
    followers: int | None = None


_IS_FOLLOWING = Query(
    select(_follows.c.seller_id).where(
        _follows.c.member_id == bindparam("member_id"), _follows.c.seller_id == bindparam("seller_id")
    ),
    int,
)
_FOLLOWED_IDS = Query(select(_follows.c.seller_id).where(_follows.c.member_id == bindparam("member_id")), int)
_FOLLOWED_AMONG = Query(
    select(_follows.c.seller_id).where(
        _follows.c.member_id == bindparam("member_id"), _follows.c.seller_id.in_(bindparam("ids", expanding=True))
    ),
    int,
)
_FOLLOWERS = Query(
    select(_follows.c.member_id, _follows.c.followed_at)
    .where(_follows.c.seller_id == bindparam("seller_id"), older_than(_follows.c.followed_at, _follows.c.member_id))
    .order_by(_follows.c.followed_at.desc(), _follows.c.member_id.desc())
    .limit(bindparam("limit")),
    _Edge,
)
_FOLLOWING = Query(
    select(_follows.c.seller_id, _follows.c.followed_at, _followers.c.followers)
    .select_from(_follows.outerjoin(_followers, _followers.c.seller_id == _follows.c.seller_id))
    .where(_follows.c.member_id == bindparam("member_id"), older_than(_follows.c.followed_at, _follows.c.seller_id))
    .order_by(_follows.c.followed_at.desc(), _follows.c.seller_id.desc())
    .limit(bindparam("limit")),
    _Edge,
)
_MOST_FOLLOWED = Query(
    select(_followers.c.followers, _followers.c.seller_id)
    .where(
        _followers.c.followers <= bindparam("followers"),
        (_followers.c.followers < bindparam("followers")) | (_followers.c.seller_id < bindparam("seller_id")),
    )
    .order_by(_followers.c.followers.desc(), _followers.c.seller_id.desc())
    .limit(bindparam("limit")),
    Standing,
)
_MEMBERS = DocumentQuery(Member, {"id": {"$in": Param("ids")}}, into=_Named)
_INSIDERS = DocumentQuery(Seller, {"id": {"$in": Param("ids")}}, into=Insider)
_FOLLOWERS_OF = Query(
    select(_followers.c.seller_id, _followers.c.followers).where(
        _followers.c.seller_id.in_(bindparam("ids", expanding=True))
    ),
    lambda seller_id, followers: (seller_id, followers),
)
_FOLLOWERS_OF_ONE = Query(select(_followers.c.followers).where(_followers.c.seller_id == bindparam("seller_id")), int)
_FOLLOWING_OF_ONE = Query(select(_following.c.following).where(_following.c.member_id == bindparam("member_id")), int)

_ADD = insert_ignore(_follows)
_REMOVE = delete(_follows).where(
    _follows.c.member_id == bindparam("member"), _follows.c.seller_id == bindparam("seller")
)


def _by(counts: Table, key: str, number: str) -> tuple[Any, Any]:
    """Return the statements that start a counter at zero and that add to it."""
    add = update(counts).where(counts.c[key] == bindparam("whose"))
    return insert_ignore(counts), add.values({number: counts.c[number] + bindparam("more")})


_START_FOLLOWERS, _ADD_FOLLOWERS = _by(_followers, "seller_id", "followers")
_START_FOLLOWING, _ADD_FOLLOWING = _by(_following, "member_id", "following")


class FollowRepository:
    """Reads follows both ways, and writes an edge with its counters."""

    def __init__(self, reader: Reader, unit: UnitOfWork) -> None:
        self._reader = reader
        self._unit = unit

    def is_following(self, member_id: int, seller_id: int) -> bool:
        """Does this member follow this insider?"""
        return self._reader.fetch_one(_IS_FOLLOWING, member_id=member_id, seller_id=seller_id) is not None

    def followed_ids(self, member_id: int) -> list[int]:
        """Whom does this member follow?"""
        return self._reader.fetch(_FOLLOWED_IDS, member_id=member_id)

    def followed_among(self, member_id: int, ids: Sequence[int]) -> frozenset[int]:
        """Whom of these does this member follow?"""
        return frozenset(self._reader.fetch(_FOLLOWED_AMONG, member_id=member_id, ids=list(ids)))

    def followers(self, seller_id: int, before: Cursor, limit: int) -> list[Follower]:
        """Who follows this insider, the latest first?"""
        found = self._reader.fetch(
            _FOLLOWERS, seller_id=seller_id, before_at=before.at, before_id=before.id, limit=limit
        )
        names = {m.id: m.name for m in self._reader.read(_MEMBERS, ids=[e.id for e in found])} if found else {}
        return [Follower(e.id, e.followed_at, names.get(e.id, "").partition(" ")[0]) for e in found]

    def following(self, member_id: int, before: Cursor, limit: int) -> list[Followed]:
        """Whom does this member follow, the latest first?"""
        found = self._reader.fetch(
            _FOLLOWING, member_id=member_id, before_at=before.at, before_id=before.id, limit=limit
        )
        insiders = self._insiders([edge.id for edge in found])
        return [Followed(insiders[edge.id], edge.followed_at, edge.followers or 0) for edge in found]

    def most_followed(self, before: Standing, limit: int) -> list[Popular]:
        """Who has the most followers, below the cursor?"""
        found = self._reader.fetch(_MOST_FOLLOWED, followers=before.followers, seller_id=before.seller_id, limit=limit)
        insiders = self._insiders([standing.seller_id for standing in found])
        return [Popular(insiders[standing.seller_id], standing.followers) for standing in found]

    def followers_of(self, ids: Sequence[int]) -> dict[int, int]:
        """How many follow each of these? Who has no counter is left out."""
        return dict(self._reader.fetch(_FOLLOWERS_OF, ids=list(ids))) if ids else {}

    def number_of_followers(self, seller_id: int) -> int:
        """How many follow this insider?"""
        return self._reader.fetch_one(_FOLLOWERS_OF_ONE, seller_id=seller_id) or 0

    def number_followed(self, member_id: int) -> int:
        """How many does this member follow?"""
        return self._reader.fetch_one(_FOLLOWING_OF_ONE, member_id=member_id) or 0

    def add(self, member_id: MemberId, seller_id: SellerId, at: datetime) -> bool:
        """Write an edge and count it; says whether it is new."""
        edge = {"member_id": member_id, "seller_id": seller_id, "followed_at": at}
        if not self._unit.execute(_ADD, edge).rowcount:
            return False
        self._count(member_id, seller_id, 1)
        return True

    def remove(self, member_id: MemberId, seller_id: SellerId) -> bool:
        """Delete an edge and count it; says whether there was one."""
        if not self._unit.execute(_REMOVE, {"member": member_id, "seller": seller_id}).rowcount:
            return False
        self._count(member_id, seller_id, -1)
        return True

    def start_counter(self, seller_id: SellerId) -> None:
        """Have an insider stand in the list by followers, with none yet."""
        self._unit.execute(_START_FOLLOWERS, {"seller_id": seller_id, "followers": 0})

    def _insiders(self, ids: Sequence[int]) -> Mapping[int, Insider]:
        """Return who these are; one whom the store of documents does not know has no address."""
        found = {insider.id: insider for insider in self._reader.read(_INSIDERS, ids=list(ids))} if ids else {}
        return {i: found.get(i) or Insider(i, "", "") for i in ids}

    def _count(self, member_id: MemberId, seller_id: SellerId, more: int) -> None:
        if not self._unit.execute(_ADD_FOLLOWERS, {"whose": seller_id, "more": more}).rowcount:
            self._unit.execute(_START_FOLLOWERS, {"seller_id": seller_id, "followers": 0})
            self._unit.execute(_ADD_FOLLOWERS, {"whose": seller_id, "more": more})
        if not self._unit.execute(_ADD_FOLLOWING, {"whose": member_id, "more": more}).rowcount:
            self._unit.execute(_START_FOLLOWING, {"member_id": member_id, "following": 0})
            self._unit.execute(_ADD_FOLLOWING, {"whose": member_id, "more": more})
