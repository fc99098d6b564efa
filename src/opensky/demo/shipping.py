"""How the older orders of the demo shop have left: a parcel from each insider, captured as the partners' own are."""

import zlib
from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from opensky.demo.making import World
from opensky.devo.orders.objects import Order, OrderLine
from opensky.devo.payments.objects import TestCapture
from opensky.devo.shipments.objects import Shipment, ShipmentId
from opensky.kernel.money import total

_CARRIERS = ("UPS", "DHL", "FedEx")
_HOURS = 60
"""Within so many hours a parcel has left."""


class Shipped(NamedTuple):
    """A parcel, and what the test gateway remembers of its capture."""

    shipment: Shipment
    capture: TestCapture


def parcels(world: World, order: Order) -> list[Shipped]:
    """Make the parcels of an order, one for each insider."""
    by_seller = sorted(order.lines, key=attrgetter("seller_id"))
    return [_parcel(world, order, seller, lines) for seller, lines in groupby(by_seller, key=attrgetter("seller_id"))]


def _parcel(world: World, order: Order, seller_id: int, lines: Iterable[OrderLine]) -> Shipped:
    packed = list(lines)
    mark = zlib.crc32(f"{order.number}{seller_id}".encode())
    left = order.placed_at + timedelta(hours=3 + mark % _HOURS, minutes=mark % 59)
    partner, short = ("fulfillment-works", "FW") if mark % 2 else ("vendornet", "VN")
    number = f"{short}-{order.number.removeprefix('OS-')}-{mark % 10_000:04}"
    shipment = Shipment(
        id=ShipmentId(world.ids.at(left)),
        order_id=order.id,
        partner=partner,
        parcel=number,
        carrier=_CARRIERS[mark % len(_CARRIERS)],
        tracking=f"TEST{mark:010}",
        lines={line.sku: line.quantity for line in packed},
        amount=total([line.amount for line in packed]),
        state="shipped",
        capture_reference=f"test-capture-{number}",
        file_id=0,
        sent_at=left,
        arrived_at=left,
        shipped_at=left,
    )
    capture = TestCapture(
        key=f"capture:{partner}:{number}",
        charge=order.payment_reference,
        reference=shipment.capture_reference,
        amount=shipment.amount,
        captured_at=left,
    )
    return Shipped(shipment, capture)
