"""The order manager: from a bag to a paid order, and back.

Money moves at the gateway, outside of any transaction; so an order is bought in two of them (adr 0004): the first places it
and takes the stock, the second says what became of the payment. This is the one manager that commits by itself, because
what is between its transactions cannot be rolled back. Whatever dies in between is finished by asking again with the same
key, be it the buyer who presses twice or ``finish``.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from opensky.devo.bag.manager import BagManager
from opensky.devo.members.objects import MemberId
from opensky.devo.orders.errors import CancelledMeanwhile, PaymentDeclined, PaymentUnclear
from opensky.devo.orders.events import ORDER_CANCELLED, ORDER_PAID, ORDER_REFUNDED
from opensky.devo.orders.objects import Buyer, Order, OrderId
from opensky.devo.orders.placing import NO_CARD, OrderPlacing, Purchase, wrong_about_buyer
from opensky.devo.orders.purse import OrderPurse
from opensky.devo.orders.repository import Listed, ListedLine, Names, OrderRepository
from opensky.devo.payments.gateway import Approved, Declined, GatewayError, PaymentGateway
from opensky.devo.products.stock import SoldOut
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork
from opensky.persistence.cursors import Stretch

__all__ = ["LEFT_AFTER", "OrderManager", "Purchase"]

LEFT_AFTER = timedelta(minutes=30)
"""How long an order waits for its payment before the sweep ends it."""


class AtCheckout(NamedTuple):
    """What to know of a buyer before they order.

    ``waiting`` is the number of a recent order of just the same things whose payment is not confirmed, ``credit`` what they have of
    it, and ``gifts`` how many coupons and free deliveries.
    """

    waiting: str | None
    credit: Money
    gifts: int


_PAID_UP = Approved("", "", "")
"""What becomes of an order of which nothing is left to charge."""


class OrderManager:
    """The verbs of orders."""

    def __init__(
        self,
        orders: OrderRepository,
        placing: OrderPlacing,
        purse: OrderPurse,
        bags: BagManager,
        gateway: PaymentGateway,
        events: Dispatcher,
        unit: UnitOfWork,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._placing = placing
        self._purse = purse
        self._bags = bags
        self._gateway = gateway
        self._events = events
        self._unit = unit
        self._clock = clock

    def buy(self, purchase: Purchase, token: str) -> Order:
        """Place an order and pay it; both are committed when this returns. The same key twice is the same order once.

        Raises:
            Invalid: address, e-mail, quantities or token break a rule, or the coupon is refused; nothing was ordered.
            SoldOut: there is not enough of something; nothing was ordered.
            PriceChanged, CreditChanged: the sums are not what the buyer was shown; nothing was ordered.
            PaymentDeclined: the order is cancelled, nothing was charged; order again with another key.
            PaymentUnclear: the order waits; call again with the same key.
        """
        has_card = bool(token.strip())
        if not has_card and not (purchase.use_credit or purchase.coupon):
            raise Invalid(*wrong_about_buyer(purchase), NO_CARD)
        order = self.place(replace(purchase, has_card=has_card))
        if order.state == "cancelled":
            raise PaymentDeclined(order.number, "This payment was declined. Nothing was charged; please try again.")
        return order if order.is_paid else self.pay_again(order, token)

    def place(self, purchase: Purchase) -> Order:
        """Place an order, take its stock and commit. The same key gives the same order; raises as ``buy`` does.

        Where something is sold out, what others had ordered and never paid is given back first.
        """
        try:
            return self._placing.place(purchase)
        except SoldOut:
            self._unit.rollback()
            if not self.finish_left():
                raise
        return self._placing.place(purchase)

    def pay(self, order: Order, token: str) -> Order:
        """Charge a placed order and commit what came of it; raises as ``buy`` does. Where credit pays all, there is no charge."""
        self._unit.rollback()  # the gateway may take seconds: nobody shall wait for us meanwhile
        try:
            outcome = self._gateway.authorize(order.charge, token, order.idempotency_key) if order.charge else _PAID_UP
        except GatewayError as error:
            raise PaymentUnclear(order.number) from error
        if isinstance(outcome, Approved) and order.state == "placed" and self._paid_as_placed(order, outcome):
            return order
        return self._settle(order.id, outcome)

    def pay_again(self, order: Order, token: str) -> Order:
        """Go on with an order whose payment was unclear, under its own key: it is paid once. What is paid stays so.

        Raises:
            Invalid: there is no token, and something to charge.
            Conflict: it is cancelled; ``PaymentDeclined`` and ``PaymentUnclear`` as ``buy`` raises them.
        """
        if order.charge and not token.strip():
            raise Invalid(NO_CARD)
        if order.state == "cancelled":
            raise Conflict(f"Order {order.number} is cancelled. Please order again.", order=order.number)
        return order if order.is_paid else self.pay(order, token)

    def at_checkout(self, buyer: Buyer, lines: Mapping[str, int]) -> AtCheckout:
        """Return what to know of a buyer who is about to order just these things; one statement."""
        now = self._clock.now()
        since, currency = now - LEFT_AFTER, self._purse.currency
        orders: dict[str, dict[str, int]] = {}
        credit = gifts = 0
        for each in self._orders.at_checkout(buyer, since, now, currency):
            if each.what == "order":
                orders.setdefault(each.number, {})[each.sku] = each.amount
            elif each.what == "credit":
                credit = each.amount
            else:
                gifts = each.amount
        waiting = next((number for number, ordered in orders.items() if ordered == lines), None)
        return AtCheckout(waiting, Money(credit, currency), gifts)

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
                outcome = self._gateway.find(order.idempotency_key) if order.charge else _PAID_UP
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
            if order.payment_reference:
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
        self._purse.settle(order)  # after the rewards, which hold their limits before they hold an account
        self._unit.commit()

    def _cancel(self, order: Order, by: str) -> Order:
        order = self._heard(order)
        self._give_back(order, by)
        if order.paid_at is not None and order.credit and not order.payment_reference:
            self._events.notify(Event(ORDER_REFUNDED, order, {"amount": order.charge, "captured": False}))
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
        self._placing.give_back(order)
        self._events.notify(Event(ORDER_CANCELLED, order, {"by": by}))
        self._purse.give_back_credit(order)

    def _refund(self, order_id: OrderId) -> Order:
        order = self._reread(order_id)
        self._unit.rollback()
        reference = self._gateway.refund(order.payment_reference, order.charge, f"refund:{order.number}")
        order = self._reread(order_id)
        if order.refund_due:
            order.refund_reference = reference
            self._events.notify(Event(ORDER_REFUNDED, order, {"amount": order.charge, "captured": False}))
            self._unit.commit()
        return order

    def _reread(self, order_id: OrderId) -> Order:
        self._unit.rollback()  # forget what was read before: another process may have settled it meanwhile
        order = self._orders.by_id(order_id)
        if order is None:
            raise NotFound("There is no such order.", order=order_id)
        return order
