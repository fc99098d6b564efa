"""Every question that is asked about shipments."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import bindparam, literal_column, select

from opensky.devo.orders.objects import Order
from opensky.devo.orders.parcels import Left
from opensky.devo.shipments.objects import Shipment, ShipmentFile, ShipmentReject, Source
from opensky.persistence import Query, Reader, UnitOfWork, table

_shipments = table(Shipment)
_UNDER_WAY = Query(
    select(literal_column("1")).where(_shipments.c.order_id == bindparam("order_id"), _shipments.c.state == "arrived"),
    int,
)
_orders = table(Order)
_ORDER = Query(select(_orders.c.id).where(_orders.c.number == bindparam("number")), int)
_LEFT = Query(
    select(_shipments.c.carrier, _shipments.c.tracking, _shipments.c.shipped_at, _shipments.c.lines)
    .where(_shipments.c.order_id == bindparam("order_id"), _shipments.c.state == "shipped")
    .order_by(_shipments.c.id),
    Left,
)
T = TypeVar("T")


class LeftParcels:
    """What pages show of parcels: the ``Parcels`` of orders. One statement, no objects."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def left(self, order_id: int) -> list[Left]:
        """Which parcels of this order have left?"""
        return self._reader.fetch(_LEFT, order_id=order_id)


class ShipmentRepository:
    """Keeps shipments, the files that they came in, and what was rejected."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, thing: Shipment | ShipmentFile | ShipmentReject) -> None:
        """Keep something new."""
        self._unit.persist(thing)

    def by_parcel(self, partner: str, parcel: str) -> Shipment | None:
        """Which shipment has this number of this partner?"""
        return self._unit.find_one(Shipment, {"partner": partner, "parcel": parcel})

    def by_id(self, id_: int) -> Shipment | None:
        """Which shipment has this id?"""
        return self._unit.get(Shipment, id_)

    def of_order(self, order_id: int) -> list[Shipment]:
        """Which parcels of this order were told, in whatever state?"""
        return self._unit.find(Shipment, {"order_id": order_id}, sort=("id",))

    def is_under_way(self, order_id: int) -> bool:
        """Is a parcel of this order between its arrival here and its capture?"""
        return self._unit.fetch_one(_UNDER_WAY, order_id=order_id) is not None

    def file(self, id_: int) -> ShipmentFile | None:
        """Which file has this number?"""
        return self._unit.get(ShipmentFile, id_)

    def reject(self, id_: int) -> ShipmentReject | None:
        """Which reject has this id?"""
        return self._unit.get(ShipmentReject, id_)

    def reject_of(self, source: Source, row: int) -> ShipmentReject | None:
        """Was this row of this file rejected?"""
        return self._unit.find_one(ShipmentReject, {"file_id": source.file, "row": row})

    def rejects_of(self, file_id: int) -> list[ShipmentReject]:
        """What of this file was rejected?"""
        return self._unit.find(ShipmentReject, {"file_id": file_id}, sort=("row",), limit=500)

    def shipments(self, words: str, state: str, before: int, limit: int) -> Sequence[Shipment]:
        """Which shipments are there, the newest first? By the number of a parcel or of an order, where words are given."""
        asked: dict[str, Any] = {}
        if words:
            order = self._unit.fetch_one(_ORDER, number=words.upper())
            asked["$or"] = [{"parcel": words}, {"order_id": order or 0}]
        return self._listed(Shipment, asked, state, before, limit)

    def rejects(self, words: str, state: str, before: int, limit: int) -> Sequence[ShipmentReject]:
        """What was rejected, the newest first? By the number of an order, where words are given."""
        return self._listed(ShipmentReject, {"order_number": words.upper()} if words else {}, state, before, limit)

    def files(self, words: str, before: int, limit: int) -> Sequence[ShipmentFile]:
        """Which files came, the newest first? By name, where words are given."""
        return self._listed(ShipmentFile, {"name": words} if words else {}, "", before, limit)

    def _listed(self, cls: type[T], asked: dict[str, Any], state: str, before: int, limit: int) -> list[T]:
        found: dict[str, Any] = {"id": {"$lt": before}} | asked | ({"state": state} if state else {})
        return self._unit.find(cls, found, sort=("-id",), limit=limit)
