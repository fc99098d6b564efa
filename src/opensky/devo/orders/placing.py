"""Placing orders: what is bought is checked, priced and taken, of stock, coupons and credit, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.errors import KeyReused, PriceChanged
from opensky.devo.orders.events import ORDER_CREATED
from opensky.devo.orders.lines import line_of, quantities_of, refuse_bad_quantities
from opensky.devo.orders.numbers import new_number
from opensky.devo.orders.objects import Buyer, Order, OrderId
from opensky.devo.orders.purse import OrderPurse
from opensky.devo.orders.repository import OrderRepository
from opensky.devo.orders.sharing import Shared
from opensky.devo.products.stock import SoldOut, StockRepository
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import FieldError, Invalid, Refusal
from opensky.kernel.ids import EPOCH, IdGenerator
from opensky.kernel.money import Money, total
from opensky.mapping import validate
from opensky.persistence import Duplicate, UnitOfWork

LONGEST_KEY = 100
NO_CARD = FieldError("payment_token", "Please give a card number.", "NotBlank")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What somebody wants to buy, and how they want to pay.

    ``seen_total`` is the sum that they were shown, ``seen_credit`` how much credit of theirs they were told would be used; both
    where they were shown any. ``has_card`` is false where credit and coupon are to pay for all of it.
    ``through`` is the share through which they came.
    """

    buyer: Buyer
    email: str
    address: PostalAddress
    lines: Mapping[str, int]
    key: str
    coupon: str = ""
    use_credit: bool = False
    seen_total: Money | None = None
    seen_credit: Money | None = None
    has_card: bool = True
    through: Shared | None = None


class OrderPlacing:
    """Places orders, once under a key. It commits what it has placed, and leaves nothing of what it refuses (adr 0004)."""

    def __init__(
        self,
        orders: OrderRepository,
        stock: StockRepository,
        purse: OrderPurse,
        events: Dispatcher,
        unit: UnitOfWork,
        ids: IdGenerator,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._stock = stock
        self._purse = purse
        self._events = events
        self._unit = unit
        self._ids = ids
        self._clock = clock

    def place(self, purchase: Purchase) -> Order:
        """Return the order of this purchase: a new one, or the one that was placed with its key before."""
        key = _key(purchase)
        if self._orders.is_new(key):
            try:
                return self._new_placed(purchase, key)
            except Duplicate as error:
                if error.fields != ("idempotency_key",):
                    raise
                self._unit.rollback()  # the same key came twice at once, and the other one was first
            except Refusal:
                self._unit.rollback()  # some of it may be taken already
                raise
        known = self._orders.by_key(key)
        if known is None or (purchase.lines and quantities_of(known) != dict(purchase.lines)):
            raise KeyReused(known.number if known else "")
        return known

    def give_back(self, order: Order) -> None:
        """Give back what an order that ended has taken of stock and coupons."""
        self._stock.give_back(quantities_of(order))
        self._purse.give_back_benefits(order)

    def _new_placed(self, purchase: Purchase, key: str) -> Order:
        order = self._new_order(purchase, key)
        due = self._purse.due(order.goods, order.member_id, purchase.coupon)
        order.total = due.total
        order.discount_minor, order.delivery_minor = due.discount.minor, due.delivery.minor
        if purchase.seen_total is not None and purchase.seen_total != order.total:
            raise PriceChanged(order.total)
        # Stock, then coupons, then credit: all take them in one order, so that no two wait for each other.
        self._take(order)
        self._purse.take(order, due, credit=purchase.use_credit, seen=purchase.seen_credit)
        if order.charge and not purchase.has_card:
            raise Invalid(NO_CARD)
        self._orders.add(order)
        self._events.notify(Event(ORDER_CREATED, order))
        self._unit.commit()
        return order

    def _new_order(self, purchase: Purchase, key: str) -> Order:
        refuse_bad_quantities(purchase.lines)
        offers = self._orders.offers(list(purchase.lines))
        now, order_id = self._clock.now(), OrderId(self._ids.next())
        lines = [
            line_of(order_id, position, offers.get(sku), sku, quantity)
            for position, (sku, quantity) in enumerate(purchase.lines.items(), 1)
        ]
        order = Order(
            id=order_id,
            number=self._free_number(),
            member_id=purchase.buyer.member_id,
            bag_id=purchase.buyer.bag_id,
            email=purchase.email,
            address=purchase.address,
            total=total([line.amount for line in lines]),
            idempotency_key=key,
            placed_at=now,
            lines=lines,
        )
        through = purchase.through
        if through is not None and through.led_to(order.member_id, [line.product_id for line in lines]):
            order.share_id = through.id
        validate(order)
        return order

    def _take(self, order: Order) -> None:
        try:
            self._stock.take(quantities_of(order))
        except SoldOut as error:
            names = {line.sku: line.name for line in order.lines}
            raise SoldOut({names.get(sku, sku): left for sku, left in error.left.items()}) from error

    def _free_number(self) -> str:
        number = new_number()
        while self._orders.is_taken(number):
            number = new_number()
        return number


def _key(purchase: Purchase) -> str:
    """Return the key under which the order is kept: one buyer cannot meet another's order by its key."""
    if not 1 <= len(purchase.key) <= LONGEST_KEY:
        raise Invalid(FieldError("key", f"An idempotency key has 1 to {LONGEST_KEY} characters.", "Length"))
    buyer = purchase.buyer
    return f"m{buyer.member_id}:{purchase.key}" if buyer.member_id is not None else f"b{buyer.bag_id}:{purchase.key}"


def wrong_about_buyer(purchase: Purchase) -> tuple[FieldError, ...]:
    """Return what is wrong with e-mail and address, so that all of a form is told at once."""
    known = {"email": purchase.email, "address": purchase.address, "placed_at": EPOCH}
    draft = Order(id=OrderId(0), number="", total=Money(0), idempotency_key="", **known)  # type: ignore[arg-type]
    try:
        validate(draft)
    except Invalid as error:
        return error.errors
    return ()
