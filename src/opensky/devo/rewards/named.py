"""Orders and products that an event only names: what rules may ask of them, and how it is found."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from opensky.devo.members.objects import MemberId
from opensky.devo.orders.objects import Order
from opensky.devo.products.objects import Product, Variant
from opensky.kernel.money import Money
from opensky.persistence import DocumentQuery, Param, Query, table

_orders = table(Order)


class OrderOf(NamedTuple):
    """What rules may ask of an order that an event only names."""

    id: int
    member_id: MemberId | None
    state: str
    address: Any
    placed_at: datetime
    paid_at: datetime | None
    total_minor: int
    total_currency: str

    @property
    def total(self) -> Money:
        """What it costs."""
        return Money(self.total_minor, self.total_currency)

    @property
    def is_paid(self) -> bool:
        """Whether its payment is settled and not given back."""
        return self.state not in {"placed", "cancelled"}


class ProductOf(msgspec.Struct):
    """What rules may ask of a product that an event only names."""

    slug: str
    name: str
    variants: list[Variant] = []


ORDER = Query(select(*(_orders.c[name] for name in OrderOf._fields)).where(_orders.c.id == bindparam("id")), OrderOf)
PRODUCT = DocumentQuery(Product, {"id": Param("id")}, into=ProductOf)
