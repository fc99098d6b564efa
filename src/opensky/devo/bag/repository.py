"""Every question that is asked about bags."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select

from opensky.devo.bag.objects import Bag, BagId, BagLine, Owner
from opensky.devo.bag.offers import Offer, offers
from opensky.kernel.money import Money
from opensky.persistence import Query, Reader, UnitOfWork, table

_bags, _lines = table(Bag), table(BagLine)


class Wanted(NamedTuple):
    """One line of a bag: so many of a SKU, and the price that was seen when it was put in."""

    sku: str
    quantity: int
    seen_minor: int
    seen_currency: str

    @property
    def seen_price(self) -> Money:
        return Money(self.seen_minor, self.seen_currency)


_OF_MEMBER = _bags.c.member_id == bindparam("whose")
_OF_GUEST = (_bags.c.id == bindparam("whose")) & _bags.c.member_id.is_(None)
_COLUMNS = (_lines.c.sku, _lines.c.quantity, _lines.c.seen_price_minor, _lines.c.seen_price_currency)
_joined = _lines.join(_bags, _bags.c.id == _lines.c.bag_id)
_CONTENTS = {
    whose: Query(
        select(*_COLUMNS).select_from(_joined).where(condition).order_by(_lines.c.added_at, _lines.c.sku), Wanted
    )
    for whose, condition in (("member", _OF_MEMBER), ("guest", _OF_GUEST))
}
_COUNT = {
    whose: Query(select(func.coalesce(func.sum(_lines.c.quantity), 0)).select_from(_joined).where(condition), int)
    for whose, condition in (("member", _OF_MEMBER), ("guest", _OF_GUEST))
}


class BagRepository:
    """A bag is always found by its owner, never by an id that came from outside."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def contents(self, owner: Owner) -> list[Wanted]:
        """What is in the owner's bag, in the order in which it was put in?"""
        kind, whose = _asked(owner)
        return self._reader.fetch(_CONTENTS[kind], whose=whose) if whose is not None else []

    def count(self, owner: Owner) -> int:
        """How many things are in the owner's bag?"""
        kind, whose = _asked(owner)
        return (self._reader.fetch_one(_COUNT[kind], whose=whose) or 0) if whose is not None else 0

    def offers(self, skus: Sequence[str]) -> dict[str, Offer]:
        """What is offered under these SKUs just now?"""
        return offers(self._reader, skus)

    def of(self, owner: Owner) -> Bag | None:
        """Which bag is the owner's?"""
        if owner.member_id is not None:
            return self._unit.find_one(Bag, {"member_id": owner.member_id})
        if owner.bag_id is None:
            return None
        return self._unit.find_one(Bag, {"id": owner.bag_id, "member_id": None})

    def lines(self, *bag_ids: BagId) -> list[BagLine]:
        """Which lines are in these bags?"""
        return self._unit.find(BagLine, {"bag_id": {"$in": list(bag_ids)}})

    def line(self, bag_id: BagId, sku: str) -> BagLine | None:
        """Is this SKU in the bag?"""
        return self._unit.get(BagLine, bag_id, sku)

    def add(self, obj: Bag | BagLine) -> None:
        """Keep a new bag or line."""
        self._unit.persist(obj)

    def remove(self, obj: Bag | BagLine) -> None:
        """Remove a bag or a line."""
        self._unit.remove(obj)

    def take_out(self, bag_id: int, skus: Collection[str]) -> None:
        """Remove these lines of a bag, with one statement."""
        self._unit.execute(delete(_lines).where(_lines.c.bag_id == bag_id, _lines.c.sku.in_(skus)))


def _asked(owner: Owner) -> tuple[str, int | None]:
    return ("member", owner.member_id) if owner.member_id is not None else ("guest", owner.bag_id)
