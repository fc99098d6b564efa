"""What is left of what was granted, and which of it is taken: pure reckoning, without a store."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

OWN = 0
"""In the place of a lot: the line is a lot of its own."""
_NEVER = datetime.max.replace(tzinfo=UTC)


class Lot(NamedTuple):
    """So much is left of one grant. A lot below zero that never expires is what a member owes."""

    id: int
    left: int
    expires_at: datetime | None = None


class Move(NamedTuple):
    """So much more, or less, in one lot."""

    lot: int
    amount: int
    expires_at: datetime | None = None


def soonest(lots: Iterable[Lot]) -> list[Lot]:
    """Return the lots of which something is left: what expires first comes first, of two the older."""
    return sorted((lot for lot in lots if lot.left > 0), key=lambda lot: (lot.expires_at or _NEVER, lot.id))


def taken(lots: Iterable[Lot], amount: int) -> list[Move]:
    """Take ``amount`` from lots, what expires first before the rest; less if there is not so much."""
    moves = []
    for lot in soonest(lots):
        part = min(lot.left, amount)
        if part:
            moves.append(Move(lot.id, -part, lot.expires_at))
        amount -= part
    return moves


def after(lots: Iterable[Lot], moves: Iterable[Move]) -> list[Lot]:
    """Return the lots once these moves are made. None of the moves may begin a lot of its own."""
    known = {lot.id: lot for lot in lots}
    for move in moves:
        lot = known.get(move.lot, Lot(move.lot, 0, move.expires_at))
        known[lot.id] = lot._replace(left=lot.left + move.amount)
    return [lot for lot in known.values() if lot.left]


def evened(lots: Sequence[Lot]) -> list[Move]:
    """Return the moves after which nobody owes something in one lot and has something in another. They sum to zero.

    More may be taken back than is left of a grant. It is taken from the member's other lots; what is still missing is owed, never
    expires, and is paid by what is granted next.
    """
    short = [lot for lot in lots if lot.left < 0 and lot.expires_at is not None]
    owed = sorted(lot for lot in lots if lot.left < 0 and lot.expires_at is None)
    missing = -sum(lot.left for lot in short)
    paying = taken(lots, missing - sum(lot.left for lot in owed))
    paid = -sum(move.amount for move in paying)
    moves = [*paying, *(Move(lot.id, -lot.left, lot.expires_at) for lot in short)]
    if missing > paid:
        moves.append(Move(OWN, paid - missing))
    rest = max(0, paid - missing)
    for lot in owed:
        part = min(-lot.left, rest)
        if part:
            moves.append(Move(lot.id, part))
        rest -= part
    return moves


def next_expiry(lots: Iterable[Lot]) -> datetime | None:
    """Return when the next of what is left expires."""
    return min((lot.expires_at for lot in lots if lot.left and lot.expires_at), default=None)
