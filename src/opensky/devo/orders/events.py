"""What happens to orders. The subject is the order as it was just written, to be looked at; to change it, read it again."""

from opensky.devo.orders.objects import Order
from opensky.events import declare

ORDER_CREATED = declare("order.created", "An order was placed; its stock is held.", subject=Order)
ORDER_PAID = declare("order.paid", "An order was paid; its parcels are owed.", subject=Order)
ORDER_HELD = declare("order.held", "A paid order is held until a person has looked at it.", subject=Order)
ORDER_RELEASED = declare("order.released", "A held order goes on: a person has looked at it.", subject=Order)
ORDER_CANCELLED = declare(
    "order.cancelled",
    "An order was cancelled and its stock given back; by buyer, staff, payment (declined) or time (left unpaid).",
    subject=Order,
    parameters=("by",),
)
ORDER_SHIPPED = declare(
    "order.shipped",
    "A parcel of an order has left, and what is in it is paid: `lines` says how many of which SKU, `complete` whether all has left now.",
    subject=Order,
    parameters=("shipment", "carrier", "tracking", "lines", "amount", "complete"),
)
ORDER_REFUNDED = declare(
    "order.refunded",
    "What was paid for a cancelled order was given back; where it was not `captured` yet, it was only promised and is released.",
    subject=Order,
    parameters=("amount", "captured"),
)
