"""A shop, and OSIS beside it in the same process: what one sends, the other gets, through the real queue and real requests."""

from collections.abc import Callable

import pytest

from opensky.devo.orders.objects import Order
from opensky.persistence import UnitOfWork


@pytest.fixture
def now(unit: UnitOfWork) -> Callable[[Order], Order]:
    """Reads an order again."""

    def read(order: Order) -> Order:
        unit.rollback()
        found = unit.get(Order, order.id)
        unit.rollback()
        assert found is not None
        return found

    return read
