"""Every question that is asked about bags."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, update

from opensky.devo.bag.objects import Bag, BagId, BagLine, Owner
from opensky.devo.bag.offers import Offer, offers
from opensky.devo.members.objects import MemberId
from opensky.kernel.money import Money
from opensky.persistence import Command, Query, Reader, UnitOfWork, insert_ignore, table

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
# Held, because whoever asks is about to write: two hands in one bag take turns. SQLite has but one hand at all.
_BAG = {
    whose: Query(select(_bags.c.id).where(condition).with_for_update(), BagId)
    for whose, condition in (("member", _OF_MEMBER), ("guest", _OF_GUEST))
}
_IN_BAG = _lines.c.bag_id == bindparam("bag_id")
_QUANTITY = Query(select(_lines.c.quantity).where(_IN_BAG, _lines.c.sku == bindparam("sku")), int)
_SIZE = Query(select(func.count()).select_from(_lines).where(_IN_BAG), int)
_START = Command(insert_ignore(_bags))
_PUT = Command(insert(_lines))
_LINE = (_lines.c.bag_id == bindparam("whose"), _lines.c.sku == bindparam("what"))
_CHANGE = Command(
    update(_lines)
    .where(*_LINE)
    .values(
        quantity=bindparam("quantity_"),
        seen_price_minor=bindparam("minor_"),
        seen_price_currency=bindparam("currency_"),
    )
)
_TAKE_OUT = Command(
    delete(_lines).where(_lines.c.bag_id == bindparam("whose"), _lines.c.sku.in_(bindparam("what", expanding=True)))
)
_TOUCH = Command(update(_bags).where(_bags.c.id == bindparam("whose")).values(changed_at=bindparam("now")))


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

    def of(self, owner: Owner) -> BagId | None:
        """Which bag is the owner's?"""
        kind, whose = _asked(owner)
        return self._unit.fetch_one(_BAG[kind], whose=whose) if whose is not None else None

    def start(self, owner: Owner, bag_id: BagId, now: datetime) -> bool:
        """Keep a new bag of this owner; says whether they had none, as they may have started one at the same moment."""
        return self._unit.run(_START, id=bag_id, member_id=owner.member_id, changed_at=now) == 1

    def quantity(self, bag_id: BagId, sku: str) -> int:
        """How many of this SKU are in the bag?"""
        return self._unit.fetch_one(_QUANTITY, bag_id=bag_id, sku=sku) or 0

    def size(self, bag_id: BagId) -> int:
        """How many different things are in the bag?"""
        return self._unit.fetch_one(_SIZE, bag_id=bag_id) or 0

    def put(self, bag_id: BagId, offer: Offer, quantity: int, now: datetime) -> None:
        """Put a line of this offer into the bag."""
        self._unit.run(
            _PUT,
            bag_id=bag_id,
            sku=offer.sku,
            product_id=offer.product_id,
            quantity=quantity,
            seen_price_minor=offer.price.minor,
            seen_price_currency=offer.price.currency,
            added_at=now,
        )

    def change(self, bag_id: BagId, offer: Offer, quantity: int) -> bool:
        """Have so many of an offer in the bag; says whether it was in it."""
        values = {"quantity_": quantity, "minor_": offer.price.minor, "currency_": offer.price.currency}
        return self._unit.run(_CHANGE, whose=bag_id, what=offer.sku, **values) == 1

    def take_out(self, bag_id: int, skus: Collection[str]) -> int:
        """Remove these lines of a bag; returns how many were in it."""
        return self._unit.run(_TAKE_OUT, whose=bag_id, what=list(skus))

    def touch(self, bag_id: BagId, now: datetime) -> None:
        """Note that the bag was used."""
        self._unit.run(_TOUCH, whose=bag_id, now=now)

    def guests(self, bag_id: BagId) -> Bag | None:
        """Which bag has this id, if it is a guest's? The object."""
        return self._unit.find_one(Bag, {"id": bag_id, "member_id": None})

    def members(self, member_id: MemberId) -> Bag | None:
        """Which bag is this member's? The object."""
        return self._unit.find_one(Bag, {"member_id": member_id})

    def lines(self, *bag_ids: BagId) -> list[BagLine]:
        """Which lines are in these bags? The objects."""
        return self._unit.find(BagLine, {"bag_id": {"$in": list(bag_ids)}})

    def add(self, line: BagLine) -> None:
        """Keep a new line."""
        self._unit.persist(line)

    def remove(self, obj: Bag | BagLine) -> None:
        """Remove a bag or a line."""
        self._unit.remove(obj)


def _asked(owner: Owner) -> tuple[str, int | None]:
    return ("member", owner.member_id) if owner.member_id is not None else ("guest", owner.bag_id)
