"""What endpoints can be told: the events, and what of each a merchant gets to know.

All data are shown by the serializer's group ``api``, and are the merchant's own: of an order their lines, of a follower that there is one.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple

import msgspec

from opensky.devo.follows.events import SELLER_FOLLOW, SELLER_UNFOLLOW
from opensky.devo.orders.events import (
    ORDER_CANCELLED,
    ORDER_HELD,
    ORDER_PAID,
    ORDER_REFUNDED,
    ORDER_RELEASED,
    ORDER_SHIPPED,
)
from opensky.devo.orders.objects import Order, OrderLine
from opensky.devo.products.events import (
    PRODUCT_CREATED,
    PRODUCT_EDITED,
    PRODUCT_PUBLISHED,
    PRODUCT_RESTOCKED,
    PRODUCT_WITHDRAWN,
)
from opensky.devo.sellers.events import SELLER_EDITED
from opensky.devo.webhooks.objects import MerchantOrder
from opensky.events import Event, EventName, declaration_of
from opensky.kernel.money import total
from opensky.serializer import to_view

PING = "webhook.ping"
"""What a test is called; no event of the shop has this name."""
LIKELY = ORDER_PAID
REWARDED = "reward.granted"
"""What endpoints of the house are told, by reward rules that say so; no insider ever is."""


class EventTold(NamedTuple):
    """An event that endpoints can be told, and when it happens."""

    name: str
    sentence: str


def sentence(declared: str) -> str:
    """Return what is said of an event, without what is said of the parameters that it carries inside of the shop."""
    clauses = re.split(r"(?=[:;] )", declared)
    kept = "".join(takewhile(lambda clause: "`" not in clause, clauses))
    return kept if kept.endswith(".") else f"{kept}."


OF_ORDERS: Mapping[EventName, Sequence[str]] = {
    ORDER_PAID: (),
    ORDER_HELD: (),
    ORDER_RELEASED: (),
    ORDER_SHIPPED: ("carrier", "tracking"),
    ORDER_CANCELLED: ("by",),
    ORDER_REFUNDED: (),
}
OF_PRODUCTS: Mapping[EventName, Sequence[str]] = {
    PRODUCT_CREATED: (),
    PRODUCT_EDITED: ("fields",),
    PRODUCT_PUBLISHED: (),
    PRODUCT_WITHDRAWN: (),
    PRODUCT_RESTOCKED: ("sku", "on_hand"),
}
OF_SELLERS: Mapping[EventName, Sequence[str]] = {
    SELLER_EDITED: ("fields",),
    SELLER_FOLLOW: (),
    SELLER_UNFOLLOW: (),
}
"""Each event that can be told, and which of its parameters are told beside its subject."""

TOLD: tuple[EventTold, ...] = tuple(
    EventTold(str(name), sentence(declaration_of(name).sentence))
    for group in (OF_ORDERS, OF_PRODUCTS, OF_SELLERS)
    for name in group
)
"""All of them, with the sentences of their declarations, as far as these concern a merchant."""
NAMES = frozenset(each.name for each in TOLD)


def of_product(event: Event) -> dict[str, Any]:
    """Return what a product's own insider is told of it."""
    return {"product": to_view(event.subject, "api"), **_told(event, OF_PRODUCTS)}


def of_seller(event: Event, followers: int) -> dict[str, Any]:
    """Return what an insider is told of themselves: of who follows them, how many they are."""
    told = {"seller": to_view(event.subject, "api"), **_told(event, OF_SELLERS)}
    return told if event.name == SELLER_EDITED else {**told, "followers": followers}


def of_order(event: Event, order: Order, lines: Sequence[OrderLine]) -> dict[str, Any] | None:
    """Return what an insider is told of an order with these lines of theirs; ``None`` where none of it is theirs to know."""
    told = _told(event, OF_ORDERS)
    if event.name == ORDER_SHIPPED:
        own = {line.sku for line in lines}
        told["shipped"] = [{"sku": sku, "quantity": n} for sku, n in event["lines"].items() if sku in own]
        if not told["shipped"]:
            return None
    shown = MerchantOrder(
        number=order.number,
        state=order.state,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        cancelled_at=order.cancelled_at,
        amount=total([line.amount for line in lines]),
        lines=list(lines),
    )
    return {"order": to_view(shown, "api"), **told}


def _told(event: Event, of: Mapping[EventName, Sequence[str]]) -> dict[str, Any]:
    return {name: event[name] for name in of[EventName(event.name)]}


def written(event: str, at: datetime, data: Mapping[str, Any]) -> str:
    """Return the body of a webhook: what happened, when, and about what."""
    return msgspec.json.encode({"type": event, "timestamp": at, "data": data}).decode()
