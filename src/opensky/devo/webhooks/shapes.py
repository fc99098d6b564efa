"""What the API says of webhooks, and what it takes."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from opensky.devo.webhooks.objects import BOTH_SIGN, LONGEST_WORDS, WebhookDelivery, WebhookEndpoint
from opensky.devo.webhooks.telling import PING
from opensky.devo.webhooks.views import AttemptShown, DeliveryInFull, DeliveryShown, EndpointShown
from opensky.kernel.outward import LONGEST
from opensky.serializer.views import Moment

WebhookId = Annotated[str, Meta(description="The id of a webhook.", examples=["413628137893888011"])]
WebhookToDelete = Annotated[str, Meta(description="The id of a webhook.", examples=["413628137893888012"])]
"""An example of its own, so that the others stay true."""
DeliveryId = Annotated[
    str, Meta(description="The id of a delivery: its header `webhook-id`.", examples=["413628137893888021"])
]
EventName = Literal[
    "order.paid",
    "order.held",
    "order.released",
    "order.shipped",
    "order.cancelled",
    "order.refunded",
    "product.created",
    "product.edited",
    "product.published",
    "product.withdrawn",
    "product.restocked",
    "seller.edited",
    "seller.follow",
    "seller.unfollow",
]
"""What can be told, as the description of the API lists it; a test holds it equal to what is told."""
Events = Annotated[list[EventName], Meta(min_length=1, max_length=50, examples=[["order.paid", "order.shipped"]])]
Url = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST,
        description="Where to post: an https address that can be reached from anywhere.",
        examples=["https://erp.example.com/opensky"],
    ),
]
Words = Annotated[str, Meta(max_length=LONGEST_WORDS, description="What it is for.", examples=["The till in Ghent"])]
Secret = Annotated[
    str,
    Meta(
        description="The key of the signatures. It is shown this once.",
        examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD+sYlyO2bzVk="],
    ),
]
Limit = Annotated[int, Meta(ge=1, le=100, description="How many, at most.")]
After = Annotated[
    str,
    Meta(
        pattern="^[0-9]{0,19}$",
        description="Where the page before ended: its `after`. Leave it out for the first page.",
    ),
]
StateAsked = Annotated[
    Literal["", "waiting", "delivered", "failed", "dropped"], Meta(description="Only those in this state.")
]


class WebhookRequest(Struct, forbid_unknown_fields=True):
    """An address of a system of one's own, and what it is to be told."""

    url: Url
    events: Events
    description: Words = ""


class WebhookChange(Struct, forbid_unknown_fields=True):
    """What is to be different; what is not sent stays. ``enabled`` tells it again what happens, or nothing any more."""

    url: Url | None = None
    events: Events | None = None
    description: Words | None = None
    enabled: Annotated[bool, Meta(examples=[True])] | None = None


class RecoverRequest(Struct, forbid_unknown_fields=True):
    """Since when was something missed?"""

    since: Moment


class WebhookAnswer(Struct):
    """A webhook. ``state`` is ``active`` or ``disabled``; ``reason`` says why, where it was not you who did it."""

    id: WebhookId
    url: Url
    events: Events
    description: Words
    state: Annotated[str, Meta(examples=["active"])]
    reason: Annotated[str, Meta(examples=[""])]
    failing_since: Annotated[Moment | None, Meta(examples=[None])]
    created_at: Moment


class WebhookMade(WebhookAnswer):
    """A new webhook, with its secret."""

    secret: Secret


class WebhookListing(Struct):
    """All of one's webhooks."""

    webhooks: list[WebhookAnswer]


class WebhookDeleted(Struct):
    """A webhook that is no more, nor is its log."""

    id: WebhookId
    deleted: bool = True


class SecretAnswer(Struct):
    """The new secret; until then the one before it signs, too."""

    secret: Secret
    old_signs_until: Moment


class EventAnswer(Struct):
    """An event that webhooks can be told, and when it happens."""

    name: Annotated[str, Meta(examples=["order.paid"])]
    sentence: Annotated[str, Meta(examples=["An order was paid; its parcels are owed."])]


class EventListing(Struct):
    """All events that webhooks can be told."""

    events: list[EventAnswer]


class DeliveryEntry(Struct):
    """Something that a webhook was told: ``waiting`` for a try, ``delivered``, ``failed`` after all tries, or ``dropped``."""

    id: DeliveryId
    event: Annotated[str, Meta(examples=[PING])]
    state: Annotated[str, Meta(examples=["delivered"])]
    tries: int
    next_at: Annotated[Moment | None, Meta(description="When it is tried again.", examples=[None])]
    created_at: Moment


class DeliveryListing(Struct):
    """One page of the log; ``after`` is the cursor of the next, empty on the last."""

    deliveries: list[DeliveryEntry]
    after: Annotated[str, Meta(examples=["413628137893888021"])] = ""


class AttemptAnswer(Struct):
    """One try. ``status`` is what was answered, 0 for nothing and null as long as it is under way."""

    number: int
    at: Moment
    url: Url
    status: Annotated[int | None, Meta(examples=[204])]
    ms: int
    error: Annotated[str, Meta(examples=[""])]
    answer: Annotated[str, Meta(description="What was said, cut.", examples=[""])]


class DeliveryAnswer(DeliveryEntry):
    """A delivery with all its tries, and the body as it was sent."""

    body: Annotated[str, Meta(examples=['{"type":"webhook.ping","timestamp":"2026-11-23T12:00:00Z","data":{}}'])]
    attempts: list[AttemptAnswer]


class RecoverAnswer(Struct):
    """How many are sent again; ``more`` says that there are others: ask again."""

    again: int
    more: bool


def webhook_answer(endpoint: WebhookEndpoint | EndpointShown) -> WebhookAnswer:
    """Return what the API says of an endpoint."""
    return WebhookAnswer(**_about(endpoint))


def webhook_made(endpoint: WebhookEndpoint, secret: str) -> WebhookMade:
    """Return what the API says of a new endpoint."""
    return WebhookMade(**_about(endpoint), secret=secret)


def secret_answer(endpoint: WebhookEndpoint, secret: str) -> SecretAnswer:
    """Return what the API says of a new secret."""
    changed = endpoint.rotated_at or endpoint.created_at
    return SecretAnswer(secret, changed + BOTH_SIGN)


def delivery_entry(delivery: WebhookDelivery | DeliveryShown | DeliveryInFull) -> DeliveryEntry:
    """Return what the API says of a delivery in the log."""
    return DeliveryEntry(
        str(delivery.id), delivery.event, delivery.state, delivery.tries, delivery.next_at, delivery.created_at
    )


def delivery_answer(delivery: DeliveryInFull, tries: list[AttemptShown]) -> DeliveryAnswer:
    """Return all that the API says of a delivery."""
    return DeliveryAnswer(
        **asdict(delivery_entry(delivery)),
        body=delivery.body,
        attempts=[AttemptAnswer(t.number, t.at, t.url, t.status, t.ms, t.error, t.answer) for t in tries],
    )


def _about(endpoint: WebhookEndpoint | EndpointShown) -> dict[str, Any]:
    return {
        "id": str(endpoint.id),
        "url": endpoint.url,
        "events": endpoint.events,
        "description": endpoint.description,
        "state": endpoint.state,
        "reason": endpoint.reason,
        "failing_since": endpoint.failing_since,
        "created_at": endpoint.created_at,
    }
