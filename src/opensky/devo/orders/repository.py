"""Every question that is asked about orders."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, bindparam, func, insert, literal_column, or_, select, union_all, update

from opensky.devo.bag.offers import Offer, offers
from opensky.devo.benefits.objects import Benefit
from opensky.devo.credits.objects import LedgerEntry, account_of
from opensky.devo.orders.objects import Buyer, Order, OrderId, OrderLine
from opensky.devo.products.objects import Picture, Product, ProductCard
from opensky.devo.sellers.objects import Seller
from opensky.kernel.ids import first_id_at
from opensky.kernel.money import Money
from opensky.mapping import describe
from opensky.persistence import Command, DocumentQuery, Param, Query, Reader, UnitOfWork, table

_orders, _lines, _cards = table(Order), table(OrderLine), table(ProductCard)
_entries, _benefits = table(LedgerEntry), table(Benefit)


class Listed(NamedTuple):
    """One order in a member's list."""

    id: int
    number: str
    placed_at: datetime
    state: str
    total: Money


class ListedLine(NamedTuple):
    """What a list shows of one line."""

    order_id: int
    quantity: int
    name: str
    product_id: int
    picture: str
    picture_alt: str


class FoundAtCheckout(NamedTuple):
    """One line of an order whose payment is not confirmed (``order``), or how much ``credit`` or how many ``gifts`` there are."""

    what: str
    order_id: int
    number: str
    sku: str
    amount: int

    @classmethod
    def of(cls, what: str, order_id: int, number: str, sku: str, amount: Any) -> "FoundAtCheckout":
        """Make one of a row, whose sums some databases give as decimals."""
        return cls(what, order_id, number, sku, int(amount or 0))


class Names(NamedTuple):
    """What an order's page shows of a line beside the line itself: where it leads and what it looks like."""

    product_id: int
    slug: str
    picture: str
    picture_alt: str
    seller_slug: str
    seller_name: str


def _listed(id_: int, number: str, placed_at: datetime, state: str, minor: int, currency: str) -> Listed:
    return Listed(id_, number, placed_at, state, Money(minor, currency))


class _Body(msgspec.Struct):
    """The part of a product's document that is shown of what has no card any more."""

    id: int
    seller_id: int
    slug: str
    pictures: list[Picture] = []

    @property
    def picture(self) -> Picture:
        return self.pictures[0] if self.pictures else _NO_PICTURE


class _Face(msgspec.Struct):
    """The part of a seller's document that is shown of what has no card any more."""

    id: int
    slug: str
    name: str


_NO_PICTURE = Picture(path="", alt="")
_NOBODY = _Face(0, "", "")


_OF_MEMBER = Query(
    select(
        _orders.c.id,
        _orders.c.number,
        _orders.c.placed_at,
        _orders.c.state,
        _orders.c.total_minor,
        _orders.c.total_currency,
    )
    .where(
        _orders.c.member_id == bindparam("member_id"),
        _orders.c.id < bindparam("before"),
        or_(_orders.c.state != "cancelled", _orders.c.paid_at.is_not(None)),
    )
    .order_by(_orders.c.id.desc())
    .limit(bindparam("limit")),
    _listed,
)
_LINES = Query(
    select(
        _lines.c.order_id,
        _lines.c.quantity,
        _lines.c.name,
        _lines.c.product_id,
        func.coalesce(_cards.c.picture, ""),
        func.coalesce(_cards.c.picture_alt, ""),
    )
    .outerjoin(_cards, _cards.c.product_id == _lines.c.product_id)
    .where(_lines.c.order_id.in_(bindparam("order_ids", expanding=True)))
    .order_by(_lines.c.order_id, _lines.c.position),
    ListedLine,
)


def _waiting(*whose: Any) -> Select[Any]:
    """Ask for the lines of recent orders whose payment is not confirmed."""
    return (
        select(literal_column("'order'").label("what"), _orders.c.id, _orders.c.number, _lines.c.sku, _lines.c.quantity)
        .join(_lines, _lines.c.order_id == _orders.c.id)
        .where(_orders.c.state == "placed", _orders.c.id >= bindparam("since"), *whose)
    )


def _sum(what: str, number: Any) -> Select[Any]:
    nothing: Any = literal_column("''")
    return select(literal_column(f"'{what}'").label("what"), literal_column("0"), nothing, nothing, number)


_GUEST_AT_CHECKOUT = Query(
    _waiting(_orders.c.member_id.is_(None), _orders.c.bag_id == bindparam("bag_id")).order_by(_orders.c.id.desc()),
    FoundAtCheckout.of,
)
_NOW = bindparam("now", type_=_entries.c.expires_at.type)
# One statement, because most members have none of this: to have nothing shall cost nothing.
_MEMBER_AT_CHECKOUT = Query(
    union_all(
        _waiting(_orders.c.member_id == bindparam("member_id")),
        _sum("credit", func.sum(_entries.c.amount_minor)).where(
            _entries.c.account == bindparam("account"),
            _entries.c.kind == "credit",
            _entries.c.currency == bindparam("currency"),
            or_(_entries.c.expires_at.is_(None), _entries.c.expires_at > _NOW),
        ),
        _sum("gifts", func.count()).where(
            _benefits.c.member_id == bindparam("member_id"),
            _benefits.c.kind != "level",
            _benefits.c.state == "good",
            _benefits.c.used == 0,
            or_(_benefits.c.expires_at.is_(None), _benefits.c.expires_at > _NOW),
        ),
    ),
    FoundAtCheckout.of,
)
_NAMES = Query(
    select(
        _cards.c.product_id,
        _cards.c.slug,
        _cards.c.picture,
        _cards.c.picture_alt,
        _cards.c.seller_slug,
        _cards.c.seller_name,
    ).where(_cards.c.product_id.in_(bindparam("product_ids", expanding=True))),
    Names,
)
_PRODUCTS = DocumentQuery(Product, {"id": {"$in": Param("ids")}}, into=_Body)
_SELLERS = DocumentQuery(Seller, {"id": {"$in": Param("ids")}}, into=_Face)
_TAKEN = Query(select(literal_column("1")).where(_orders.c.number == bindparam("number")), int)


def _with_picture(line: ListedLine, picture: Picture | None) -> ListedLine:
    return line._replace(picture=picture.path, picture_alt=picture.alt) if picture is not None else line


def _row(order: Order) -> dict[str, Any]:
    row = {name: getattr(order, name) for name in _PLAIN}
    return row | {"total_minor": order.total.minor, "total_currency": order.total.currency}


def _line_row(line: OrderLine) -> dict[str, Any]:
    row = {name: getattr(line, name) for name in _PLAIN_LINE}
    return row | {"price_minor": line.price.minor, "price_currency": line.price.currency}


def _order(minor: int, currency: str, *plain: Any) -> Order:
    return Order(total=Money(minor, currency), **dict(zip(_PLAIN, plain, strict=True)))


def _order_line(minor: int, currency: str, *plain: Any) -> OrderLine:
    return OrderLine(price=Money(minor, currency), **dict(zip(_PLAIN_LINE, plain, strict=True)))


_PLAIN = tuple(f.name for f in describe(Order).stored_fields if f.type is not Money)
_PLAIN_LINE = tuple(f.name for f in describe(OrderLine).stored_fields if f.type is not Money)
_INSERT, _INSERT_LINES = Command(insert(_orders)), Command(insert(_lines))
_PLACED = Query(select(literal_column("1")).where(_orders.c.idempotency_key == bindparam("key")), int)
_PAY = Command(
    update(_orders)
    .where(_orders.c.id == bindparam("which"), _orders.c.state == "placed")
    .values(
        state="paid",
        payment_reference=bindparam("reference"),
        card_brand=bindparam("brand"),
        card_last4=bindparam("last4"),
        paid_at=bindparam("now"),
        version=_orders.c.version + 1,
    )
)
_TOUCH = Command(update(_orders).where(_orders.c.number == bindparam("which")).values(version=_orders.c.version + 1))
_NUMBER = Query(select(_orders.c.number).where(_orders.c.id == bindparam("which")), str)
_SHOWN = Query(
    select(_orders.c.total_minor, _orders.c.total_currency, *(_orders.c[name] for name in _PLAIN)).where(
        _orders.c.number == bindparam("number")
    ),
    _order,
)
_SHOWN_LINES = Query(
    select(_lines.c.price_minor, _lines.c.price_currency, *(_lines.c[name] for name in _PLAIN_LINE))
    .where(_lines.c.order_id == bindparam("order_id"))
    .order_by(_lines.c.position),
    _order_line,
)


class OrderRepository:
    """Finds orders by number, key and buyer; access is the manager's business."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def add(self, order: Order) -> None:
        """Keep a new order with its lines, with two statements; the object is not tracked."""
        self._unit.run(_INSERT, _row(order))
        self._unit.run(_INSERT_LINES, *(_line_row(line) for line in order.lines))

    def is_new(self, key: str) -> bool:
        """Was nothing placed with this idempotency key yet?"""
        return self._unit.fetch_one(_PLACED, key=key) is None

    def pay(self, order: Order) -> bool:
        """Write down that a placed order is paid; says whether it was still placed."""
        return (
            self._unit.run(
                _PAY,
                which=order.id,
                reference=order.payment_reference,
                brand=order.card_brand,
                last4=order.card_last4,
                now=order.paid_at,
            )
            == 1
        )

    def touch(self, number: str) -> bool:
        """Hold the order of this number until the transaction ends, and have all who read it before read it again; is there one?"""
        return self._unit.run(_TOUCH, which=number) == 1

    def number(self, order_id: int) -> str:
        """Which number has this order?"""
        return self._unit.fetch_one(_NUMBER, which=order_id) or ""

    def shown(self, number: str) -> Order | None:
        """Which order has this number? With its lines, to be looked at: it is not tracked."""
        order = self._reader.fetch_one(_SHOWN, number=number)
        if order is not None:
            order.lines = self._reader.fetch(_SHOWN_LINES, order_id=order.id)
        return order

    def by_key(self, key: str) -> Order | None:
        """Which order was placed with this idempotency key? With its lines."""
        return self._with_lines(self._unit.find_one(Order, {"idempotency_key": key}))

    def by_number(self, number: str) -> Order | None:
        """Which order has this number? With its lines."""
        return self._with_lines(self._unit.find_one(Order, {"number": number}))

    def by_id(self, order_id: OrderId) -> Order | None:
        """Which order has this id? With its lines."""
        return self._with_lines(self._unit.get(Order, order_id))

    def is_taken(self, number: str) -> bool:
        """Is there an order of this number already?"""
        return self._reader.fetch_one(_TAKEN, number=number) is not None

    def offers(self, skus: Sequence[str]) -> dict[str, Offer]:
        """What is offered under these SKUs just now?"""
        return offers(self._reader, skus)

    def of_member(self, member_id: int, before: int, limit: int) -> list[Listed]:
        """Which orders has this member placed, the newest first? A try that was never paid is left out once it is over."""
        return self._reader.fetch(_OF_MEMBER, member_id=member_id, before=before, limit=limit)

    def at_checkout(self, buyer: Buyer, since: datetime, now: datetime, currency: str) -> list[FoundAtCheckout]:
        """What has this buyer ordered since then, and the payment is not confirmed? The newest first. And which credit and gifts?"""
        first = first_id_at(since)
        if buyer.member_id is None:
            return self._reader.fetch(_GUEST_AT_CHECKOUT, since=first, bag_id=buyer.bag_id)
        account = account_of(buyer.member_id)
        found = self._reader.fetch(
            _MEMBER_AT_CHECKOUT, since=first, member_id=buyer.member_id, account=account, currency=currency, now=now
        )
        return sorted(found, key=lambda each: -each.order_id)

    def lines_of(self, order_ids: Sequence[int]) -> list[ListedLine]:
        """What is in these orders?"""
        lines = self._reader.fetch(_LINES, order_ids=list(order_ids)) if order_ids else []
        looks = {p.id: p.picture for p in self._without_card({each.product_id for each in lines if not each.picture})}
        return [line if line.picture else _with_picture(line, looks.get(line.product_id)) for line in lines]

    def names(self, product_ids: Sequence[int]) -> dict[int, Names]:
        """What are these products and their insiders called now, and what do they look like?"""
        found = self._reader.fetch(_NAMES, product_ids=list(product_ids)) if product_ids else []
        named = {each.product_id: each for each in found}
        hidden = self._without_card(set(product_ids) - named.keys())
        sellers = self._reader.read(_SELLERS, ids=list({p.seller_id for p in hidden})) if hidden else []
        faces = {seller.id: seller for seller in sellers}
        for product in hidden:
            face = faces.get(product.seller_id, _NOBODY)
            looks = product.picture
            named[product.id] = Names(product.id, product.slug, looks.path, looks.alt, face.slug, face.name)
        return named

    def _without_card(self, product_ids: Collection[int]) -> list[_Body]:
        """Return what is known of products that are not on show: most orders name none, and ask nothing then."""
        return self._reader.read(_PRODUCTS, ids=list(product_ids)) if product_ids else []

    def of_guest(self, bag_id: int) -> list[Order]:
        """Which orders were placed by the guest with this bag?"""
        return self._unit.find(Order, {"bag_id": bag_id, "member_id": None})

    def left_unpaid(self, before: datetime, limit: int) -> list[Order]:
        """Which orders were placed before then and never came to an end?"""
        left = {"state": "placed", "id": {"$lt": first_id_at(before)}}
        return self._unit.find(Order, left, sort=("id",), limit=limit)

    def refunds_due(self, limit: int) -> list[Order]:
        """Of which cancelled orders is the money still to be given back?"""
        waiting = {"state": "cancelled", "refund_reference": None, "payment_reference": {"$gt": ""}}
        return self._unit.find(Order, waiting, sort=("id",), limit=limit)

    def _with_lines(self, order: Order | None) -> Order | None:
        if order is not None:
            self._unit.load([order], "lines")
        return order
