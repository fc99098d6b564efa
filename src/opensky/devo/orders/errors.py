"""What orders can be refused.

Conflict
├── PaymentDeclined    the card was refused: the order is cancelled, nothing was charged, the stock is back
├── PaymentUnclear     the gateway did not answer: the order waits; the same key goes on where it stands
├── PriceChanged       the total is not what the buyer was shown
├── CreditChanged      there is not as much credit as the buyer was shown
├── KeyReused          the idempotency key belongs to an order of other things
└── CancelledMeanwhile the order was cancelled while it was paid; the money goes back
"""

from opensky.kernel.errors import Conflict
from opensky.kernel.money import Money


class PaymentDeclined(Conflict):
    """The card was refused: the order is cancelled, nothing was charged, the stock is back."""

    def __init__(self, number: str, reason: str) -> None:
        super().__init__(reason, order=number)


class PaymentUnclear(Conflict):
    """The gateway did not answer: the order waits, and the same key goes on where it stands."""

    def __init__(self, number: str) -> None:
        super().__init__(
            "The payment house did not answer, so we do not know yet whether you have paid. "
            "Your things are kept for you. Please try the payment again: you pay once.",
            order=number,
        )
        self.number = number


class PriceChanged(Conflict):
    """The total is not what the buyer was shown. Nothing was ordered."""

    def __init__(self, now: Money) -> None:
        super().__init__("A price has changed since you looked. Please check the new total and order again.", total=now)
        self.now = now


class CreditChanged(Conflict):
    """There is not as much credit as the buyer was shown, or more. Nothing was ordered."""

    def __init__(self, now: Money) -> None:
        super().__init__(
            "Your credit has changed since you looked. Nothing was ordered; please check what is left to pay.",
            credit=now,
        )
        self.now = now


class KeyReused(Conflict):
    """The idempotency key belongs to an order of other things."""

    def __init__(self, number: str) -> None:
        super().__init__("This idempotency key was used for another order; use a new key.", order=number)


class CancelledMeanwhile(Conflict):
    """The order was cancelled while it was paid; the money goes back."""

    def __init__(self, number: str) -> None:
        super().__init__(f"Order {number} was cancelled meanwhile; what was paid goes back.", order=number)
