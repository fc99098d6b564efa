"""What is read of webhooks without objects: for lists, logs, and the walk of an event to its endpoints."""

from datetime import datetime
from typing import NamedTuple

from opensky.devo.webhooks.objects import BOTH_SIGN


class Target(NamedTuple):
    """An endpoint, as far as something is told to it."""

    id: int
    seller_id: int
    url: str
    events: list[str]
    state: str
    generation: int
    rotated_at: datetime | None
    failures: int
    failing_since: datetime | None

    def generations(self, now: datetime) -> list[int]:
        """Return by which of its secrets it is signed: for a while after a change by two."""
        both = self.rotated_at is not None and now - self.rotated_at < BOTH_SIGN
        return [self.generation, self.generation - 1] if both else [self.generation]


class EndpointShown(NamedTuple):
    """An endpoint in a list, or on its page."""

    id: int
    seller_id: int
    url: str
    events: list[str]
    description: str
    state: str
    reason: str
    failures: int
    failing_since: datetime | None
    rotated_at: datetime | None
    created_at: datetime
    version: int


class DeliveryShown(NamedTuple):
    """A delivery in the log of its endpoint."""

    id: int
    endpoint_id: int
    event: str
    state: str
    tries: int
    next_at: datetime | None
    created_at: datetime


class DeliveryInFull(NamedTuple):
    """A delivery on its page, with what was sent."""

    id: int
    endpoint_id: int
    event: str
    state: str
    tries: int
    next_at: datetime | None
    created_at: datetime
    body: str


class AttemptShown(NamedTuple):
    """One try in the log of its delivery."""

    number: int
    url: str
    at: datetime
    status: int | None
    ms: int
    error: str
    answer: str


class Last(NamedTuple):
    """What the newest try of a delivery came to."""

    delivery_id: int
    status: int | None
    ms: int
    error: str
