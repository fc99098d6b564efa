"""The webhook of operators: what they use to talk to each other hears of alerts."""

from collections.abc import Mapping
from typing import Any

import msgspec

from opensky.kernel.clock import Clock
from opensky.kernel.watching import Watch
from opensky.kernel.webhooks import WebhookKeys
from opensky.osis.partners.merchants import Merchants

OURS, GENERATION = 0, 1
"""Operators' webhook has the secret of endpoint 0, which no merchant's is."""


class AlertHook:
    """Posts to the address that the settings name, which may well be inside one's own network: whoever writes the settings may call it."""

    def __init__(self, url: str, keys: WebhookKeys, clock: Clock, watch: Watch | None = None) -> None:
        self._url = url
        self._keys = keys
        self._clock = clock
        self._calls = Merchants(inside=True, name="third.alerts", watch=watch)

    def post(self, id_: str, kind: str, at: str, data: Mapping[str, Any]) -> str:
        """Post, signed as the shop's other webhooks are; return why it was not taken, nothing if it was. Without an address nothing is done."""
        if not self._url:
            return ""
        body = msgspec.json.encode({"type": kind, "timestamp": at, "data": data})
        signed = self._keys.headers(id_, self._clock.now(), body, endpoint=OURS, generations=[GENERATION])
        reply = self._calls.post(self._url, {"content-type": "application/json", **signed}, body)
        return "" if reply.taken else reply.error or f"It answered {reply.status}."
