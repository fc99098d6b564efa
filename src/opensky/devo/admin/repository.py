"""Every question that the admin's lists ask. One page each, newest first, by cursor; a search is a beginning or a whole."""

from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from opensky.devo.members.objects import Member
from opensky.devo.orders.objects import Order
from opensky.devo.products.objects import Product, StockItem, Variant
from opensky.devo.sellers.objects import Seller
from opensky.kernel.money import Money
from opensky.persistence import Query, Reader, table
from opensky.persistence.documents.filters import Filter
from opensky.persistence.documents.reading import LAST

_orders, _stock = table(Order), table(StockItem)
_WITH_SKU = Query(select(_stock.c.product_id).where(_stock.c.sku == bindparam("sku")), int)
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
        found = [_begins("email", words.lower()), *_begins_cased("name", words)]
        return self._page(Member, MemberEntry, {"$or": found} if words else {}, before, limit)

    def sellers(self, words: str, before: int, limit: int) -> list[SellerEntry]:
        """Which insiders have an address or name that begins so?"""
        found = [_begins("slug", words.lower()), *_begins_cased("name", words)]
        return self._page(Seller, SellerEntry, {"$or": found} if words else {}, before, limit)

    def products(
        self, words: str, status: str, before: int, limit: int, *, seller_id: int | None = None
    ) -> list[ProductEntry]:
        """Which products, of a status or an insider, have an address that begins so, or exactly this SKU?"""
        asked: dict[str, Any] = {}
        if status:
            asked["status"] = status
        if seller_id is not None:
            asked["seller_id"] = seller_id
        if words:
            with_sku = self._reader.fetch(_WITH_SKU, sku=words)
            asked["$or"] = [_begins("slug", "-".join(words.lower().split())), {"id": {"$in": with_sku}}]
        return self._page(Product, ProductEntry, asked, before, limit)

    def orders(
        self, words: str, state: str, before: int, limit: int, *, member_id: int | None = None
    ) -> list[OrderEntry]:
        """Which orders, in a state or of a member, have this number, or an e-mail address that begins so?"""
        columns = ("id", "number", "placed_at", "state", "email", "total_minor", "total_currency")
        statement = select(*(_orders.c[name] for name in columns)).where(_orders.c.id < before)
        statement = statement.order_by(_orders.c.id.desc()).limit(limit)
        if words:
            written_to = _begins_in(_orders.c.email, words.lower())
            statement = statement.where(or_(_orders.c.number == words.upper(), written_to))
        if state:
            statement = statement.where(_orders.c.state == state)
        if member_id is not None:
            statement = statement.where(_orders.c.member_id == member_id)
        return [_order(*tuple(row)) for row in self._reader.rows(statement)]

    def _page(self, cls: type, into: type[S], asked: Filter, before: int, limit: int) -> list[S]:
        return self._reader.documents(cls, {"id": {"$lt": before}, **asked}, into, sort=("-id",), limit=limit)


def _order(id_: int, number: str, placed_at: datetime, state: str, email: str, minor: int, currency: str) -> OrderEntry:
    return OrderEntry(id_, number, placed_at, state, email, Money(minor, currency))


def _begins(path: str, words: str) -> Filter:
    """Return "begins so" in the form that an index answers."""
    return {path: {"$gte": words, "$lt": words + LAST}}


def _begins_cased(path: str, words: str) -> list[Filter]:
    """Return "begins so" for names, which people type in small letters: one of these."""
    return [_begins(path, words), _begins(path, words.title())]


def _begins_in(column: ColumnElement[str], words: str) -> ColumnElement[bool]:
    """Return "begins so" of a column."""
    return and_(column >= words, column < words + LAST)
