"""Stock: counted down by one conditional statement for any number of variants, all or nothing, never below zero."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    select,
    update,
)

from opensky.devo.products.objects import ProductCard, ProductId, StockItem
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, NotFound
from opensky.persistence import Command, UnitOfWork, table
from opensky.persistence.cursors import microseconds
from opensky.persistence.statements import hold

_stock, _cards = table(StockItem), table(ProductCard)


class SoldOut(Conflict):
    """There are not as many as were asked for. ``left`` says how many there are of each variant that falls short."""

    def __init__(self, left: Mapping[str, int]) -> None:
        said = ", ".join(f"{sku} ({'none' if n < 1 else n} left)" for sku, n in sorted(left.items()))
        super().__init__(f"There is not enough of {said}.", left=dict(left))
        self.left = dict(left)


class StockRepository:
    """Counts stock in the caller's transaction, and keeps "sold out" on the cards true."""

    def __init__(self, unit: UnitOfWork, clock: Clock) -> None:
        self._unit = unit
        self._clock = clock

    def take(self, lines: Mapping[str, int]) -> None:
        """Take so many of each SKU, all of them or none.

        Raises:
            SoldOut: there are not enough of one or more; nothing was taken.
        """
        wanted = _quantities(lines)
        if not wanted:
            return
        self._hold(list(wanted))
        taken = self._unit.run(_taking(len(wanted)), **_bound(wanted))
        if taken != len(wanted):
            raise SoldOut(self._short(wanted))
        self._refresh_cards(list(wanted))

    def give_back(self, lines: Mapping[str, int]) -> None:
        """Put back what an order had taken. A variant that is no longer kept is passed over."""
        wanted = _quantities(lines)
        if wanted:
            self._hold(list(wanted))
            self._unit.run(_giving_back(len(wanted)), **_bound(wanted))
            self._refresh_cards(list(wanted))

    def set(self, sku: str, on_hand: int) -> None:
        """Say how many there are of one variant; raises ``NotFound`` if it is not kept.

        A person has counted, so it is a change of the object, which the history hears of; a sale is not.
        """
        self._hold([sku])
        item = self._unit.get(StockItem, sku)
        if item is None:
            raise NotFound("There is no such variant.", sku=sku)
        item.on_hand = on_hand
        self._unit.flush()
        # What a sale of this transaction has taken past the object is not known to it.
        behind = update(_stock).where(_stock.c.sku == sku, _stock.c.on_hand != on_hand)
        self._unit.execute(behind.values(on_hand=on_hand))
        self._refresh_cards([sku])

    def left(self, skus: Sequence[str]) -> dict[str, int]:
        """How many are left of each of these, as this transaction sees it? Unknown ones are left out."""
        rows = self._unit.execute(select(_stock.c.sku, _stock.c.on_hand).where(_stock.c.sku.in_(skus)))
        return {row.sku: row.on_hand for row in rows}

    def any_left(self, product_id: ProductId) -> bool:
        """Is anything of this product left?"""
        some = select(_stock.c.sku).where(_stock.c.product_id == product_id, _stock.c.on_hand > 0).limit(1)
        return self._unit.execute(some).first() is not None

    def of_product(self, product_id: ProductId) -> list[StockItem]:
        """Return the objects of a product's variants."""
        return self._unit.find(StockItem, {"product_id": product_id}, sort=("sku",))

    def keep(self, product_id: ProductId, skus: Sequence[str]) -> None:
        """Keep stock for exactly these variants of a product; new ones start at none.

        Raises:
            Duplicate: another product has this SKU.
        """
        known = {item.sku: item for item in self.of_product(product_id)}
        for sku in skus:
            if sku not in known:
                self._unit.persist(StockItem(sku=sku, product_id=product_id))
        for sku in known.keys() - set(skus):
            self._unit.remove(known[sku])
        self._unit.flush()

    def _short(self, wanted: Mapping[str, int]) -> dict[str, int]:
        left = self.left(list(wanted))
        return {sku: left.get(sku, 0) for sku, n in wanted.items() if left.get(sku, 0) < n}

    def _hold(self, skus: Sequence[str]) -> None:
        """Hold the variants and then the cards of their products: "sold out" is reckoned over all variants of a product."""
        bound = {f"sku_{i}": sku for i, sku in enumerate(skus)}
        for rows in _held(len(skus)):
            hold(self._unit, rows, bound)

    def _refresh_cards(self, skus: Sequence[str]) -> None:
        bound = {f"sku_{i}": sku for i, sku in enumerate(skus)}
        self._unit.run(_refreshing(len(skus)), **bound, now=microseconds(self._clock.now()))


def next_version(clock: Clock) -> ColumnElement[int]:
    """Return the version of a card that is changed now: the time, but always above the version before.

    Ask for it once the transaction has begun: as writers take turns, versions then rise in the order of commits, and whoever
    asks "what has changed since" misses nothing.
    """
    return _version_at(literal(microseconds(clock.now())))


def _version_at(now: ColumnElement[int]) -> ColumnElement[int]:
    return case((_cards.c.version >= now, _cards.c.version + 1), else_=now)


# The statements of so many variants are built once each: building them costs several times what running them does.


def _asked(lines: int) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    """Return "is one of the SKUs asked for" and "how many of it"."""
    skus = [bindparam(f"sku_{i}", type_=String()) for i in range(lines)]
    numbers = [bindparam(f"number_{i}", type_=BigInteger()) for i in range(lines)]
    pairs = [(_stock.c.sku == sku, number) for sku, number in zip(skus, numbers, strict=True)]
    return _stock.c.sku.in_(skus), case(*pairs)


@cache
def _taking(lines: int) -> Command:
    among, quantity = _asked(lines)
    enough = and_(among, _stock.c.on_hand >= quantity)
    # A derived table with an aggregate: MySQL refuses a plain subquery on the table that it updates.
    all_there = select(func.count().label("number")).where(enough).subquery()
    take = update(_stock).where(enough, select(all_there.c.number).scalar_subquery() == lines)
    return Command(take.values(on_hand=_stock.c.on_hand - quantity))


@cache
def _held(variants: int) -> tuple[Select[Any], ...]:
    among = _stock.c.sku.in_([bindparam(f"sku_{i}", type_=String()) for i in range(variants)])
    products = select(_stock.c.product_id).where(among)
    cards = select(_cards.c.product_id).where(_cards.c.product_id.in_(products)).order_by(_cards.c.product_id)
    return select(_stock.c.sku).where(among).order_by(_stock.c.sku), cards


@cache
def _giving_back(lines: int) -> Command:
    among, quantity = _asked(lines)
    return Command(update(_stock).where(among).values(on_hand=_stock.c.on_hand + quantity))


@cache
def _refreshing(variants: int) -> Command:
    skus = [bindparam(f"sku_{i}", type_=String()) for i in range(variants)]
    products = select(_stock.c.product_id).where(_stock.c.sku.in_(skus))
    # Aliased, so that the inner question is about all variants of the card's product.
    other = _stock.alias()
    some_left = exists(select(other.c.sku).where(other.c.product_id == _cards.c.product_id, other.c.on_hand > 0))
    turned = and_(_cards.c.product_id.in_(products), _cards.c.sold_out == some_left)
    version = _version_at(bindparam("now", type_=BigInteger()))
    return Command(update(_cards).where(turned).values(sold_out=not_(some_left), version=version))


def _bound(wanted: Mapping[str, int]) -> dict[str, str | int]:
    bound: dict[str, str | int] = {f"sku_{i}": sku for i, sku in enumerate(wanted)}
    return bound | {f"number_{i}": number for i, number in enumerate(wanted.values())}


def _quantities(lines: Mapping[str, int]) -> dict[str, int]:
    if any(quantity < 0 for quantity in lines.values()):
        raise ValueError(f"Quantities are not negative: {dict(lines)}.")
    return {sku: quantity for sku, quantity in lines.items() if quantity}


def ids_in_stock(execute: Any, first: int, last: int) -> set[int]:
    """Return the products with an id in ``first`` to ``last`` of which something is left. For rebuilding cards."""
    statement = select(_stock.c.product_id).where(_stock.c.product_id.between(first, last), _stock.c.on_hand > 0)
    return {product_id for (product_id,) in execute(statement)}
