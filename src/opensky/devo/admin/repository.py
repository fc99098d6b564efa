"""Every question that the admin's lists ask. One page each, newest first, by cursor; a search is a beginning or a whole."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, and_, or_, select

from opensky.devo.members.objects import Member
from opensky.devo.orders.objects import Order
from opensky.devo.products.objects import Product, StockItem, Variant
from opensky.devo.sellers.objects import Seller
from opensky.kernel.money import Money
from opensky.persistence import Reader, table

_members, _sellers, _products = table(Member), table(Seller), table(Product)
_orders, _stock = table(Order), table(StockItem)
S = TypeVar("S")


class MemberEntry(msgspec.Struct):
    """A member in the list."""

    id: int
    email: str
    name: str
    joined_at: datetime
    roles: list[str] = []


class SellerEntry(msgspec.Struct):
    """An insider in the list."""

    id: int
    slug: str
    name: str
    joined_at: datetime
    craft: str = ""
    town: str = ""


class ProductEntry(msgspec.Struct):
    """A product in the list."""

    id: int
    slug: str
    name: str
    created_at: datetime
    status: str = "draft"
    variants: list[Variant] = []


class OrderEntry(NamedTuple):
    """An order in the list."""

    id: int
    number: str
    placed_at: datetime
    state: str
    email: str
    total: Money


class AdminRepository:
    """Reads for the admin's lists; ``before`` is the id of the last entry of the page before."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def members(self, words: str, before: int, limit: int) -> list[MemberEntry]:
        """Which members have an e-mail address or name that begins so?"""
        found = or_(_begins(_members.c.email, words.lower()), _begins_cased(_members.c.name, words))
        return self._bodies(_members, MemberEntry, found if words else None, before, limit)

    def sellers(self, words: str, before: int, limit: int) -> list[SellerEntry]:
        """Which insiders have an address or name that begins so?"""
        found = or_(_begins(_sellers.c.slug, words.lower()), _begins_cased(_sellers.c.name, words))
        return self._bodies(_sellers, SellerEntry, found if words else None, before, limit)

    def products(
        self, words: str, status: str, before: int, limit: int, *, seller_id: int | None = None
    ) -> list[ProductEntry]:
        """Which products, of a status or an insider, have an address that begins so, or exactly this SKU?"""
        with_sku = select(_stock.c.product_id).where(_stock.c.sku == words)
        slug = "-".join(words.lower().split())
        conditions = [_products.c.status == status] if status else []
        if words:
            conditions.append(or_(_begins(_products.c.slug, slug), _products.c.id.in_(with_sku)))
        if seller_id is not None:
            conditions.append(_products.c.seller_id == seller_id)
        return self._bodies(_products, ProductEntry, and_(*conditions) if conditions else None, before, limit)

    def orders(
        self, words: str, state: str, before: int, limit: int, *, member_id: int | None = None
    ) -> list[OrderEntry]:
        """Which orders, in a state or of a member, have this number, or an e-mail address that begins so?"""
        columns = ("id", "number", "placed_at", "state", "email", "total_minor", "total_currency")
        statement = _page(select(*(_orders.c[name] for name in columns)), _orders.c.id, before, limit)
        if words:
            statement = statement.where(or_(_orders.c.number == words.upper(), _begins(_orders.c.email, words.lower())))
        if state:
            statement = statement.where(_orders.c.state == state)
        if member_id is not None:
            statement = statement.where(_orders.c.member_id == member_id)
        return [_order(*tuple(row)) for row in self._reader.rows(statement)]

    def _bodies(
        self, rows: Any, into: type[S], condition: ColumnElement[bool] | None, before: int, limit: int
    ) -> list[S]:
        statement = _page(select(rows.c.body), rows.c.id, before, limit)
        if condition is not None:
            statement = statement.where(condition)
        read: Callable[[str], S] = msgspec.json.Decoder(into).decode
        return [read(body) for (body,) in self._reader.rows(statement)]


def _order(id_: int, number: str, placed_at: datetime, state: str, email: str, minor: int, currency: str) -> OrderEntry:
    return OrderEntry(id_, number, placed_at, state, email, Money(minor, currency))


def _page(statement: Select[Any], id_: ColumnElement[int], before: int, limit: int) -> Select[Any]:
    return statement.where(id_ < before).order_by(id_.desc()).limit(limit)


def _begins(column: ColumnElement[str], words: str) -> ColumnElement[bool]:
    """Return "begins so" in the form that an index answers."""
    return and_(column >= words, column < words + "\U0010ffff")


def _begins_cased(column: ColumnElement[str], words: str) -> ColumnElement[bool]:
    """Return "begins so" for names, which people type in small letters."""
    return or_(_begins(column, words), _begins(column, words.title()))
