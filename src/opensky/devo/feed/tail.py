"""The tail: the newest products of each insider, by id and instant, in the memory of this process.

Many members read what few insiders write, so a feed is put together when it is read. Nothing is written for each follower,
an unfollow takes effect at once, and a feed is never stale for having been away. The tail makes that cheap: the heads of
the lists of all whom a member follows are merged without asking the store.
"""

import heapq
import threading
import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from opensky.devo.feed.repository import Placed, TailRepository
from opensky.kernel.clock import Clock
from opensky.persistence.cursors import START, Cursor, instant, microseconds

MOST = 50
"""How many products of one insider are kept."""
FEWEST = 25
"""A tail that was cut at ``MOST`` is read again when so few of it are still on show."""
LOOK_EVERY = 1.0
"""How often, at most, the store is asked what has changed, in seconds: so late a feed may be."""
MOST_CHANGES = 2000
"""More changes than that at once (an import): everything is forgotten and read again as it is needed."""
OVERLAP = 30_000_000
"""Microseconds that are looked at twice: what was written before the last look, but kept only after it."""


class Entry(NamedTuple):
    """One product in a tail."""

    at: int
    product_id: int

    @property
    def cursor(self) -> Cursor:
        """Where this product stands in the feed."""
        return Cursor(instant(self.at), self.product_id)


class _Tail:
    """The newest products of one insider, oldest first. Never changed, only replaced, so that readers need no lock."""

    __slots__ = ("at", "complete", "ids")

    def __init__(self, entries: Iterable[tuple[int, int]], *, complete: bool) -> None:
        ordered = sorted(entries)
        newest = ordered[-MOST:]
        self.at = array("q", [at for at, _ in newest])
        self.ids = array("q", [id_ for _, id_ in newest])
        self.complete = complete and len(newest) == len(ordered)

    def entries(self) -> list[tuple[int, int]]:
        """Return (instant, id) of each."""
        return list(zip(self.at, self.ids, strict=True))

    def before(self, at: int, product_id: int) -> int:
        """Return the position of the newest entry before that place; -1 if there is none."""
        position = bisect_right(self.at, at) - 1
        while position >= 0 and self.at[position] == at and self.ids[position] >= product_id:
            position -= 1
        return position


class SellerTail:
    """The tails of all insiders that were asked for. One for each process, shared by its threads."""

    def __init__(self, clock: Clock, now: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._now = now
        self._tails: dict[int, _Tail] = {}
        self._lock = threading.Lock()
        self._looked: int | None = None
        self._look_at = 0.0

    def newest(
        self, store: TailRepository, sellers: Sequence[int], before: Cursor, count: int
    ) -> tuple[list[Entry], bool]:
        """Return the newest products of these insiders before a cursor, newest first, and whether that is for certain all.

        When it is not, what is older than the last entry must be read from the store.
        """
        tails = self._of(store, sellers)
        heap: list[tuple[int, int, int, _Tail]] = []
        start, at, id_ = before is START, microseconds(before.at), before.id
        for tail in tails:
            position = len(tail.at) - 1 if start else tail.before(at, id_)
            if position >= 0:
                heap.append((-tail.at[position], -tail.ids[position], position, tail))
            elif not tail.complete:
                return [], False
        heapq.heapify(heap)
        return _merged(heap, count)

    def refresh(self, store: TailRepository) -> None:
        """Take in what has changed, if it is time to look again and no other thread is looking."""
        now = self._now()
        if now < self._look_at or not self._lock.acquire(blocking=False):
            return
        try:
            self._look_at = now + LOOK_EVERY
            self._take_in(store)
        finally:
            self._lock.release()

    def expire(self) -> None:
        """Look again at the next request: something has changed in this process."""
        self._look_at = 0.0

    def forget(self, product_ids: Iterable[int]) -> None:
        """Let go of products that are not on show any more."""
        gone = frozenset(product_ids)
        with self._lock:
            for seller, tail in list(self._tails.items()):
                if not gone.isdisjoint(tail.ids):
                    self._replace(seller, [e for e in tail.entries() if e[1] not in gone], complete=tail.complete)

    def _of(self, store: TailRepository, sellers: Sequence[int]) -> list[_Tail]:
        known = self._tails
        try:
            return [known[seller] for seller in sellers]
        except KeyError:
            pass
        # The lock also keeps a change from being taken in between the reading of a tail and its keeping.
        with self._lock:
            known = self._tails
            missing = [seller for seller in sellers if seller not in known]
            for seller, entries in _by_seller(missing, store.tails(missing, MOST + 1)).items():
                known[seller] = _Tail(entries, complete=True)
        return [known[seller] for seller in sellers]

    def _take_in(self, store: TailRepository) -> None:
        looked, self._looked = self._looked, microseconds(self._clock.now())
        if looked is None:
            return
        changes = store.changed_since(looked - OVERLAP, MOST_CHANGES + 1)
        if len(changes) > MOST_CHANGES:
            self._tails = {}
            return
        for change in changes:
            tail = self._tails.get(change.seller_id)
            if tail is not None:
                self._put(tail, change.seller_id, change.product_id, microseconds(change.published_at))

    def _put(self, tail: _Tail, seller: int, product_id: int, at: int) -> None:
        entries = tail.entries()
        if (at, product_id) in entries or (not tail.complete and at < tail.at[0]):
            return
        others = [entry for entry in entries if entry[1] != product_id]
        self._replace(seller, [*others, (at, product_id)], complete=tail.complete)

    def _replace(self, seller: int, entries: list[tuple[int, int]], *, complete: bool) -> None:
        if complete or len(entries) >= FEWEST:
            self._tails[seller] = _Tail(entries, complete=complete)
        else:
            del self._tails[seller]  # it is read again when it is asked for


def _merged(heap: list[tuple[int, int, int, _Tail]], count: int) -> tuple[list[Entry], bool]:
    found: list[Entry] = []
    while heap and len(found) < count:
        minus_at, minus_id, position, tail = heap[0]
        found.append(Entry(-minus_at, -minus_id))
        if position > 0:
            heapq.heapreplace(heap, (-tail.at[position - 1], -tail.ids[position - 1], position - 1, tail))
        elif tail.complete:
            heapq.heappop(heap)
        else:
            return found, False
    return found, True


def _by_seller(sellers: Sequence[int], placed: Iterable[Placed]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {seller: [] for seller in sellers}
    for seller, product_id, at in placed:
        found[seller].append((microseconds(at), product_id))
    return found
