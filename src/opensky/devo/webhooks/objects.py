"""Webhooks: where a merchant's own system is told what happened, what it was told, and each try of telling it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal, NewType

from opensky.devo.orders.objects import OrderLine
from opensky.devo.sellers.objects import SellerId
from opensky.kernel.money import Money
from opensky.mapping import Groups, Id, Index, Length, NoHistory, Personal, Version, entity

EndpointId = NewType("EndpointId", int)
DeliveryId = NewType("DeliveryId", int)
EndpointState = Literal["active", "disabled", "deleted"]
DeliveryState = Literal["waiting", "delivered", "failed", "dropped"]
STATES: tuple[DeliveryState, ...] = ("waiting", "delivered", "failed", "dropped")
"""``waiting`` for a try, ``delivered``, ``failed`` after all tries, or ``dropped``: its endpoint took no more."""
BOTH_SIGN = timedelta(hours=24)
"""So long after a change of the secret the one before it signs, too."""
LONGEST_WORDS = 120
HOUSE = SellerId(0)
"""Stands for the shop itself, where an endpoint is not an insider's: its own marketing or accounting program."""


@entity("webhook_endpoints", Index("seller_id"))
@dataclass(eq=False, kw_only=True)
class WebhookEndpoint:
    """An address of an insider's own system, and what it wants to be told. Its secret is kept nowhere (``kernel.webhooks``)."""

    id: Annotated[EndpointId, Id()]
    seller_id: SellerId
    url: Annotated[str, Personal("account"), Length(0, 500)]
    events: list[str] = field(default_factory=list)
    description: Annotated[str, Length(0, LONGEST_WORDS, f"Please use at most {LONGEST_WORDS} characters.")] = ""
    state: Annotated[EndpointState, Length(0, 10)] = "active"
    reason: Annotated[str, Length(0, 300)] = ""
    """Why it is disabled; empty where its owner or staff did it."""
    generation: int = 1
    """Counts the changes of its secret."""
    rotated_at: datetime | None = None
    failures: Annotated[int, NoHistory()] = 0
    """How many tries have failed since one succeeded."""
    failing_since: Annotated[datetime | None, NoHistory()] = None
    created_at: datetime
    version: Annotated[int, Version()] = 0


@NoHistory()
@entity("webhook_deliveries", Index("endpoint_id", "-id"), Index("endpoint_id", "state", "-id"))
@dataclass(eq=False, kw_only=True)
class WebhookDelivery:
    """One thing that one endpoint is told, under one id however often it is tried. ``body`` is what is sent, letter by letter."""

    id: Annotated[DeliveryId, Id()]
    endpoint_id: EndpointId
    event: Annotated[str, Length(0, 80)]
    body: Annotated[str, Personal("account")]
    state: Annotated[DeliveryState, Length(0, 10)] = "waiting"
    tries: int = 0
    failed: int = 0
    """How many tries have failed since it was first sent, or sent again by hand."""
    failing_since: datetime | None = None
    next_at: datetime | None = None
    created_at: datetime


@NoHistory()
@entity("webhook_attempts", clustered=True)
@dataclass(eq=False, kw_only=True)
class WebhookAttempt:
    """One try: where to, what was answered (0 for nothing, ``None`` as long as it is under way), and how long it took."""

    delivery_id: Annotated[DeliveryId, Id()]
    number: Annotated[int, Id()]
    url: Annotated[str, Personal("account"), Length(0, 500)]
    at: datetime
    status: int | None = None
    ms: int = 0
    error: Annotated[str, Length(0, 500)] = ""
    answer: Annotated[str, Personal("account"), Length(0, 500)] = ""


@dataclass(eq=False, kw_only=True)
class MerchantOrder:
    """What one insider is told of an order: their own lines, and nothing about who bought or what else."""

    number: Annotated[str, Groups("api")]
    state: Annotated[str, Groups("api")]
    placed_at: Annotated[datetime, Groups("api")]
    paid_at: Annotated[datetime | None, Groups("api")]
    cancelled_at: Annotated[datetime | None, Groups("api")]
    amount: Annotated[Money, Groups("api")]
    lines: Annotated[list[OrderLine], Groups("api")]
