"""Counters from edges: after a bulk import, which writes edges alone."""

from collections.abc import Iterator

from msgspec import Struct
from sqlalchemy import delete, func, insert, select

from opensky.devo.follows.objects import Follow, FollowerCount, FollowingCount
from opensky.devo.sellers.objects import Seller
from opensky.persistence import Bulk, Database, DocumentQuery, Param, table

CHUNK = 5000


class _Known(Struct):
    """An insider, as far as a counter needs one."""

    id: int


_INSIDERS = DocumentQuery(Seller, {"id": {"$gt": Param("last")}}, into=_Known, sort=("id",), limit=CHUNK)


def rebuild(database: Database) -> None:
    """Count all follows anew, in one transaction. Every insider gets a counter, also at zero: the list needs it."""
    follows, followers, following = table(Follow), table(FollowerCount), table(FollowingCount)
    of_sellers = select(follows.c.seller_id, func.count()).group_by(follows.c.seller_id)
    of_members = select(follows.c.member_id, func.count()).group_by(follows.c.member_id)
    with database.bulk() as bulk:
        bulk.execute(delete(followers))
        bulk.execute(insert(followers).from_select(["seller_id", "followers"], of_sellers))
        for ids in _insiders(bulk):
            bulk.rows(FollowerCount, ({"seller_id": each, "followers": 0} for each in ids))
        bulk.execute(delete(following))
        bulk.execute(insert(following).from_select(["member_id", "following"], of_members))
        bulk.commit()


def _insiders(bulk: Bulk) -> Iterator[list[int]]:
    last = 0
    while some := bulk.read(_INSIDERS, last=last):
        yield [each.id for each in some]
        last = some[-1].id
