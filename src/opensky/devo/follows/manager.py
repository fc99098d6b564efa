"""The follows' manager: following, unfollowing, and the lists both ways."""

from collections.abc import Sequence
from typing import TypeVar

from opensky.devo.follows.events import SELLER_FOLLOW, SELLER_UNFOLLOW
from opensky.devo.follows.repository import FollowRepository
from opensky.devo.follows.views import Followed, Follower, Popular, Standing
from opensky.devo.members.objects import MemberId
from opensky.devo.sellers.objects import Seller
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.persistence.cursors import Cursor, Stretch, stretch

L = TypeVar("L", Followed, Popular)


class FollowManager:
    """The verbs of following. Saying it twice is the same as once."""

    def __init__(self, follows: FollowRepository, clock: Clock, events: Dispatcher) -> None:
        self._follows = follows
        self._clock = clock
        self._events = events

    def follow(self, member_id: MemberId, seller: Seller) -> bool:
        """Let a member follow an insider; says whether that is new, and only then tells ``seller.follow``."""
        new = self._follows.add(member_id, seller.id, self._clock.now())
        if new:
            self._events.notify(Event(SELLER_FOLLOW, seller, {"member_id": member_id}))
        return new

    def unfollow(self, member_id: MemberId, seller: Seller) -> bool:
        """Let a member follow an insider no more; says whether they did, and only then tells ``seller.unfollow``."""
        gone = self._follows.remove(member_id, seller.id)
        if gone:
            self._events.notify(Event(SELLER_UNFOLLOW, seller, {"member_id": member_id}))
        return gone

    def welcome(self, seller: Seller) -> None:
        """Have a new insider stand in the list of all insiders."""
        self._follows.start_counter(seller.id)

    def is_following(self, member_id: MemberId | None, seller_id: int) -> bool:
        """Say whether a member follows an insider; a guest follows nobody."""
        return member_id is not None and self._follows.is_following(member_id, seller_id)

    def followed_among(self, member_id: MemberId | None, ids: Sequence[int]) -> frozenset[int]:
        """Return those of ``ids`` whom a member follows."""
        return self._follows.followed_among(member_id, ids) if member_id is not None and ids else frozenset()

    def followed_ids(self, member_id: MemberId) -> list[int]:
        """Return the ids of all whom a member follows."""
        return self._follows.followed_ids(member_id)

    def following(self, member_id: MemberId, before: Cursor, limit: int) -> Stretch[Followed]:
        """Return whom a member follows, the latest first."""
        found = self._follows.following(member_id, before, limit + 1)
        return _known(stretch(found, limit, lambda each: Cursor(each.followed_at, each.insider.id)))

    def followers(self, seller_id: int, before: Cursor, limit: int) -> Stretch[Follower]:
        """Return who follows an insider, the latest first."""
        found = self._follows.followers(seller_id, before, limit + 1)
        return stretch(found, limit, lambda each: Cursor(each.followed_at, each.member_id))

    def most_followed(self, before: Standing, limit: int) -> Stretch[Popular]:
        """Return insiders, those with the most followers first."""
        found = self._follows.most_followed(before, limit + 1)
        return _known(stretch(found, limit, lambda each: Standing(each.followers, each.insider.id)))

    def followers_of(self, ids: Sequence[int]) -> dict[int, int]:
        """Return how many follow each of these insiders."""
        counted = self._follows.followers_of(ids)
        return {i: counted.get(i, 0) for i in ids}

    def number_of_followers(self, seller_id: int) -> int:
        """Return how many follow an insider."""
        return self._follows.number_of_followers(seller_id)

    def number_followed(self, member_id: MemberId) -> int:
        """Return how many a member follows."""
        return self._follows.number_followed(member_id)


def _known(page: Stretch[L]) -> Stretch[L]:
    """Leave out who has no address: rows may be a moment ahead of documents that are kept in another store."""
    return Stretch([each for each in page.entries if each.insider.slug], page.older)
