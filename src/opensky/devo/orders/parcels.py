"""Orders whose parcels leave: what is still to come, and how far that brings the order."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from opensky.devo.orders.objects import STEPS, Order
from opensky.devo.orders.repository import OrderRepository


class Left(NamedTuple):
    """A parcel that has left, as the order's page shows it."""

    carrier: str
    tracking: str
    shipped_at: datetime
    lines: Mapping[str, int]


class Parcels(Protocol):
    """Knows which parcels of an order have left."""

    def left(self, order_id: int) -> list[Left]:
        """Return the parcels that have left, the first one first."""


class OrderParcels:
    """Reads orders to have parcels of them leave, and says of them that they have left."""

    def __init__(self, orders: OrderRepository) -> None:
        self._orders = orders

    def hold(self, number: str) -> Order | None:
        """Return an order with its lines, so that until the transaction ends nobody else has a parcel of it leave or cancels it."""
        return self._orders.by_number(number) if self._orders.touch(number) else None

    def number(self, order_id: int) -> str:
        """Return the number of an order."""
        return self._orders.number(order_id)

    def leave(self, order: Order, gone: Mapping[str, int]) -> bool:
        """Step on, given how many of which SKU have left altogether; say whether that is all of it."""
        complete = all(gone.get(line.sku, 0) >= line.quantity for line in order.lines)
        to = "shipped" if complete else "partly_shipped"
        if order.state != to:
            order.step_to("shipped" if complete else "partly_shipped")
        return complete


def why_not(order: Order) -> str:
    """Return why no parcel of an order may leave, or nothing if one may."""
    if "shipped" in STEPS[order.state]:
        return ""
    return {
        "placed": f"Order {order.number} is not paid.",
        "held": f"Order {order.number} is held: somebody has to look at it first.",
        "shipped": f"Order {order.number} has left completely.",
        "cancelled": f"Order {order.number} was cancelled.",
    }.get(order.state, f"Order {order.number} is {order.state}.")
