"""The shipment manager: a parcel that a partner tells of is noted, its part of the payment captured, and its order stepped on.

The capture is made at the payment house, outside of any transaction; so a parcel is taken in two of them (adr 0034): the first
notes it, the second says that it has left. Whatever dies in between is finished when the parcel is brought again, which
OSIS does until it has an answer; the capture's key is the parcel's own, so that it is captured once.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

import msgspec

from opensky.devo.orders.events import ORDER_SHIPPED
from opensky.devo.orders.objects import Order
from opensky.devo.orders.parcels import OrderParcels, why_not
from opensky.devo.payments.gateway import Captured, Declined, GatewayError, PaymentGateway
from opensky.devo.shipments.errors import Rejected, Unanswered
from opensky.devo.shipments.objects import Bad, Parcel, RejectId, Shipment, ShipmentId, ShipmentReject, Source
from opensky.devo.shipments.repository import ShipmentRepository
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork

PATIENCE = timedelta(seconds=15)
"""After so long a batch is answered with what is done; OSIS brings the rest again."""
_LONGEST = {"text": 500, "reason": 300, "number": 60, "carrier": 60, "tracking": 100}

Word = Literal["shipped", "known", "rejected", "later"]


class Outcome(msgspec.Struct):
    """What became of a parcel: shipped now, known before, rejected for a reason, or not done yet: bring it again."""

    row: int
    word: Word
    reason: str = ""


class ShipmentManager:
    """The verbs of shipments. It commits by itself, between parcels and around captures."""

    def __init__(
        self,
        shipments: ShipmentRepository,
        orders: OrderParcels,
        gateway: PaymentGateway,
        events: Dispatcher,
        unit: UnitOfWork,
        ids: IdGenerator,
        clock: Clock,
    ) -> None:
        self._shipments = shipments
        self._orders = orders
        self._gateway = gateway
        self._events = events
        self._unit = unit
        self._ids = ids
        self._clock = clock

    def take(self, source: Source, parcels: Sequence[Parcel], bad: Sequence[Bad]) -> list[Outcome]:
        """Take parcels of a file, and write down its bad rows. Bringing them again is the same as once, answer included."""
        self._unit.rollback()
        for row in bad:
            self._reject(source, row.row, row.reason, text=row.text)
        self._unit.commit()
        until, outcomes, answers = self._clock.now() + PATIENCE, list[Outcome](), True
        for parcel in parcels:
            if not answers or self._clock.now() > until:
                outcomes.append(Outcome(parcel.row, "later"))
                continue
            try:
                outcomes.append(Outcome(parcel.row, self._taken(source, parcel)))
            except Rejected as error:
                self._unit.rollback()
                self._reject(source, parcel.row, error.message, parcel=parcel)
                self._unit.commit()
                outcomes.append(Outcome(parcel.row, "rejected", error.message))
            except Unanswered as error:
                answers = False
                outcomes.append(Outcome(parcel.row, "later", error.message))
        return outcomes

    def capture_again(self, shipment_id: int) -> Shipment:
        """Ask the payment house again for a shipment whose capture it declined, or that nobody finished.

        Raises:
            Rejected: it is declined again, or its order cannot be shipped any more.
            Unanswered: the payment house does not answer.
        """
        shipment = self._reread(shipment_id)
        if shipment.state != "shipped":
            self._captured(shipment)
        return self._reread(shipment_id)

    def try_again(self, reject_id: int) -> None:
        """Take a parcel that was rejected, as its order may be released or corrected by now; it is settled then.

        Raises:
            Rejected: it cannot be taken now either; the reject has the new reason.
            Unanswered: the payment house does not answer.
        """
        reject = self._found(reject_id)
        if not reject.can_be_tried:
            raise Rejected("There is nothing in this row that could be tried again.")
        source = Source(file=reject.file_id, partner=reject.partner, name=reject.name)
        parcel = msgspec.convert(reject.parcel, Parcel, strict=False)
        try:
            self._taken(source, parcel, again=True)
        except Rejected as error:
            self._unit.rollback()
            self._found(reject_id).reason = error.message[: _LONGEST["reason"]]
            self._unit.commit()
            raise
        self.settle(reject_id)

    def settle(self, reject_id: int) -> None:
        """Say that somebody has seen to a reject."""
        self._unit.rollback()
        reject = self._found(reject_id)
        if reject.state == "open":
            reject.state, reject.settled_at = "settled", self._clock.now()
        self._unit.commit()

    def _taken(self, source: Source, parcel: Parcel, *, again: bool = False) -> Word:
        shipment = self._noted(source, parcel)
        if shipment.state == "shipped":
            return "shipped" if shipment.file_id == source.file else "known"
        if shipment.state == "declined" and not again:
            raise Rejected(shipment.problem)
        self._captured(shipment)
        return "shipped"

    def _noted(self, source: Source, parcel: Parcel) -> Shipment:
        """Return the shipment of a parcel: the one that is known, or a new one, which is committed."""
        self._unit.rollback()
        order = self._orders.hold(parcel.order)
        if order is None:
            raise Rejected(f"There is no order {parcel.order}.")
        known = self._shipments.by_parcel(source.partner, parcel.number)
        if known is not None:
            if known.says(parcel, order.id):
                return known
            raise Rejected(f"Parcel {parcel.number} was told before, of another order or with other things in it.")
        if reason := why_not(order):
            raise Rejected(reason)
        shipment = Shipment(
            id=ShipmentId(self._ids.next()),
            order_id=order.id,
            partner=source.partner,
            parcel=_short(parcel.number, "number"),
            carrier=_short(parcel.carrier, "carrier"),
            tracking=_short(parcel.tracking, "tracking"),
            lines=parcel.lines,
            amount=_worth(order, parcel.lines, self._told(order)),
            file_id=source.file,
            sent_at=parcel.sent_at,
            arrived_at=self._clock.now(),
        )
        self._shipments.add(shipment)
        self._unit.commit()
        return shipment

    def _captured(self, shipment: Shipment) -> None:
        """Capture what a parcel is worth, and say that it has left; raises ``Rejected`` where that is declined."""
        order = self._orders.hold(self._orders.number(shipment.order_id))
        reference = order.payment_reference if order else ""
        self._unit.rollback()  # the payment house may take seconds: nobody shall wait for us meanwhile
        try:
            outcome = self._capture(reference, shipment)
        except GatewayError as error:
            raise Unanswered("The payment house does not answer now.") from error
        order = self._orders.hold(self._orders.number(shipment.order_id))
        current = self._shipments.by_id(shipment.id)
        if order is None or current is None or current.state == "shipped":
            return  # somebody else was first
        if isinstance(outcome, Declined):
            current.state, current.problem = "declined", f"The payment was declined: {outcome.reason}"
            self._unit.commit()
            raise Rejected(current.problem)
        if current.state == "declined":
            self._settle_rejects(current)
        current.state, current.problem, current.shipped_at = "shipped", "", self._clock.now()
        current.capture_reference = outcome.reference
        complete = self._orders.leave(order, self._gone(order))
        self._tell(order, current, complete=complete)
        self._unit.commit()

    def _capture(self, reference: str, shipment: Shipment) -> Captured | Declined:
        """Take a parcel's share of what the card pays; where credit pays for it, there is nothing to take."""
        if not shipment.amount:
            return Captured("")
        return self._gateway.capture(reference, shipment.amount, f"capture:{shipment.partner}:{shipment.parcel}")

    def _settle_rejects(self, shipment: Shipment) -> None:
        """Settle what was rejected because the payment was declined, now that it is not."""
        for reject in self._shipments.rejects_of(shipment.file_id):
            if reject.state == "open" and reject.parcel.get("number") == shipment.parcel:
                reject.state, reject.settled_at = "settled", self._clock.now()

    def _tell(self, order: Order, shipment: Shipment, *, complete: bool) -> None:
        told = {
            "shipment": shipment.id,
            "carrier": shipment.carrier,
            "tracking": shipment.tracking,
            "lines": dict(shipment.lines),
            "amount": shipment.amount,
            "complete": complete,
        }
        self._events.notify(Event(ORDER_SHIPPED, order, told))

    def _told(self, order: Order) -> dict[str, int]:
        """Return how many of which SKU partners have told us of, whether captured or not."""
        return _summed([each.lines for each in self._shipments.of_order(order.id)])

    def _gone(self, order: Order) -> dict[str, int]:
        return _summed([each.lines for each in self._shipments.of_order(order.id) if each.state == "shipped"])

    def _reject(self, source: Source, row: int, reason: str, *, text: str = "", parcel: Parcel | None = None) -> None:
        if self._shipments.reject_of(source, row) is not None:
            return
        reject = ShipmentReject(
            id=RejectId(self._ids.next()),
            file_id=source.file,
            row=row,
            partner=source.partner,
            name=source.name,
            order_number=parcel.order[:40] if parcel else "",
            text=_short(text or _written(parcel), "text"),
            reason=_short(reason, "reason"),
            parcel=msgspec.to_builtins(parcel) if parcel else {},
            rejected_at=self._clock.now(),
        )
        self._shipments.add(reject)

    def _found(self, reject_id: int) -> ShipmentReject:
        reject = self._shipments.reject(reject_id)
        if reject is None:
            raise Rejected("There is no such reject.")
        return reject

    def _reread(self, shipment_id: int) -> Shipment:
        self._unit.rollback()
        shipment = self._shipments.by_id(shipment_id)
        if shipment is None:
            raise Rejected("There is no such shipment.")
        return shipment


def _worth(order: Order, lines: Mapping[str, int], told: Mapping[str, int]) -> Money:
    """Return what the card pays of a parcel; raises ``Rejected`` where its things are not those that are still to come."""
    by_sku = {line.sku: line for line in order.lines}
    for sku, quantity in lines.items():
        line = by_sku.get(sku)
        if line is None:
            raise Rejected(f"Order {order.number} has no {sku}.")
        left = line.quantity - told.get(sku, 0)
        if not 1 <= quantity <= left:
            raise Rejected(f"Of {sku} {left} are still to come in order {order.number}, not {quantity}.")
    if not lines:
        raise Rejected("There is nothing in this parcel.")
    return card_share(order, told, _summed([told, lines]))


def card_share(order: Order, before: Mapping[str, int], after: Mapping[str, int]) -> Money:
    """Return the part of the charge that falls on what lies between two states of an order's parcels.

    Discount, delivery and credit are spread over the goods by what they cost. Each share is the difference of two sums that are
    rounded alike, so that the shares of all parcels are the charge, to the last cent (adr 0043).
    """
    prices = {line.sku: line.price.minor for line in order.lines}
    goods = order.goods.minor
    if not goods:
        return Money(0, order.total.currency) if before else order.charge
    first, last = (sum(prices.get(sku, 0) * count for sku, count in lines.items()) for lines in (before, after))
    charge = order.charge.minor
    return Money(charge * last // goods - charge * first // goods, order.total.currency)


def _summed(parcels: Sequence[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for lines in parcels:
        for sku, quantity in lines.items():
            found[sku] = found.get(sku, 0) + quantity
    return found


def _written(parcel: Parcel | None) -> str:
    if parcel is None:
        return ""
    return f"{parcel.number}: {', '.join(f'{quantity} x {sku}' for sku, quantity in parcel.lines.items())}"


def _short(text: str, what: str) -> str:
    return text[: _LONGEST[what]]
