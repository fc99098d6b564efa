"""A gateway that moves no money, to try the shop with. It behaves as a real one does: slow to forget, never twice.

Its tokens are the well-known test numbers, typed where a real gateway would put its own field. A number that is none of
them is declined, so that nobody's card works here by mistake, and no more than its last four digits is kept.
"""

from typing import Any

from sqlalchemy import bindparam, select

from opensky.devo.payments.gateway import Approved, Captured, Declined, GatewayError, Sample
from opensky.devo.payments.objects import TestCapture, TestCharge
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money, total
from opensky.persistence import Command, Database, Duplicate, Query, insert_ignore, table
from opensky.settings import Settings

APPROVED = "4242 4242 4242 4242"
SUSPECT = "4000 0000 0000 9235"
DECLINED = "4000 0000 0000 0002"
UNCLEAR = "4000 0000 0000 0119"
EMPTY = "4000 0000 0000 0341"
_LAST = 4
_DECLINED = "The card was declined. Nothing was charged; please try another one."
_NOTHING_THERE = "The card was declined when the money was to be taken."
_UNKNOWN = "This number is not one of the test cards, so nothing was charged. Please use one of those on the page."


def _outcome(declined: str, reference: str, brand: str, last4: str) -> Approved | Declined:
    return Declined(declined) if declined else Approved(reference, brand, last4)


_charges = table(TestCharge)
_KEEP = Command(insert_ignore(_charges))
_OUTCOME: Query[Approved | Declined] = Query(
    select(_charges.c.declined, _charges.c.reference, _charges.c.brand, _charges.c.last4).where(
        _charges.c.key == bindparam("key")
    ),
    _outcome,
)


class TestGateway:
    """A ``PaymentGateway`` that remembers in the shop's own database, so that all processes agree.

    Raises:
        Misconfigured: the shop is neither a demo nor on this machine alone; it needs a gateway that moves money.
    """

    __test__ = False  # keeps pytest from collecting a class of this name

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock
        self._allowed = settings.demo or settings.loopback

    def authorize(self, amount: Money, token: str, idempotency_key: str) -> Approved | Declined:
        self._refuse_in_earnest()
        number = "".join(token.split())
        if number == _digits(UNCLEAR):
            message = "The test gateway was told not to answer."
            raise GatewayError(message)
        with self._database.unit_of_work() as unit:
            known = unit.fetch_one(_OUTCOME, key=idempotency_key)
            if known is not None:
                return known
            charge = self._decide(amount, number, idempotency_key)
            kept = unit.run(_KEEP, **charge)
            unit.commit()
        if not kept and (first := self.find(idempotency_key)) is not None:  # the same key came twice at once
            return first
        return _outcome(charge["declined"], charge["reference"], charge["brand"], charge["last4"])

    def find(self, idempotency_key: str) -> Approved | Declined | None:
        with self._database.reader() as reader:
            return reader.fetch_one(_OUTCOME, key=idempotency_key)

    def capture(self, reference: str, amount: Money, idempotency_key: str) -> Captured | Declined:
        try:
            return self._capture(reference, amount, idempotency_key)
        except Duplicate:  # the same key came twice at once, and the other one was first
            return self._capture(reference, amount, idempotency_key)

    def _capture(self, reference: str, amount: Money, idempotency_key: str) -> Captured | Declined:
        with self._database.unit_of_work() as unit:
            known = unit.get(TestCapture, idempotency_key)
            if known is not None:
                return Captured(known.reference)
            charge = unit.find_one(TestCharge, {"reference": reference})
            taken = total([each.amount for each in unit.find(TestCapture, {"charge": reference})], amount.currency)
            if (refused := _refused(charge, taken, amount)) is not None:
                return refused
            capture = TestCapture(
                key=idempotency_key,
                charge=reference,
                reference=f"test-capture-{self._ids.next():x}",
                amount=amount,
                captured_at=self._clock.now(),
            )
            unit.persist(capture)
            unit.commit()
            return Captured(capture.reference)

    def refund(self, reference: str, amount: Money, idempotency_key: str) -> str:
        with self._database.unit_of_work() as unit:
            charge = unit.find_one(TestCharge, {"reference": reference})
            if charge is None or charge.declined or amount > charge.amount:
                message = f"The test gateway has no charge {reference!r} of at least {amount}."
                raise GatewayError(message, reference=reference)
            if not charge.refund_reference:
                charge.refund_reference = f"test-refund-{self._ids.next():x}"
                unit.commit()
            return charge.refund_reference

    def samples(self) -> tuple[Sample, ...]:
        return (
            Sample(APPROVED, "is approved"),
            Sample(SUSPECT, "is approved, but the fraud check holds the order"),
            Sample(DECLINED, "is declined"),
            Sample(EMPTY, "is approved, and declined when the parcel leaves"),
            Sample(UNCLEAR, "gets no answer"),
        )

    def _decide(self, amount: Money, number: str, key: str) -> dict[str, Any]:
        reasons = {_digits(APPROVED): "", _digits(SUSPECT): "", _digits(EMPTY): "", _digits(DECLINED): _DECLINED}
        return {
            "key": key,
            "reference": f"test-{self._ids.next():x}",
            "amount_minor": amount.minor,
            "amount_currency": amount.currency,
            "brand": "Visa",
            "last4": number[-_LAST:],
            "declined": reasons.get(number, _UNKNOWN),
            "refund_reference": "",
            "charged_at": self._clock.now(),
        }

    def _refuse_in_earnest(self) -> None:
        if not self._allowed:
            raise Misconfigured(
                "This shop can be reached by others but has only the test gateway, which moves no money; "
                "set demo = true, or provide a PaymentGateway."
            )


def _refused(charge: TestCharge | None, taken: Money, amount: Money) -> Declined | None:
    """Return why so much cannot be taken, if it cannot."""
    if charge is None or charge.declined or charge.refund_reference:
        return Declined("The payment house does not know this payment, or it was given back.")
    if taken + amount > charge.amount:
        return Declined(f"Only {charge.amount} was promised, and {taken} of it is taken already.")
    return Declined(_NOTHING_THERE) if charge.last4 == EMPTY[-_LAST:] else None


def _digits(number: str) -> str:
    return "".join(number.split())
