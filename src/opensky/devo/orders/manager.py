"""The order manager: from a bag to a paid order, and back.

Money moves at the gateway, outside of any transaction; so an order is bought in two of them (adr 0004): the first places it
and takes the stock, the second says what became of the payment. This is the one manager that commits by itself, because
what is between its transactions cannot be rolled back. Whatever dies in between is finished by asking again with the same
key, be it the buyer who presses twice or ``finish``.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from opensky.devo.bag.manager import BagManager
from opensky.devo.members.objects import MemberId, PostalAddress
from opensky.devo.orders.errors import CancelledMeanwhile, KeyReused, PaymentDeclined, PaymentUnclear, PriceChanged
from opensky.devo.orders.events import ORDER_CANCELLED, ORDER_CREATED, ORDER_PAID, ORDER_REFUNDED
from opensky.devo.orders.lines import line_of, quantities_of, refuse_bad_quantities
from opensky.devo.orders.numbers import new_number
from opensky.devo.orders.objects import Buyer, Order, OrderId
from opensky.devo.orders.repository import Listed, ListedLine, Names, OrderRepository
from opensky.devo.payments.gateway import Approved, Declined, GatewayError, PaymentGateway
from opensky.devo.products.stock import SoldOut, StockRepository
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, FieldError, Invalid, NotFound
from opensky.kernel.ids import EPOCH, IdGenerator
from opensky.kernel.money import Money, total
from opensky.mapping import validate
from opensky.persistence import Duplicate, UnitOfWork
from opensky.persistence.cursors import Stretch

LONGEST_KEY = 100
LEFT_AFTER = timedelta(minutes=30)
"""How long an order waits for its payment before the sweep ends it."""

_NO_CARD = FieldError("payment_token", "Please give a card number.", "NotBlank")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What somebody wants to buy. ``seen_total`` is the sum that they were shown, where they were shown one."""

    buyer: Buyer
    email: str
    address: PostalAddress
    lines: Mapping[str, int]
    key: str
    seen_total: Money | None = None


class OrderManager:
    """The verbs of orders."""

    def __init__(
        self,
        orders: OrderRepository,
        stock: StockRepository,
        bags: BagManager,
        gateway: PaymentGateway,
        events: Dispatcher,
        unit: UnitOfWork,
        ids: IdGenerator,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._stock = stock
        self._bags = bags
        self._gateway = gateway
        self._events = events
        self._unit = unit
        self._ids = ids
        self._clock = clock

    def buy(self, purchase: Purchase, token: str) -> Order:
        """Place an order and pay it; both are committed when this returns. The same key twice is the same order once.

        Raises:
            Invalid: address, e-mail, quantities or token break a rule; nothing was ordered.
            SoldOut: there is not enough of something; nothing was ordered.
            PriceChanged: the total is not what the buyer was shown; nothing was ordered.
            PaymentDeclined: the order is cancelled, nothing was charged; order again with another key.
            PaymentUnclear: the order waits; call again with the same key.
        """
        if not token.strip():
            raise Invalid(*_wrong_about_buyer(purchase), _NO_CARD)
        order = self.place(purchase)
        if order.state == "cancelled":
            raise PaymentDeclined(order.number, "This payment was declined. Nothing was charged; please try again.")
        return order if order.is_paid else self.pay(order, token)

    def place(self, purchase: Purchase) -> Order:
        """Place an order, take its stock and commit. The same key gives the same order; raises as ``buy`` does.

        Where something is sold out, what others had ordered and never paid is given back first.
        """
        try:
            return self._place(purchase)
        except SoldOut:
            self._unit.rollback()
            if not self.finish_left():
                raise
        return self._place(purchase)

    def pay(self, order: Order, token: str) -> Order:
        """Charge a placed order and commit what came of it; raises as ``buy`` does."""
        self._unit.rollback()  # the gateway may take seconds: nobody shall wait for us meanwhile
        try:
            outcome = self._gateway.authorize(order.total, token, order.idempotency_key)
        except GatewayError as error:
            raise PaymentUnclear(order.number) from error
        if isinstance(outcome, Approved) and order.state == "placed" and self._paid_as_placed(order, outcome):
            return order
        return self._settle(order.id, outcome)

    def pay_again(self, order: Order, token: str) -> Order:
        """Go on with an order whose payment was unclear, under its own key: it is paid once. What is paid stays so.

        Raises:
            Invalid: there is no token.
            Conflict: it is cancelled; ``PaymentDeclined`` and ``PaymentUnclear`` as ``buy`` raises them.
        """
        if not token.strip():
            raise Invalid(_NO_CARD)
        if order.state == "cancelled":
            raise Conflict(f"Order {order.number} is cancelled. Please order again.", order=order.number)
        return order if order.is_paid else self.pay(order, token)

    def waiting(self, buyer: Buyer, lines: Mapping[str, int]) -> str | None:
        """Return the number of the buyer's recent order of just these things whose payment is not confirmed."""
        found: dict[str, dict[str, int]] = {}
        for line in self._orders.waiting(buyer, self._clock.now() - LEFT_AFTER):
            found.setdefault(line.number, {})[line.sku] = line.quantity
        return next((number for number, ordered in found.items() if ordered == lines), None)

    def cancel(self, number: str, buyer: Buyer) -> Order:
        """Cancel a buyer's own order, give its stock and money back, and commit.

        Raises:
            NotFound: there is no such order, or it is somebody else's.
            Conflict: it is cancelled already, or it is too late.
        """
        order = self.get(number, buyer)
        if order.state != "cancelled" and not order.cancellable(self._clock.now()):
            raise Conflict(f"Order {number} is on its way and can no longer be cancelled.", order=number)
        return self._cancel(order, "buyer")

    def cancel_for(self, number: str) -> Order:
        """Cancel an order for its buyer: staff may, at any time. Raises ``NotFound``, ``Conflict``."""
        return self._cancel(self.by_number(number), "staff")

    def finish(self, order: Order) -> Order:
        """Bring an order to its end that was left on its way: ask the gateway what became of it, and commit.

        Raises:
            PaymentUnclear: it cannot be told now.
        """
        self._unit.rollback()
        try:
            if order.state == "placed":
                outcome = self._gateway.find(order.idempotency_key)
                return self._settle(order.id, outcome or Declined(""), by="payment" if outcome else "time")
            if order.refund_due:
                return self._refund(order.id)
        except GatewayError as error:
            raise PaymentUnclear(order.number) from error
        except PaymentDeclined:
            pass
        return self._reread(order.id)

    def finish_left(self, older_than: timedelta = LEFT_AFTER, limit: int = 100) -> int:
        """Bring orders to their end that a crash or a silent gateway has left on their way; return how many were."""
        left = self._orders.left_unpaid(self._clock.now() - older_than, limit) + self._orders.refunds_due(limit)
        finished = 0
        for order in left:
            with suppress(PaymentUnclear):  # the next time, then
                self.finish(order)
                finished += 1
        return finished

    def get(self, number: str, buyer: Buyer) -> Order:
        """Return a buyer's own order; raises ``NotFound``, also where it is somebody else's."""
        order = self._orders.by_number(number)
        if order is None or not order.belongs_to(buyer):
            raise NotFound("There is no such order.", order=number)
        return order

    def shown(self, number: str, buyer: Buyer) -> Order:
        """Return a buyer's own order to be looked at: changes to it are not kept. Raises ``NotFound`` as ``get`` does."""
        order = self._orders.shown(number)
        if order is None or not order.belongs_to(buyer):
            raise NotFound("There is no such order.", order=number)
        return order

    def by_number(self, number: str) -> Order:
        """Return an order whoever's it is: for staff, and for who shows a signed link. Raises ``NotFound``."""
        order = self._orders.by_number(number)
        if order is None:
            raise NotFound("There is no such order.", order=number)
        return order

    def names(self, order: Order) -> dict[int, Names]:
        """Return what the things of an order are called and look like today, by product."""
        return self._orders.names([line.product_id for line in order.lines])

    def of_member(self, member_id: MemberId, before: int, limit: int) -> Stretch[Listed]:
        """Return a member's orders, the newest first; ``before`` is the id of the last one seen."""
        found = self._orders.of_member(member_id, before, limit + 1)
        return Stretch(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def lines_of(self, orders: Sequence[Listed]) -> dict[int, list[ListedLine]]:
        """Return what is in listed orders, by order."""
        by_order: dict[int, list[ListedLine]] = {order.id: [] for order in orders}
        for line in self._orders.lines_of(list(by_order)):
            by_order[line.order_id].append(line)
        return by_order

    def claim(self, member_id: MemberId, bag_id: int) -> None:
        """Give a member the orders that they placed as a guest in this session."""
        for order in self._orders.of_guest(bag_id):
            order.member_id = member_id

    def _place(self, purchase: Purchase) -> Order:
        key = _key(purchase)
        if self._orders.is_new(key):
            try:
                return self._new_placed(purchase, key)
            except Duplicate as error:
                if error.fields != ("idempotency_key",):
                    raise
                self._unit.rollback()  # the same key came twice at once, and the other one was first
        known = self._orders.by_key(key)
        if known is None or (purchase.lines and quantities_of(known) != dict(purchase.lines)):
            raise KeyReused(known.number if known else "")
        return known

    def _new_placed(self, purchase: Purchase, key: str) -> Order:
        order = self._new_order(purchase, key)
        self._take(order)
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
        validate(order)
        if purchase.seen_total is not None and purchase.seen_total != order.total:
            raise PriceChanged(order.total)
        return order

    def _take(self, order: Order) -> None:
        try:
            self._stock.take(quantities_of(order))
        except SoldOut as error:
            names = {line.sku: line.name for line in order.lines}
            raise SoldOut({names.get(sku, sku): left for sku, left in error.left.items()}) from error

    def _paid_as_placed(self, order: Order, outcome: Approved) -> bool:
        """Write a payment down if nobody has touched the order meanwhile: the usual case, which reads nothing again."""
        order.payment_reference, order.paid_at = outcome.reference, self._clock.now()
        order.card_brand, order.card_last4 = outcome.brand, outcome.last4
        if not self._orders.pay(order):
            self._unit.rollback()
            return False
        order.step_to("paid")
        self._tell_paid(order)
        return True

    def _settle(self, order_id: OrderId, outcome: Approved | Declined, *, by: str = "payment") -> Order:
        """Write down what became of a payment; whoever comes second finds it done."""
        order = self._reread(order_id)
        if order.is_paid:
            return order
        if isinstance(outcome, Approved):
            return self._paid(order, outcome)
        if order.state == "placed":
            self._give_back(order, by)
            self._unit.commit()
        raise PaymentDeclined(order.number, outcome.reason)

    def _paid(self, order: Order, outcome: Approved) -> Order:
        order.payment_reference = outcome.reference
        order.card_brand, order.card_last4 = outcome.brand, outcome.last4
        if order.state == "cancelled":
            self._unit.commit()
            self._refund(order.id)
            raise CancelledMeanwhile(order.number)
        order.step_to("paid")
        order.paid_at = self._clock.now()
        self._tell_paid(order)
        return order

    def _tell_paid(self, order: Order) -> None:
        if order.bag_id is not None:
            self._bags.empty(order.bag_id, [line.sku for line in order.lines])
        self._events.notify(Event(ORDER_PAID, order))
        self._unit.commit()

    def _cancel(self, order: Order, by: str) -> Order:
        order = self._heard(order)
        self._give_back(order, by)
        self._unit.commit()
        if not order.refund_due:
            return order
        try:
            return self._refund(order.id)
        except GatewayError:
            return order  # the money is due and stays so until ``finish``; the order is cancelled all the same

    def _heard(self, order: Order) -> Order:
        """Return a placed order as the gateway knows it: its charge may have gone through while nobody heard of it."""
        if order.state != "placed":
            return order
        self._unit.rollback()
        try:
            outcome = self._gateway.find(order.idempotency_key)
        except GatewayError as error:
            raise PaymentUnclear(order.number) from error
        return self._settle(order.id, outcome) if isinstance(outcome, Approved) else self._reread(order.id)

    def _give_back(self, order: Order, by: str) -> None:
        order.step_to("cancelled")
        order.cancelled_at = self._clock.now()
        self._stock.give_back(quantities_of(order))
        self._events.notify(Event(ORDER_CANCELLED, order, {"by": by}))

    def _refund(self, order_id: OrderId) -> Order:
        order = self._reread(order_id)
        self._unit.rollback()
        reference = self._gateway.refund(order.payment_reference, order.total, f"refund:{order.number}")
        order = self._reread(order_id)
        if order.refund_due:
            order.refund_reference = reference
            self._events.notify(Event(ORDER_REFUNDED, order, {"amount": order.total, "captured": False}))
            self._unit.commit()
        return order

    def _reread(self, order_id: OrderId) -> Order:
        self._unit.rollback()  # forget what was read before: another process may have settled it meanwhile
        order = self._orders.by_id(order_id)
        if order is None:
            raise NotFound("There is no such order.", order=order_id)
        return order

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


def _wrong_about_buyer(purchase: Purchase) -> tuple[FieldError, ...]:
    """Return what is wrong with e-mail and address, so that all of a form is told at once."""
    known = {"email": purchase.email, "address": purchase.address, "placed_at": EPOCH}
    draft = Order(id=OrderId(0), number="", total=Money(0), idempotency_key="", **known)  # type: ignore[arg-type]
    try:
        validate(draft)
    except Invalid as error:
        return error.errors
    return ()
