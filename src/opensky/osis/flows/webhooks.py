"""Webhooks: what happened is told to a merchant's own system. DEVO decides what, whether and when again; OSIS makes one try of it."""

import msgspec

from opensky.events.codec import encode
from opensky.kernel.clock import Clock
from opensky.kernel.webhooks import WebhookKeys
from opensky.osis.flows.events import Slung
from opensky.osis.partners.merchants import Merchants
from opensky.osis.runtime import Backoff, flow, payload

ATTEMPTED, DUE = "webhook.attempted", "webhook.due"
_AGENT = "OpenSky-Webhooks/1"


@payload("webhooks.out", key="endpoint")
class WebhookPost(msgspec.Struct, kw_only=True):
    """One try: what to post, to which endpoint, and with which of its secrets (none of which is in here)."""

    delivery: int
    endpoint: int
    attempt: int
    url: str
    generations: list[int]
    body: str


@payload("webhooks.due")
class WebhookDue(msgspec.Struct, kw_only=True):
    """A pause before the next try is over."""

    delivery: int
    attempt: int


@flow("webhooks.out", retry=Backoff(times=8, base=10, cap=1800), limit=2, timeout=60)
def post_webhook(post: WebhookPost, merchants: Merchants, keys: WebhookKeys, clock: Clock) -> Slung:
    """Post to a merchant's endpoint; what came of it goes to DEVO as an event, good or bad."""
    body, id_ = post.body.encode(), str(post.delivery)
    headers = {
        "content-type": "application/json",
        "user-agent": _AGENT,
        **keys.headers(id_, clock.now(), body, endpoint=post.endpoint, generations=post.generations),
    }
    reply = merchants.post(post.url, headers, body)
    return Slung(
        name=ATTEMPTED,
        subject={"class": "WebhookDelivery", "id": encode((post.delivery,))},
        parameters=encode(
            {
                "attempt": post.attempt,
                "status": reply.status,
                "ms": reply.ms,
                "error": reply.error,
                "answer": reply.answer,
                "retry_after": reply.retry_after,
            }
        ),
    )


@flow("webhooks.due")
def end_pause(due: WebhookDue) -> Slung:
    """Tell DEVO that the pause of a delivery is over."""
    return Slung(
        name=DUE,
        subject={"class": "WebhookDelivery", "id": encode((due.delivery,))},
        parameters={"attempt": due.attempt},
    )
