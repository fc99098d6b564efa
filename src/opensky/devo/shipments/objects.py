"""Shipments: parcels that partners say have left, the files that they say it in, and what of those could not be taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, NewType

import msgspec

from opensky.devo.orders.objects import OrderId
from opensky.kernel.money import Money
from opensky.mapping import Embedded, Id, Index, Length, Personal, Unique, Version, entity

ShipmentId = NewType("ShipmentId", int)
RejectId = NewType("RejectId", int)
State = Literal["arrived", "shipped", "declined"]
FileState = Literal["done", "refused"]
RejectState = Literal["open", "settled"]

STATES: tuple[State, ...] = ("arrived", "shipped", "declined")
"""``arrived``: the partner has told us, its part of the payment is being captured; ``shipped``: captured, and marked in
the order; ``declined``: the payment house refused the capture, a person decides."""


class Parcel(msgspec.Struct, kw_only=True):
    """A parcel as a partner tells of it: its own number, of which order, and how many of which SKU are in it."""

    row: int
    number: str
    order: str
    lines: dict[str, int]
    carrier: str = ""
    tracking: str = ""
    sent_at: datetime | None = None


class Bad(msgspec.Struct, kw_only=True):
    """A row that is no parcel, as it was written, and why."""

    row: int
    text: str
    reason: str


class Source(msgspec.Struct, kw_only=True):
    """Where parcels come from: whose file, and its number, which is that of the message that it came in."""

    file: int
    partner: str
    name: str


@entity("shipments", Unique("partner", "parcel"), Index("order_id"), Index("state", "-id"))
@dataclass(eq=False, kw_only=True)
class Shipment:
    """One parcel of one order: what is in it, how it travels, and what was captured for it."""

    id: Annotated[ShipmentId, Id()]
    order_id: OrderId
    partner: Annotated[str, Length(1, 40)]
    parcel: Annotated[str, Length(1, 60)]
    carrier: Annotated[str, Length(0, 60)] = ""
    tracking: Annotated[str, Personal("account"), Length(0, 100)] = ""
    lines: Annotated[Mapping[str, int], Personal("account"), Embedded()]
    amount: Annotated[Money, Personal("financial")]
    state: Annotated[State, Length(1, 10)] = "arrived"
    problem: Annotated[str, Length(0, 300)] = ""
    capture_reference: Annotated[str, Personal("financial"), Length(0, 60)] = ""
    file_id: int
    sent_at: datetime | None = None
    arrived_at: datetime
    shipped_at: datetime | None = None
    version: Annotated[int, Version()] = 0

    def says(self, parcel: Parcel, order_id: OrderId) -> bool:
        """Whether a parcel that bears this number is this one."""
        return self.order_id == order_id and dict(self.lines) == parcel.lines


@entity("shipment_files")
@dataclass(eq=False, kw_only=True)
class ShipmentFile:
    """A file or document of a partner, and what became of what is in it."""

    id: Annotated[int, Id()]
    partner: Annotated[str, Length(1, 40)]
    name: Annotated[str, Length(1, 200)]
    state: Annotated[FileState, Length(1, 10)]
    parcels: int = 0
    shipped: int = 0
    known: int = 0
    rejected: int = 0
    problem: Annotated[str, Length(0, 300)] = ""
    told_at: datetime


@entity("shipment_rejects", Unique("file_id", "row"), Index("state", "-id"))
@dataclass(eq=False, kw_only=True)
class ShipmentReject:
    """What could not be taken, and why. It is open until somebody has settled it, or it could be taken after all."""

    id: Annotated[RejectId, Id()]
    file_id: int
    row: int
    partner: Annotated[str, Length(1, 40)]
    name: Annotated[str, Length(1, 200)]
    order_number: Annotated[str, Length(0, 40)] = ""
    text: Annotated[str, Personal("account"), Length(0, 500)] = ""
    reason: Annotated[str, Length(1, 300)]
    parcel: Annotated[Mapping[str, object], Personal("account"), Embedded()] = field(default_factory=dict)
    state: Annotated[RejectState, Length(1, 10)] = "open"
    rejected_at: datetime
    settled_at: datetime | None = None
    version: Annotated[int, Version()] = 0

    @property
    def can_be_tried(self) -> bool:
        """Whether it is a parcel that might be taken now."""
        return self.state == "open" and bool(self.parcel)
