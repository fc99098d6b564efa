"""The manager of deliveries: what happened is told to endpoints, tried again, given up, and sent again when somebody asks.

DEVO decides and keeps the log; each try itself is made by OSIS, outside of any transaction (adr 0036). What an endpoint is told is
written down in the transaction in which it happens, so nothing is told that did not happen, and nothing is forgotten.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from opensky.devo.orders.objects import Order
from opensky.devo.products.objects import Product
from opensky.devo.sellers.objects import Seller
from opensky.devo.webhooks import telling
from opensky.devo.webhooks.events import WEBHOOK_DISABLED
from opensky.devo.webhooks.objects import (
    HOUSE,
    DeliveryId,
    EndpointId,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from opensky.devo.webhooks.repository import WebhookRepository
from opensky.devo.webhooks.views import AttemptShown, DeliveryInFull, DeliveryShown, Last, Target
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.messaging import Message, Outgoing
from opensky.persistence.cursors import Stretch

_CHANCE = random.Random()  # our own: threads of the bus leave the one of all programs alone

OUT, DUE = "webhooks.out", "webhooks.due"
"""The queues of tries, and of pauses between them."""
PAUSES = tuple(
    timedelta(seconds=each) for each in (10, 60, 300, 1800, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600)
)
"""After each try that failed, how long until the next: ten tries in three days."""
SPARED_AFTER, SPARED_FOR = 5, timedelta(minutes=5)
"""After so many tries in a row that failed, an endpoint is told new things not at once but after a while."""
KEPT_FOR = timedelta(days=30)
"""So long the log goes back."""
MOST_AGAIN = 500
_FORGOTTEN_AT_ONCE = 50
_NO_SUCH = "There is no such delivery; the log goes back 30 days."
_GONE = 410
_OK, _REDIRECT = 200, 300


class Came(NamedTuple):
    """What came of a try."""

    attempt: int
    status: int
    ms: int
    error: str
    answer: str
    retry_after: int

    @property
    def good(self) -> bool:
        """Whether it was taken."""
        return _OK <= self.status < _REDIRECT


class DeliveryManager:
    """The verbs of deliveries."""

    def __init__(
        self, webhooks: WebhookRepository, client: Outgoing, events: Dispatcher, ids: IdGenerator, clock: Clock
    ) -> None:
        self._webhooks = webhooks
        self._client = client
        self._events = events
        self._ids = ids
        self._clock = clock

    def tell_of_order(self, event: Event, order: Order) -> None:
        """Tell the insiders of an order what happened to it, each of their own lines. Of what was never paid nobody is told."""
        if order.paid_at is None:
            return
        targets = [each for each in self._webhooks.targets_of_order(order.id) if event.name in each.events]
        if not targets:
            return
        lines = self._webhooks.lines(order.id, [each.seller_id for each in targets])
        for target in targets:
            own = [line for line in lines if line.seller_id == target.seller_id]
            told = telling.of_order(event, order, own)
            if told is not None:
                self._deliver(target, event.name, told)

    def tell_of_product(self, event: Event, product: Product) -> None:
        """Tell an insider what happened to a product of theirs."""
        for target in self._wanting(event, product.seller_id):
            self._deliver(target, event.name, telling.of_product(event))

    def tell_of_seller(self, event: Event, seller: Seller) -> None:
        """Tell an insider what happened to themselves."""
        for target in self._wanting(event, seller.id):
            self._deliver(target, event.name, telling.of_seller(event, self._webhooks.followers(seller.id)))

    def tell_house(self, endpoint_id: int, data: Mapping[str, Any]) -> bool:
        """Tell an endpoint of the house what a reward rule says; says whether there is one that takes it."""
        target = self._webhooks.target(endpoint_id)
        if target is None or target.seller_id != HOUSE or target.state != "active":
            return False
        self._deliver(target, telling.REWARDED, data)
        return True

    def ping(self, endpoint: WebhookEndpoint) -> WebhookDelivery:
        """Send a test to an endpoint, also to one that is disabled; it is tried once."""
        target = self._target(endpoint)
        return self._deliver(target, telling.PING, {"webhook": str(endpoint.id), "description": endpoint.description})

    def attempted(self, delivery: WebhookDelivery, came: Came) -> None:
        """Write down what came of a try, and decide what comes next."""
        target = self._webhooks.target(delivery.endpoint_id)
        if target is None or target.state == "deleted":
            self._webhooks.forget([delivery.id])
            return
        attempt = self._webhooks.attempt(delivery.id, came.attempt)
        if attempt is None or attempt.status is not None:
            return  # pruned, or told before
        attempt.status, attempt.ms, attempt.error, attempt.answer = came.status, came.ms, came.error[:500], came.answer
        if came.good:
            delivery.state, delivery.next_at, delivery.failing_since = "delivered", None, None
            self._webhooks.succeed(target.id)
        elif came.attempt == delivery.tries and delivery.state == "waiting":
            self._failed(delivery, target, came)
        self._webhooks.forget_before(target.id, self._clock.now() - KEPT_FOR, _FORGOTTEN_AT_ONCE)

    def due(self, delivery: WebhookDelivery, attempt: int) -> None:
        """Try again, if it still waits for just that and its endpoint takes anything."""
        if delivery.state != "waiting" or delivery.tries >= attempt:
            return
        target = self._webhooks.target(delivery.endpoint_id)
        if target is None or target.state == "deleted":
            self._webhooks.forget([delivery.id])
        elif target.state == "disabled":
            delivery.state, delivery.next_at = "dropped", None
        else:
            self._send(delivery, target)

    def replay(self, delivery: WebhookDelivery) -> WebhookDelivery:
        """Send something again, with the id that it had: whoever has it already knows it.

        Raises:
            Conflict: its endpoint is disabled.
        """
        endpoint = self._webhooks.endpoint(delivery.endpoint_id)
        if endpoint is None or endpoint.state != "active":
            raise Conflict("This webhook is disabled; enable it first.")
        if delivery.state != "waiting" or delivery.next_at is not None:
            self._again(delivery, self._target(endpoint))
        return delivery

    def recover(self, endpoint: WebhookEndpoint, since: datetime) -> int:
        """Send again what an endpoint has missed since then, 500 at most, the oldest first; return how many.

        Raises:
            Conflict: it is disabled.
        """
        if endpoint.state != "active":
            raise Conflict("This webhook is disabled; enable it first.")
        since = max(since, self._clock.now() - KEPT_FOR)
        target, missed = self._target(endpoint), self._webhooks.left_since(endpoint.id, since, MOST_AGAIN)
        for delivery_id in missed:
            self._again(self.get(delivery_id, endpoint.id), target)
        return len(missed)

    def get(self, delivery_id: int, endpoint_id: int) -> WebhookDelivery:
        """Return a delivery of an endpoint, to be sent again; raises ``NotFound``."""
        found = self._webhooks.delivery(delivery_id)
        if found is None or found.endpoint_id != endpoint_id:
            raise NotFound(_NO_SUCH)
        return found

    def shown(self, delivery_id: int, endpoint_id: int) -> DeliveryInFull:
        """Return a delivery of an endpoint, to be looked at; raises ``NotFound``."""
        found = self._webhooks.shown_delivery(delivery_id)
        if found is None or found.endpoint_id != endpoint_id:
            raise NotFound(_NO_SUCH)
        return found

    def log(self, endpoint_id: int, before: int, limit: int, state: str = "") -> Stretch[DeliveryShown]:
        """Return what an endpoint was told, the newest first."""
        found = self._webhooks.deliveries(endpoint_id, state, before, limit + 1)
        return Stretch(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def last_tries(self, deliveries: list[DeliveryShown]) -> Mapping[int, Last]:
        """Return what the newest try of each came to, by delivery."""
        return self._webhooks.last_tries([each.id for each in deliveries])

    def tries(self, delivery_id: int) -> list[AttemptShown]:
        """Return every try of a delivery, the first first."""
        return self._webhooks.tries(delivery_id)

    def _wanting(self, event: Event, seller_id: int) -> list[Target]:
        return [each for each in self._webhooks.targets_of_seller(seller_id) if event.name in each.events]

    def _target(self, endpoint: WebhookEndpoint) -> Target:
        return Target(*(getattr(endpoint, name) for name in Target._fields))

    def _deliver(self, target: Target, event: str, data: Mapping[str, Any]) -> WebhookDelivery:
        now = self._clock.now()
        delivery = WebhookDelivery(
            id=DeliveryId(self._ids.next()),
            endpoint_id=EndpointId(target.id),
            event=event,
            body=telling.written(event, now, data),
            created_at=now,
        )
        self._webhooks.add(delivery)
        if target.failures >= SPARED_AFTER and event != telling.PING:
            self._pause(delivery, SPARED_FOR)
        else:
            self._send(delivery, target)
        return delivery

    def _again(self, delivery: WebhookDelivery, target: Target) -> None:
        delivery.state, delivery.failed, delivery.failing_since = "waiting", 0, None
        self._send(delivery, target)

    def _send(self, delivery: WebhookDelivery, target: Target) -> None:
        now = self._clock.now()
        delivery.tries += 1
        delivery.next_at = None
        self._webhooks.add(WebhookAttempt(delivery_id=delivery.id, number=delivery.tries, url=target.url, at=now))
        parameters = {
            "delivery": delivery.id,
            "endpoint": target.id,
            "attempt": delivery.tries,
            "url": target.url,
            "generations": target.generations(now),
            "body": delivery.body,
        }
        self._client.send(Message(queue_name=OUT, type="WebhookPost", parameters=parameters, key=str(target.id)))

    def _failed(self, delivery: WebhookDelivery, target: Target, came: Came) -> None:
        if delivery.event == telling.PING:
            delivery.state = "failed"
            return
        now = self._clock.now()
        self._webhooks.fail(target.id, now)
        delivery.failed += 1
        delivery.failing_since = delivery.failing_since or now
        if came.status == _GONE:
            delivery.state = "failed"
            self._disable(target.id, "It answered 410: there is nobody there any more.")
        elif delivery.failed <= len(PAUSES):
            pause = PAUSES[delivery.failed - 1] * _CHANCE.uniform(0.9, 1.1)
            self._pause(delivery, max(pause, timedelta(seconds=came.retry_after)))
        else:
            delivery.state = "failed"
            since = target.failing_since
            if since is not None and since <= delivery.failing_since:
                self._disable(
                    target.id, f"Nothing was taken since {since:%Y-%m-%d %H:%M} UTC. The last time: {came.error}"
                )

    def _pause(self, delivery: WebhookDelivery, pause: timedelta) -> None:
        delivery.next_at = self._clock.now() + pause
        parameters = {"delivery": delivery.id, "attempt": delivery.tries + 1}
        self._client.send(Message(queue_name=DUE, type="WebhookDue", parameters=parameters), delay=pause)

    def _disable(self, endpoint_id: int, reason: str) -> None:
        endpoint = self._webhooks.endpoint(endpoint_id)
        if endpoint is not None and endpoint.state == "active":
            endpoint.state, endpoint.reason = "disabled", reason[:300]
            self._events.notify(Event(WEBHOOK_DISABLED, endpoint, {"reason": endpoint.reason}))
