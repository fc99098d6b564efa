"""The feed's manager: the newest products of those whom a member follows, put together when it is read."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from opensky.devo.feed.repository import TailRepository
from opensky.devo.feed.tail import SellerTail
from opensky.devo.follows.manager import FollowManager
from opensky.devo.members.objects import MemberId
from opensky.devo.products.catalog import Catalog
from opensky.devo.products.views import CardRow
from opensky.kernel.clock import Clock
from opensky.persistence.cursors import Cursor, stretch

MANY = 300
"""Whoever follows more than that has something on every page of what everybody publishes: reading that is cheaper."""
FIRST_WINDOW, WIDER = timedelta(days=1), 6


class FeedPage(NamedTuple):
    """One page of a feed. ``discovery``: nothing of those one follows, so this is the newest of everybody."""

    cards: list[CardRow]
    older: Cursor | None
    discovery: bool
    following: int


class FeedManager:
    """Reads feeds. Nothing is kept for a member: who follows, and what is on show, at this very moment."""

    def __init__(
        self, store: TailRepository, tail: SellerTail, follows: FollowManager, catalog: Catalog, clock: Clock
    ) -> None:
        self._store = store
        self._tail = tail
        self._follows = follows
        self._catalog = catalog
        self._clock = clock

    def page(self, member_id: MemberId, before: Cursor, limit: int) -> FeedPage:
        """Return what those whom a member follows published, newest first; never nothing, if the shop has anything.

        What is withdrawn is gone at once, and whom one no longer follows too; something new may come a second late.
        """
        sellers = self._follows.followed_ids(member_id)
        cards = self._newest(member_id, sellers, before, limit + 1) if sellers else []
        discovery = not cards
        page = self._catalog.newest(before, limit) if discovery else stretch(cards, limit, lambda card: card.cursor)
        return FeedPage(page.entries, page.older, discovery, len(sellers))

    def _newest(self, member_id: MemberId, sellers: Sequence[int], before: Cursor, wanted: int) -> list[CardRow]:
        self._tail.refresh(self._store)
        cards: list[CardRow] = []
        while len(cards) < wanted:
            asked = wanted - len(cards)
            found, all_of_it = self._tail.newest(self._store, sellers, before, asked)
            shown = self._catalog.cards([entry.product_id for entry in found])
            if len(shown) < len(found):
                self._tail.forget({entry.product_id for entry in found} - {card.product_id for card in shown})
            cards += shown
            before = found[-1].cursor if found else before
            if len(found) == asked:
                continue
            if not all_of_it:
                cards += self._catalog.cards(self._older(member_id, sellers, before, wanted - len(cards)))
            break
        return cards

    def _older(self, member_id: MemberId, sellers: Sequence[int], before: Cursor, limit: int) -> list[int]:
        """Return ids of what lies deeper than the tails reach."""
        if len(sellers) > MANY:
            return [placed.product_id for placed in self._store.of_followed(member_id, before, limit)]
        oldest = self._store.oldest()
        start, window = min(before.at, self._clock.now() + FIRST_WINDOW), FIRST_WINDOW
        while oldest is not None:
            found = self._store.within(sellers, before, max(start - window, oldest - FIRST_WINDOW), limit)
            if len(found) >= limit or start - window < oldest:
                return [placed.product_id for placed in found]
            window *= WIDER
        return []
