"""What the gateway did while nobody heard of it."""

from collections.abc import Callable
from typing import Any

from opensky.devo.orders.manager import OrderManager, Purchase
from opensky.devo.payments.objects import TestCharge
from opensky.devo.payments.trial import APPROVED
from opensky.devo.products.objects import Product
from opensky.persistence import UnitOfWork

MakePurchase = Callable[..., Purchase]


def test_who_cancels_what_was_charged_unheard_gets_the_money_back(
    orders: OrderManager, unit: UnitOfWork, gateway: Any, bowl: Product, purchase: MakePurchase
) -> None:
    """The gateway charged but its answer was lost: it is asked before the order is cancelled."""
    placed = orders.place(purchase())
    gateway.authorize(placed.total, APPROVED, placed.idempotency_key)

    order = orders.cancel_for(placed.number)

    assert (order.state, order.refund_due) == ("cancelled", False)
    [charge] = unit.find(TestCharge)
    assert charge.refund_reference == order.refund_reference != ""
