"""Ids: 64-bit integers that sort by the time of their making, unique over processes and machines.

Layout, from the high end: 1 bit zero, 41 bits of milliseconds since 2010-01-01 UTC (until 2079), 10 bits of node, 12 bits
of sequence. The same idea as Twitter's Snowflake (2010). Two processes must not share a node number.
"""

import threading
from datetime import UTC, datetime, timedelta
from typing import NewType

from opensky.kernel.clock import Clock

MemberId = NewType("MemberId", int)
"""A member's id. It stands here because sessions, below the features, name the member whom they belong to."""

LAST = (1 << 63) - 1
"""No id is greater: no store holds more. Lists that are read from their newest entry on begin before it."""
EPOCH = datetime(2010, 1, 1, tzinfo=UTC)
NODES = 1 << 10
_SEQUENCES = 1 << 12
_MILLISECOND = timedelta(milliseconds=1)


class IdGenerator:
    """Makes ids for one node; safe to call from many threads.

    A clock that goes back does not make a doubled id: the generator stays at its last millisecond until time catches up.
    """

    def __init__(self, node: int, clock: Clock) -> None:
        if not 0 <= node < NODES:
            message = f"node must be 0 to {NODES - 1}, not {node}"
            raise ValueError(message)
        self._node = node << 12
        self._clock = clock
        self._last = 0
        self._sequence = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        """Return a new id, greater than every id that this generator made before."""
        with self._lock:
            return self._made(max(_milliseconds(self._clock.now()), self._last))

    def several(self, count: int) -> list[int]:
        """Return new ids in rising order: cheaper than one by one."""
        with self._lock:
            now = _milliseconds(self._clock.now())
            return [self._made(max(now, self._last)) for _ in range(count)]

    def _made(self, moment: int) -> int:
        self._sequence = self._sequence + 1 if moment == self._last else 0
        if self._sequence == _SEQUENCES:
            moment, self._sequence = moment + 1, 0
        self._last = moment
        return moment << 22 | self._node | self._sequence


def first_id_at(moment: datetime) -> int:
    """Return the smallest id that can have been made at ``moment``: a bound for queries by time."""
    return _milliseconds(moment) << 22


def made_at(id_: int) -> datetime:
    """Return when an id was made, to the millisecond."""
    return EPOCH + (id_ >> 22) * _MILLISECOND


def read_id(text: str) -> int | None:
    """Return the number that a text writes, as an address or a header does; ``None`` if it is none, or greater than any id."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LAST))):
        return None
    number = int(text)
    return number if number <= LAST else None


def _milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // _MILLISECOND
