"""Follow counters after a bulk import: counted anew for the ids that the import can have touched."""

from sqlalchemy import delete, func, insert, select

from opensky.devo.follows.objects import Follow, FollowerCount, FollowingCount
from opensky.persistence import Bulk, table


def recount(bulk: Bulk, first: int, beyond: int) -> None:
    """Set the counters of sellers and members with ids from ``first`` up to ``beyond`` to the follows that are there.

    Exact whatever happened before: it counts the edges, in the transaction of ``bulk``.
    """
    edges = table(Follow)
    for counter, key, number in ((FollowerCount, "seller_id", "followers"), (FollowingCount, "member_id", "following")):
        counts = table(counter)
        bulk.execute(delete(counts).where(counts.c[key] >= first, counts.c[key] < beyond))
        counted = select(edges.c[key], func.count()).where(edges.c[key] >= first, edges.c[key] < beyond).group_by(edges.c[key])
        bulk.execute(insert(counts).from_select([key, number], counted))
