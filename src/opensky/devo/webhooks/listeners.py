"""What webhooks do when something happens, and when OSIS says what came of a try."""

from opensky.devo.webhooks.deliveries import Came, DeliveryManager
from opensky.events import Event


class WebhookListeners:
    """Tells endpoints, and hears how it went."""

    def __init__(self, deliveries: DeliveryManager) -> None:
        self._deliveries = deliveries

    def on_order(self, event: Event) -> None:
        """Tell the insiders of an order."""
        self._deliveries.tell_of_order(event, event.subject)

    def on_product(self, event: Event) -> None:
        """Tell the insider of a product."""
        self._deliveries.tell_of_product(event, event.subject)

    def on_seller(self, event: Event) -> None:
        """Tell an insider."""
        self._deliveries.tell_of_seller(event, event.subject)

    def on_webhook_attempted(self, event: Event) -> None:
        """Write down what came of a try."""
        self._deliveries.attempted(event.subject, Came(**event.parameters))

    def on_webhook_due(self, event: Event) -> None:
        """Try again."""
        self._deliveries.due(event.subject, event["attempt"])
