"""Ids of imported things: made from the data alone, so that importing again makes the same ones.

The layout is that of ``kernel/ids``: 41 bits of time, 10 bits of node, 12 bits of sequence. Here

- the *time* is that of the thing in the data (a sale, a basket), or a day of 2010 and after that one undated source gets
  for itself: always the past, so that no clock makes the same id again;
- the *node* says the kind, one of the highest numbers, so that a seller never has the number of a member;
- the *ordinal*, the place of the thing among its kind in the data, fills the sequence and runs over into the milliseconds,
  which the data does not use.
"""

from typing import Any

from opensky.kernel.ids import EPOCH, NODES

RULE, MEMBER, SELLER, PRODUCT, ORDER, CATEGORY = range(NODES - 6, NODES)
"""The node number of each kind."""

_NODE_BITS, _SEQUENCE_BITS = 10, 12
_SEQUENCES = 1 << _SEQUENCE_BITS

PER_SECOND = 1000 * _SEQUENCES
"""How many things of one kind a source with times to the second can have: each stays within its second."""
PER_DAY = 86_400_000 * _SEQUENCES
"""How many things of one kind an undated source can have: each stays within the day of that source."""

_EPOCH_SECOND = int(EPOCH.timestamp())


def at_second(kind: int, second: Any, ordinal: Any) -> Any:
    """Return the id of the ``ordinal``-th thing of a kind, dated ``second`` (since 1970).

    Takes numbers, or NumPy arrays of 64-bit integers. Unique if ``ordinal`` is, and below ``PER_SECOND``.
    """
    return _id(kind, (second - _EPOCH_SECOND) * 1000, ordinal)


def in_day(kind: int, day: int, number: Any) -> Any:
    """Return the id of the thing that an undated source calls ``number``; ``day`` belongs to that source alone.

    Unique if ``number`` is, and below ``PER_DAY``.
    """
    return _id(kind, day * 86_400_000, number)


def _id(kind: int, millisecond: Any, ordinal: Any) -> Any:
    moment = millisecond + ordinal // _SEQUENCES
    return moment * (1 << _NODE_BITS + _SEQUENCE_BITS) + kind * _SEQUENCES + ordinal % _SEQUENCES
