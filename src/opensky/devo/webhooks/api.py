"""Webhooks for programs: an insider's own endpoints, and the log of what they were told."""

from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.objects import SellerId
from opensky.devo.webhooks.asking import number
from opensky.devo.webhooks.deliveries import MOST_AGAIN, DeliveryManager
from opensky.devo.webhooks.manager import WebhookManager, Wishes
from opensky.devo.webhooks.objects import WebhookEndpoint
from opensky.devo.webhooks.shapes import (
    After,
    DeliveryAnswer,
    DeliveryEntry,
    DeliveryId,
    DeliveryListing,
    EventAnswer,
    EventListing,
    Limit,
    RecoverAnswer,
    RecoverRequest,
    SecretAnswer,
    StateAsked,
    WebhookAnswer,
    WebhookChange,
    WebhookDeleted,
    WebhookId,
    WebhookListing,
    WebhookMade,
    WebhookRequest,
    WebhookToDelete,
    delivery_answer,
    delivery_entry,
    secret_answer,
    webhook_answer,
    webhook_made,
)
from opensky.devo.webhooks.telling import TOLD
from opensky.kernel.errors import Conflict, Invalid, NotFound
from opensky.persistence.cursors import id_before
from opensky.web import Visitor, access, api

_ONE, _LOG = "/api/v1/webhooks/{webhook:str}", "/api/v1/webhooks/{webhook:str}/deliveries"
_TAG = "Webhooks"


class WebhookEventApi:
    """What can be told."""

    @api.get("/api/v1/webhook-events", access=access.MEMBER, summary="List events for webhooks", tag=_TAG)
    def list(self) -> EventListing:
        """Return every event that a webhook can be told."""
        return EventListing([EventAnswer(each.name, each.sentence) for each in TOLD])


class WebhookApi:
    """Webhooks of the insider whose account bears the token."""

    def __init__(
        self, webhooks: WebhookManager, deliveries: DeliveryManager, sellers: SellerManager, visitor: Visitor
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._sellers = sellers
        self._visitor = visitor

    @api.get("/api/v1/webhooks", access=access.MEMBER, summary="List my webhooks", raises=[NotFound], tag=_TAG)
    def list(self) -> WebhookListing:
        """Return one's webhooks; 404 for who runs no shop."""
        return WebhookListing([webhook_answer(each) for each in self._webhooks.of(self._seller_id)])

    @api.post(
        "/api/v1/webhooks",
        access=access.MEMBER,
        summary="Make a webhook",
        raises=[NotFound, Conflict, Invalid],
        tag=_TAG,
    )
    def create(self, data: WebhookRequest) -> WebhookMade:
        """Have a system of one's own told what happens. The secret is in the answer, this once; ten webhooks at most."""
        made = self._webhooks.create(self._seller_id, data.url, data.events, data.description)
        return webhook_made(made, self._webhooks.secret(made))

    @api.get(_ONE, access=access.MEMBER, summary="Show a webhook", raises=[NotFound], tag=_TAG)
    def show(self, webhook: WebhookId) -> WebhookAnswer:
        """Return one webhook, and why it is disabled if it is."""
        return webhook_answer(self._webhooks.shown(number(webhook), self._seller_id))

    @api.patch(_ONE, access=access.MEMBER, summary="Change a webhook", raises=[NotFound, Conflict, Invalid], tag=_TAG)
    def change(self, webhook: WebhookId, data: WebhookChange) -> WebhookAnswer:
        """Change address, events or description, or enable and disable it. What waits goes to the new address."""
        endpoint = self._own(webhook)
        self._webhooks.edit(endpoint, Wishes(url=data.url, events=data.events, description=data.description))
        if data.enabled is not None:
            (self._webhooks.enable if data.enabled else self._webhooks.disable)(endpoint)
        return webhook_answer(endpoint)

    @api.delete(_ONE, access=access.MEMBER, summary="Delete a webhook", raises=[NotFound, Conflict], tag=_TAG)
    def delete(self, webhook: WebhookToDelete) -> WebhookDeleted:
        """Delete a webhook and its log; what waits for it is told to nobody."""
        endpoint = self._own(webhook)
        self._webhooks.delete(endpoint)
        return WebhookDeleted(str(endpoint.id))

    @api.post(
        f"{_ONE}/secret",
        access=access.MEMBER,
        status=200,
        summary="Change the secret",
        raises=[NotFound, Conflict],
        tag=_TAG,
    )
    def rotate(self, webhook: WebhookId) -> SecretAnswer:
        """Change the secret, and return the new one, this once. For a day the old one signs, too."""
        endpoint = self._own(webhook)
        return secret_answer(endpoint, self._webhooks.rotate(endpoint))

    @api.post(f"{_ONE}/ping", access=access.MEMBER, summary="Send a test", raises=[NotFound], tag=_TAG)
    def ping(self, webhook: WebhookId) -> DeliveryEntry:
        """Send `webhook.ping`, once. What comes of it is in the log."""
        return delivery_entry(self._deliveries.ping(self._own(webhook)))

    @api.post(
        f"{_ONE}/recover",
        access=access.MEMBER,
        status=200,
        summary="Send again what was missed",
        raises=[NotFound, Conflict, Invalid],
        tag=_TAG,
    )
    def recover(self, webhook: WebhookId, data: RecoverRequest) -> RecoverAnswer:
        """Send again what was given up or dropped since a moment, the oldest first, 500 at most."""
        again = self._deliveries.recover(self._own(webhook), data.since)
        return RecoverAnswer(again, more=again == MOST_AGAIN)

    @api.get(_LOG, access=access.MEMBER, summary="Read the log", raises=[NotFound, Invalid], tag=_TAG)
    def log(self, webhook: WebhookId, state: StateAsked = "", after: After = "", limit: Limit = 20) -> DeliveryListing:
        """Return what a webhook was told, the newest first; the log goes back 30 days."""
        endpoint = self._webhooks.shown(number(webhook), self._seller_id)
        found = self._deliveries.log(endpoint.id, id_before(after, "after"), limit, state)
        return DeliveryListing([delivery_entry(each) for each in found.entries], str(found.older or ""))

    @api.get(f"{_LOG}/{{delivery:str}}", access=access.MEMBER, summary="Show a delivery", raises=[NotFound], tag=_TAG)
    def delivery(self, webhook: WebhookId, delivery: DeliveryId) -> DeliveryAnswer:
        """Return what was sent, and every try."""
        endpoint = self._webhooks.shown(number(webhook), self._seller_id)
        found = self._deliveries.shown(number(delivery), endpoint.id)
        return delivery_answer(found, self._deliveries.tries(found.id))

    @api.post(
        f"{_LOG}/{{delivery:str}}/replay",
        access=access.MEMBER,
        status=200,
        summary="Send it again",
        raises=[NotFound, Conflict],
        tag=_TAG,
    )
    def replay(self, webhook: WebhookId, delivery: DeliveryId) -> DeliveryEntry:
        """Send something again under its own id, whatever became of it."""
        endpoint = self._own(webhook)
        return delivery_entry(self._deliveries.replay(self._deliveries.get(number(delivery), endpoint.id)))

    def _own(self, webhook: str) -> WebhookEndpoint:
        return self._webhooks.get(number(webhook), self._seller_id)

    @property
    def _seller_id(self) -> SellerId:
        return SellerId(self._sellers.run_by(self._visitor.require_member()).id)
