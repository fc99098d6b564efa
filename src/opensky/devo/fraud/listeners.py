"""What the fraud check does when something happens to orders."""

from opensky.devo.fraud.manager import FraudManager
from opensky.events import Event


class FraudListeners:
    """Has paid orders checked, and hears the verdicts."""

    def __init__(self, fraud: FraudManager) -> None:
        self._fraud = fraud

    def on_order_paid(self, event: Event) -> None:
        """Have the order checked, later."""
        self._fraud.have_checked(event.subject)

    def on_order_check_fraud(self, event: Event) -> None:
        """Ask about the order; this is later."""
        self._fraud.ask(event.subject)

    def on_order_fraud_checked(self, event: Event) -> None:
        """Take the verdict."""
        self._fraud.judge(event.subject, event["verdict"], event["score"], event["reasons"])
