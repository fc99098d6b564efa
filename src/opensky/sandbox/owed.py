"""What is owed: the parcels that simulated partners are to send, read from the shop's own database."""

import zlib
from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select

from opensky.devo.orders.objects import Order, OrderLine
from opensky.devo.shipments.objects import Shipment
from opensky.kernel.ids import first_id_at
from opensky.persistence import Database, Query, Reader, table

WAREHOUSE, MARKETPLACE = "fulfillment-works", "vendornet"
OLDEST = timedelta(days=6)
"""What was paid before is left alone: imported orders, for one, were shipped by others long ago."""
AT_ONCE = 40

_orders, _lines, _shipments = table(Order), table(OrderLine), table(Shipment)


class _Line(NamedTuple):
    order_id: int
    number: str
    seller_id: int
    sku: str
    quantity: int


class Owed(NamedTuple):
    """A parcel to be sent: what one insider owes to one order, from where it is sent."""

    partner: str
    number: str
    order: str
    lines: dict[str, int]


_PAID = Query(
    select(_orders.c.id)
    .where(
        _orders.c.state.in_(("paid", "partly_shipped")),
        _orders.c.id > bindparam("since"),
        _orders.c.paid_at <= bindparam("until"),
    )
    .order_by(_orders.c.id)
    .limit(bindparam("limit")),
    int,
)
_OF = Query(
    select(_lines.c.order_id, _orders.c.number, _lines.c.seller_id, _lines.c.sku, _lines.c.quantity)
    .join(_orders, _orders.c.id == _lines.c.order_id)
    .where(_lines.c.order_id.in_(bindparam("order_ids", expanding=True)))
    .order_by(_lines.c.order_id, _lines.c.position),
    _Line,
)
_TOLD = Query(select(_shipments.c.parcel).where(_shipments.c.order_id.in_(bindparam("order_ids", expanding=True))), str)


def owed(database: Database, now: datetime, after: timedelta, told: Container[str] = ()) -> list[Owed]:
    """Return some parcels of the oldest orders that were paid at least so long ago, without those that were told before.

    An order that never gets shipped holds up none that came after it.
    """
    since = first_id_at(now - OLDEST) - 1
    with database.reader() as reader:
        while found := reader.fetch(_PAID, since=since, until=now - after, limit=AT_ONCE):
            if parcels := [each for each in _parcels(reader, found) if each.number not in told]:
                return parcels
            since = found[-1]
    return []


def _parcels(reader: Reader, order_ids: Sequence[int]) -> list[Owed]:
    """Return the parcels of these orders that the shop was not told of."""
    told = set(reader.fetch(_TOLD, order_ids=order_ids))
    parcels: dict[tuple[int, int], Owed] = {}
    for line in reader.fetch(_OF, order_ids=order_ids):
        key = (line.order_id, line.seller_id)
        parcels.setdefault(key, _empty(line.number, line.seller_id)).lines[line.sku] = line.quantity
    return [parcel for parcel in parcels.values() if parcel.number not in told]


def _empty(order: str, seller_id: int) -> Owed:
    """Return the parcel of an insider, always from the same partner and with the same number."""
    mark = zlib.crc32(str(seller_id).encode())
    partner, short = (WAREHOUSE, "FW") if mark % 2 else (MARKETPLACE, "VN")
    return Owed(partner, f"{short}-{order.removeprefix('OS-')}-{mark % 10_000:04}", order, {})
