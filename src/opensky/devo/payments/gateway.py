"""The door to whoever moves the money.

Card data is never ours: a gateway's own page or fields turn it into a token, and only the token reaches us (adr 0005).
"""

from dataclasses import dataclass
from typing import Protocol

from opensky.kernel.errors import OpenSkyError
from opensky.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Approved:
    """The money is promised, and taken when what it is for leaves. ``reference`` is the gateway's own name for the payment."""

    reference: str
    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class Captured:
    """So much of a promise was taken. ``reference`` is the gateway's own name for that."""

    reference: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The payment was refused; ``reason`` is fit to show to the buyer."""

    reason: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A token that a test gateway understands, and what it does with it."""

    number: str
    what: str


class GatewayError(OpenSkyError):
    """The gateway could not be reached or did not answer: whether money moved is not known. Ask again, same key."""


class PaymentGateway(Protocol):
    """Has money promised, takes it, and gives it back (adr 0033). Every call is idempotent by its key, for at least a day.

    A call can take seconds, so it is made outside of any transaction.
    """

    def authorize(self, amount: Money, token: str, idempotency_key: str) -> Approved | Declined:
        """Have ``amount`` promised by what ``token`` stands for. The same key always gives the first answer and moves nothing.

        Raises:
            GatewayError: the outcome is not known; call again with the same key.
        """

    def find(self, idempotency_key: str) -> Approved | Declined | None:
        """Return what became of an authorisation; ``None`` if the gateway never heard of that key.

        Raises:
            GatewayError: it cannot be told now.
        """

    def capture(self, reference: str, amount: Money, idempotency_key: str) -> Captured | Declined:
        """Take ``amount`` of an approved payment; what is not taken stays promised, for later parcels.

        A key that was captured gives the same answer again and moves nothing; one that was declined may be tried again.

        Raises:
            GatewayError: the outcome is not known; call again with the same key.
        """

    def refund(self, reference: str, amount: Money, idempotency_key: str) -> str:
        """Give ``amount`` of an approved payment back and return the gateway's name for that; twice is as once.

        What was captured is paid back; what was only promised is released.

        Raises:
            GatewayError: the outcome is not known; call again with the same key.
        """

    def samples(self) -> tuple[Sample, ...]:
        """Return tokens to try the shop with; a gateway that moves money has none."""
