"""Signatures of webhooks, as the specification "Standard Webhooks" has them: HMAC-SHA256 over ``id.timestamp.body``.

The secret of an endpoint is made of the shop's own key, the endpoint's id and a number that counts how often it was changed. So it is
kept nowhere: neither the database nor a queue opens it, and each process of the shop can sign.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
"""The headers of a webhook."""
_BEGINS = "whsec_"
_VERSION = "v1,"


class WebhookKeys:
    """The secrets of all endpoints of a shop."""

    def __init__(self, secret_key: str) -> None:
        self._key = hmac.digest(secret_key.encode(), b"signed:webhooks", "sha256")

    def secret(self, endpoint: int, generation: int) -> str:
        """Return a secret of an endpoint, as its owner is shown it once."""
        return _BEGINS + b64encode(self._made(endpoint, generation)).decode()

    def headers(
        self, id_: str, at: datetime, body: bytes, *, endpoint: int, generations: Sequence[int]
    ) -> dict[str, str]:
        """Return what a request to an endpoint bears: one signature by each of these generations of its secret."""
        timestamp = str(int(at.timestamp()))
        signatures = [sign(self._made(endpoint, each), id_, timestamp, body) for each in generations]
        return {ID: id_, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}

    def _made(self, endpoint: int, generation: int) -> bytes:
        return hmac.digest(self._key, f"{endpoint}:{generation}".encode(), "sha256")


def sign(key: bytes, id_: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body, such as ``v1,K5oZ…=``."""
    signed = b"%s.%s.%s" % (id_.encode(), timestamp.encode(), body)
    return _VERSION + b64encode(hmac.digest(key, signed, "sha256")).decode()


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for."""
    return b64decode(secret.removeprefix(_BEGINS))
