"""The webhook manager: endpoints of insiders, and their secrets."""

from collections.abc import Sequence
from dataclasses import dataclass

from opensky.devo.sellers.objects import SellerId
from opensky.devo.webhooks.objects import HOUSE, EndpointId, WebhookEndpoint
from opensky.devo.webhooks.repository import WebhookRepository
from opensky.devo.webhooks.telling import NAMES, REWARDED
from opensky.devo.webhooks.views import EndpointShown
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, FieldError, Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.kernel.outward import NotCalled, checked_url
from opensky.kernel.webhooks import WebhookKeys
from opensky.mapping import validate
from opensky.persistence.cursors import Stretch
from opensky.settings import Settings

MOST_OF_ONE = 10
"""So many endpoints may an insider have."""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody wants of an endpoint; what is ``None`` stays as it is."""

    url: str | None = None
    events: Sequence[str] | None = None
    description: str | None = None


class WebhookManager:
    """The verbs of endpoints."""

    def __init__(self, webhooks: WebhookRepository, ids: IdGenerator, clock: Clock, settings: Settings) -> None:
        self._webhooks = webhooks
        self._ids = ids
        self._clock = clock
        self._keys = WebhookKeys(settings.secret_key)
        self._inside = settings.loopback

    def create(self, seller_id: SellerId, url: str, events: Sequence[str], description: str = "") -> WebhookEndpoint:
        """Make an endpoint of an insider; ``secret`` says its secret.

        Raises:
            Invalid: an address that is not called, no event or an unknown one, or too long a description.
            Conflict: this insider has ten already.
        """
        if self._webhooks.number_of(seller_id) >= MOST_OF_ONE:
            raise Conflict(f"There are {MOST_OF_ONE} webhooks already; please delete one first.")
        endpoint = WebhookEndpoint(
            id=EndpointId(self._ids.next()), seller_id=seller_id, url="", created_at=self._clock.now()
        )
        self._set(endpoint, Wishes(url=url, events=events, description=description))
        self._webhooks.add(endpoint)
        return endpoint

    def edit(self, endpoint: WebhookEndpoint, wishes: Wishes) -> WebhookEndpoint:
        """Change an endpoint; what waits for it goes to the new address. Raises ``Invalid``, and then nothing is changed."""
        self._set(endpoint, wishes)
        return endpoint

    def secret(self, endpoint: WebhookEndpoint) -> str:
        """Return the secret of an endpoint, to be shown once, when it is new."""
        return self._keys.secret(endpoint.id, endpoint.generation)

    def rotate(self, endpoint: WebhookEndpoint) -> str:
        """Change the secret and return the new one; for a day the old one signs, too."""
        endpoint.generation += 1
        endpoint.rotated_at = self._clock.now()
        return self.secret(endpoint)

    def enable(self, endpoint: WebhookEndpoint) -> None:
        """Tell it again what happens from now on; what it has missed can be sent again."""
        if endpoint.state != "active":
            endpoint.state, endpoint.reason = "active", ""
            endpoint.failures, endpoint.failing_since = 0, None

    def disable(self, endpoint: WebhookEndpoint, reason: str = "") -> None:
        """Tell it nothing any more; what waits for it is dropped when its time comes."""
        if endpoint.state == "active":
            endpoint.state, endpoint.reason = "disabled", reason

    def delete(self, endpoint: WebhookEndpoint) -> None:
        """Remove an endpoint and its log. A row stays for what is on its way, and says nothing but that it is deleted."""
        endpoint.state, endpoint.url, endpoint.events = "deleted", "", []
        endpoint.reason = endpoint.description = ""
        while self._webhooks.forget_before(endpoint.id, None, _AT_ONCE) == _AT_ONCE:
            continue

    def get(self, endpoint_id: int, seller_id: int | None = None) -> WebhookEndpoint:
        """Return an endpoint, to be changed: of this insider, or for staff of any. Raises ``NotFound``."""
        found = self._webhooks.endpoint(endpoint_id)
        if found is None or found.state == "deleted" or seller_id not in {None, found.seller_id}:
            raise NotFound("There is no such webhook.")
        return found

    def shown(self, endpoint_id: int, seller_id: int | None = None) -> EndpointShown:
        """Return an endpoint, to be looked at; raises ``NotFound`` as ``get`` does."""
        found = self._webhooks.shown(endpoint_id)
        if found is None or seller_id not in {None, found.seller_id}:
            raise NotFound("There is no such webhook.")
        return found

    def of(self, seller_id: int) -> list[EndpointShown]:
        """Return the endpoints of an insider, the oldest first."""
        return self._webhooks.shown_of(seller_id)

    def all(self, before: int, limit: int, *, seller_id: int = 0, state: str = "") -> Stretch[EndpointShown]:
        """Return endpoints, the newest first; of all insiders, or of one."""
        found = self._webhooks.shown_all(seller_id, state, before, limit + 1)
        return Stretch(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def _set(self, endpoint: WebhookEndpoint, wishes: Wishes) -> None:
        url, wrong = endpoint.url, []
        if wishes.url is not None:
            try:
                url = checked_url(wishes.url, inside=self._inside)
            except NotCalled as error:
                wrong.append(FieldError("url", error.message, "Address"))
        events = list(dict.fromkeys(wishes.events)) if wishes.events is not None else endpoint.events
        if endpoint.seller_id == HOUSE:
            events = [REWARDED]
        elif not events:
            wrong.append(FieldError("events", "Please choose at least one event.", "NotBlank"))
        elif unknown := [each for each in events if each not in NAMES]:
            wrong.append(FieldError("events", f"There is no event {', '.join(unknown)} to be told.", "Choice"))
        if wrong:
            raise Invalid(*wrong)
        before = endpoint.description
        endpoint.description = before if wishes.description is None else " ".join(wishes.description.split())
        try:
            validate(endpoint)
        except Invalid:
            endpoint.description = before
            raise
        endpoint.url, endpoint.events = url, events
