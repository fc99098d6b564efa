"""What is done about orders by the clock."""

from collections.abc import Generator

from opensky.devo.orders.manager import OrderManager
from opensky.scheduler import job


@job("*/10 * * * *", missed="skip", timeout=600, jitter=60)
def finish_orders(orders: OrderManager) -> Generator[None, None, str]:
    """Bring orders to their end whose payment or refund a crash or a silent payment house has left on its way."""
    finished = 0
    while some := orders.finish_left():
        finished += some
        yield
    return f"Orders brought to their end: {finished:,}."
