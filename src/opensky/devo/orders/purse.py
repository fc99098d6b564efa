"""What of an order the card does not pay: what a coupon takes off, a delivery that costs nothing, the buyer's credit (adr 0043)."""

from typing import NamedTuple

from opensky.devo.benefits.errors import CouponRefused
from opensky.devo.benefits.objects import Benefit
from opensky.devo.benefits.using import BenefitUses, whose
from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import MemberId
from opensky.devo.orders.errors import CreditChanged, PriceChanged
from opensky.devo.orders.objects import Order, OrderId
from opensky.kernel.money import Money
from opensky.settings import Settings

_IN_THE_PRICE = "This coupon is for a delivery that costs nothing, and delivery is in the price here. Please keep it."


class Due(NamedTuple):
    """What somebody has to pay for goods, by whatever means."""

    goods: Money
    discount: Money
    delivery: Money
    coupon: Benefit | None = None
    free: Benefit | None = None
    """The free delivery that is used up by it."""

    @property
    def total(self) -> Money:
        """The goods, less the discount, with the delivery."""
        return self.goods - self.discount + self.delivery


class OrderPurse:
    """Reckons what is due, and takes it of coupons and credit. An order that has none of this costs no statement."""

    def __init__(self, benefits: BenefitUses, credit: CreditManager, settings: Settings) -> None:
        self._benefits = benefits
        self._credit = credit
        self._delivery = settings.delivery_price
        self._currency = settings.currency

    @property
    def currency(self) -> str:
        """The currency in which credit is kept."""
        return self._currency

    def due(self, goods: Money, member_id: MemberId | None, coupon: str) -> Due:
        """Return what goods cost this buyer, with a coupon if a code is given. Nothing is used yet.

        Raises:
            CouponRefused: the code gives this buyer nothing.
        """
        nothing, delivery = Money(0, goods.currency), Money(self._delivery, goods.currency)
        found = self._benefits.coupon(coupon, member_id) if coupon.strip() else None
        if found is not None and found.kind == "free_shipping":
            if not delivery:
                raise CouponRefused(_IN_THE_PRICE)
            return Due(goods, nothing, nothing, found)
        due = Due(goods, found.off(goods) if found else nothing, delivery, found)
        if member_id is None or not delivery:
            return due
        if self._benefits.delivered_for_nothing(member_id):
            return due._replace(delivery=nothing)
        free = self._benefits.free_delivery(member_id)
        return due._replace(delivery=nothing, free=free) if free else due

    def spendable(self, balance: Money, due: Money) -> Money:
        """Return how much of a balance can be used for what is due."""
        if due.currency != balance.currency:
            return Money(0, due.currency)
        return max(Money(0, due.currency), min(balance, due))

    def take(self, order: Order, due: Due, *, credit: bool, seen: Money | None) -> None:
        """Use what is due of coupons, and hold credit if it is wanted: all of it, or what there is.

        Raises:
            CouponRefused: somebody was quicker.
            PriceChanged: the free delivery was used by another order.
            CreditChanged: there is not as much credit as the buyer has ``seen``.
        """
        buyer = whose(order.member_id, order.email)
        if due.coupon is not None:
            self._benefits.use(due.coupon, buyer, order.id)
            order.coupon = due.coupon.code or ""
        if due.free is not None:
            try:
                self._benefits.use(due.free, buyer, order.id)
            except CouponRefused as error:
                raise PriceChanged(due.total + Money(self._delivery, due.total.currency)) from error
        if credit and order.member_id is not None and order.total.currency == self._currency:
            held = self._credit.hold(order.member_id, order.total, credit_key(order.id), f"Order {order.number}")
            order.credit_minor = held.minor
        if credit and seen is not None and seen != order.credit:
            raise CreditChanged(order.credit)

    def settle(self, order: Order) -> None:
        """Say that the credit of an order that is paid now is spent."""
        if order.credit_minor:
            self._credit.settle(credit_key(order.id))

    def give_back_benefits(self, order: Order) -> None:
        """Let the coupon and the free delivery of an order that ended be used again."""
        self._benefits.give_back(order.id)

    def give_back_credit(self, order: Order) -> None:
        """Give the buyer the credit of an order that ended; it expires when it would have."""
        if order.credit_minor:
            self._credit.reverse(credit_key(order.id), f"Order {order.number} was not carried out")


def credit_key(order_id: OrderId) -> str:
    """Return the key under which the credit of an order stands in the ledger."""
    return f"order:{order_id}"
