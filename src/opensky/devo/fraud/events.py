"""What happens between an order and its fraud check."""

from opensky.devo.orders.objects import Order
from opensky.events import declare

ORDER_CHECK_FRAUD = declare(
    "order.check_fraud", "A paid order is to be checked for fraud, while nobody waits.", subject=Order
)
ORDER_FRAUD_CHECKED = declare(
    "order.fraud_checked",
    "The fraud check has said of an order: approve, hold or refuse, with a score of 0 to 100 and reasons.",
    subject=Order,
    parameters=("verdict", "score", "reasons"),
)
