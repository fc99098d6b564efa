"""A payment gateway whose calls are timed and counted, whichever gateway it is."""

from typing import Final

from opensky.devo.payments.gateway import Approved, Captured, Declined, PaymentGateway, Sample
from opensky.kernel.money import Money
from opensky.kernel.watching import Calls, Watch
from opensky.stats import Stats

VENDOR: Final = "third.payments"
ASKED, DECLINED = "money.asked", "money.declined"
STATS: Final = (ASKED, DECLINED)
"""Payments that buyers asked for, and those of them that were declined."""


class WatchedGateway:
    """A ``PaymentGateway`` that asks another one."""

    def __init__(self, gateway: PaymentGateway, stats: Stats, watch: Watch | None) -> None:
        self._gateway = gateway
        self._stats = stats
        self._calls = Calls(VENDOR, watch)

    def authorize(self, amount: Money, token: str, idempotency_key: str) -> Approved | Declined:
        self._stats.one(ASKED)
        with self._calls.timed("authorize"):
            outcome = self._gateway.authorize(amount, token, idempotency_key)
        if isinstance(outcome, Declined):
            self._stats.one(DECLINED)
        return outcome

    def find(self, idempotency_key: str) -> Approved | Declined | None:
        with self._calls.timed("find"):
            return self._gateway.find(idempotency_key)

    def capture(self, reference: str, amount: Money, idempotency_key: str) -> Captured | Declined:
        with self._calls.timed("capture"):
            return self._gateway.capture(reference, amount, idempotency_key)

    def refund(self, reference: str, amount: Money, idempotency_key: str) -> str:
        with self._calls.timed("refund"):
            return self._gateway.refund(reference, amount, idempotency_key)

    def samples(self) -> tuple[Sample, ...]:
        return self._gateway.samples()
