"""What happens between something that somebody is told of and the letter about it."""

from opensky.devo.orders.objects import Order
from opensky.events import declare

LETTER_ORDER_DUE = declare(
    "letter.order_due",
    "A letter about an order is to be written, while nobody waits: `kind` names the letter, `values` what only the cause knew.",
    subject=Order,
    parameters=("kind", "values"),
)
