"""Every question that is asked about the history, and what the objects in it are called."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from opensky.devo.members.objects import Member
from opensky.devo.orders.objects import Order
from opensky.devo.products.objects import Category, Product, StockItem
from opensky.devo.sellers.objects import Seller
from opensky.kernel.ids import read_id
from opensky.persistence import Query, Reader, UnitOfWork, table
from opensky.persistence.documents.reading import DocumentQuery, Param
from opensky.persistence.history.folding import Past, as_of
from opensky.persistence.history.keys import key_text
from opensky.persistence.history.reading import Asked, ChangeHistory, Entry, HistoryPage


class Subject(msgspec.Struct, frozen=True):
    """An object of the history, as pages name it. ``path`` is its page in the admin, if it has one."""

    kind: str
    object_id: str
    name: str = ""
    path: str = ""


class _Named(msgspec.Struct, frozen=True):
    id: int
    name: str
    slug: str = ""


_orders = table(Order)
_NUMBERS = Query(
    select(_orders.c.id, _orders.c.number).where(_orders.c.id.in_(bindparam("ids", expanding=True))),
    lambda id_, number: (id_, number),
)
_stock = table(StockItem)
_STOCK = Query(
    select(_stock.c.sku).where(_stock.c.product_id == bindparam("product_id")).order_by(_stock.c.sku), lambda sku: sku
)
_NAMED = {
    cls.__name__: DocumentQuery(cls, {"id": {"$in": Param("ids")}}, into=_Named)
    for cls in (Product, Seller, Member, Category)
}
_PATHS = {"Product": "/admin/products/{0.slug}", "Seller": "/admin/sellers/{0.slug}", "Member": "/admin/members/{0.id}"}


class HistoryRepository:
    """Reads the history for pages; the past of an object is folded from the object itself."""

    def __init__(self, reader: Reader, unit: UnitOfWork) -> None:
        self._reader = reader
        self._unit = unit
        self._history = ChangeHistory(reader)

    def page(self, asked: Asked, limit: int, before: int) -> HistoryPage:
        """What was changed, by what is asked for, newest first, before the cursor?"""
        return self._history.page(asked, limit, before)

    def one(self, change_id: int) -> Entry | None:
        """Which change has this id?"""
        return self._history.one(change_id)

    def past(self, cls: type, key: Sequence[Any], at: datetime) -> Past:
        """What was this object at that time?"""
        return as_of(self._unit, cls, key, at)

    def parts(self, kind: str, object_id: str) -> list[Subject]:
        """What belongs to this object and is counted by itself? The stock of a product."""
        product_id = read_id(object_id)
        if kind != "Product" or product_id is None:
            return []
        return [Subject("StockItem", key_text(sku)) for sku in self._reader.fetch(_STOCK, product_id=product_id)]

    def subjects(self, objects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Subject]:
        """What are these objects, by class and id, called, and where are they? One statement for each class among them."""
        asked: dict[str, set[str]] = {}
        for kind, object_id in objects:
            asked.setdefault(kind, set()).add(object_id)
        found = {(kind, id_): Subject(kind, id_) for kind, ids in asked.items() for id_ in ids}
        for kind, ids in asked.items():
            for subject in self._named(kind, [number for id_ in ids if (number := read_id(id_)) is not None]):
                found[kind, subject.object_id] = subject
        return found

    def _named(self, kind: str, ids: list[int]) -> list[Subject]:
        if kind == "Order" and ids:
            numbers = self._reader.fetch(_NUMBERS, ids=ids)
            return [Subject(kind, str(id_), number, f"/admin/orders/{number}") for id_, number in numbers]
        if kind not in _NAMED or not ids:
            return []
        path = _PATHS.get(kind, "")
        return [Subject(kind, str(n.id), n.name, path.format(n)) for n in self._reader.read(_NAMED[kind], ids=ids)]
