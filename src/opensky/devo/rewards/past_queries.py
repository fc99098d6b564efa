"""Every question about the past that a replay asks, answered in batches and without objects."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, func, select
from sqlalchemy.sql.elements import ColumnElement

from opensky.devo.follows.objects import Follow
from opensky.devo.members.objects import Member
from opensky.devo.orders.objects import Order, OrderLine
from opensky.devo.products.objects import ProductCard
from opensky.devo.rewards.repository import Person
from opensky.devo.sellers.objects import Seller
from opensky.persistence import DocumentQuery, Param, Query, table

BATCH = 1000
"""How many events are read at once."""
_orders, _lines, _follows, _cards = table(Order), table(OrderLine), table(Follow), table(ProductCard)


class PaidOrder(NamedTuple):
    """An order that a member paid and kept."""

    id: int
    number: str
    member_id: int
    total_minor: int
    total_currency: str
    paid_at: datetime
    address: Any = None


class PastFollow(NamedTuple):
    """Somebody began to follow an insider, and follows them still."""

    member_id: int
    seller_id: int
    followed_at: datetime


class Insider(msgspec.Struct):
    """An insider, as rules may ask about them."""

    id: int
    slug: str
    name: str


def _of(column: Any, name: str) -> Any:
    return bindparam(name, type_=column.type)


def _kept() -> tuple[ColumnElement[bool], ...]:
    orders = _orders.c
    return orders.member_id.is_not(None), orders.state.not_in(("placed", "cancelled"))


def _in_span(column: Any) -> tuple[ColumnElement[bool], ...]:
    return column >= _of(column, "since"), column <= _of(column, "until")


_PAID = (*_kept(), *_in_span(_orders.c.paid_at))
_HEAD = [_orders.c[name] for name in PaidOrder._fields if name != "address"]


def _batch_of(*columns: Any) -> Query[PaidOrder]:
    asked = select(*columns).where(_orders.c.id > bindparam("after"), *_PAID)
    return Query(asked.order_by(_orders.c.id).limit(bindparam("limit")), PaidOrder)


ORDERS = _batch_of(*_HEAD)
"""Which orders come next, by their ids?"""
ORDERS_WITH_ADDRESS = _batch_of(*_HEAD, _orders.c.address)
NUMBER_OF_ORDERS = Query(select(func.count()).where(_orders.c.id > bindparam("after"), *_PAID), int)
PAID = Query(
    select(_orders.c.member_id, _orders.c.paid_at, _orders.c.id)
    .where(_orders.c.member_id.in_(bindparam("ids", expanding=True)), *_kept(), _orders.c.paid_at.is_not(None))
    .order_by(_orders.c.member_id, _orders.c.paid_at, _orders.c.id),
    lambda member_id, at, order_id: (member_id, at, order_id),
)
"""When did each of these members pay for what they kept?"""
PARTS = ("quantity", "sku", "name", "product", "insider", "price")
"""What may be asked of a line; the quantity first and the price last, for it takes two columns."""
_PART = {"product": _cards.c.slug, "insider": _cards.c.seller_slug}


@cache
def lines_with(parts: tuple[str, ...]) -> Query[tuple[Any, ...]]:
    """What was ordered with these? Rows of an order's id and some parts of a line, in the order of ``PARTS``."""
    columns: list[Any] = [_PART.get(name, _lines.c.get(name)) for name in parts if name != "price"]
    if "price" in parts:
        columns += [_lines.c.price_minor, _lines.c.price_currency]
    asked = select(_lines.c.order_id, *columns).where(_lines.c.order_id.in_(bindparam("ids", expanding=True)))
    if not _PART.keys().isdisjoint(parts):
        asked = asked.join_from(_lines, _cards, _cards.c.product_id == _lines.c.product_id, isouter=True)
    return Query(asked.order_by(_lines.c.order_id, _lines.c.position), lambda *row: row)


FOLLOWED = Query(
    select(_follows.c.member_id, _follows.c.followed_at)
    .where(_follows.c.member_id.in_(bindparam("ids", expanding=True)))
    .order_by(_follows.c.member_id, _follows.c.followed_at),
    lambda member_id, at: (member_id, at),
)
"""When did each of these members begin to follow somebody whom they follow still?"""
FOLLOWS = Query(
    select(*(_follows.c[name] for name in PastFollow._fields))
    .where(*_in_span(_follows.c.followed_at))
    .order_by(_follows.c.followed_at, _follows.c.member_id, _follows.c.seller_id),
    PastFollow,
)
"""Who began to follow whom in that time, in order?"""
NUMBER_OF_FOLLOWS = Query(select(func.count()).where(*_in_span(_follows.c.followed_at)), int)

PEOPLE = DocumentQuery(Member, {"id": {"$in": Param("ids")}}, into=Person)
"""Who are these?"""
INSIDERS = DocumentQuery(Seller, {"id": {"$in": Param("ids")}}, into=Insider)
JOINED = DocumentQuery(
    Member,
    {
        "joined_at": {"$gte": Param("since"), "$lte": Param("until")},
        "$or": [{"joined_at": {"$gt": Param("since")}}, {"id": {"$gt": Param("after")}}],
    },
    into=Person,
    sort=("joined_at", "id"),
    limit=BATCH,
)
"""Who joined next?"""
