"""Counters from edges: after a bulk import, which writes edges alone."""

from sqlalchemy import delete, func, insert, select

from opensky.devo.follows.objects import Follow, FollowerCount, FollowingCount
from opensky.devo.sellers.objects import Seller
from opensky.persistence import Database, table


def rebuild(database: Database) -> None:
    """Count all follows anew, in one transaction. Every insider gets a counter, also at zero: the list needs it."""
    follows, sellers = table(Follow), table(Seller)
    followers, following = table(FollowerCount), table(FollowingCount)
    of_sellers = (
        select(sellers.c.id, func.count(follows.c.member_id))
        .select_from(sellers.outerjoin(follows, follows.c.seller_id == sellers.c.id))
        .group_by(sellers.c.id)
    )
    of_members = select(follows.c.member_id, func.count()).group_by(follows.c.member_id)
    with database.bulk() as bulk:
        bulk.execute(delete(followers))
        bulk.execute(insert(followers).from_select(["seller_id", "followers"], of_sellers))
        bulk.execute(delete(following))
        bulk.execute(insert(following).from_select(["member_id", "following"], of_members))
        bulk.commit()
