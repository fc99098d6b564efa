"""What rules may ask: for each event its facts with a schema, who gets the reward, and by which name the event happens once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opensky.devo.follows.events import SELLER_FOLLOW
from opensky.devo.members.events import MEMBER_CREATED
from opensky.devo.members.objects import STAFF, Member, MemberId
from opensky.devo.orders.events import ORDER_PAID
from opensky.devo.orders.objects import Order
from opensky.devo.rewards.repository import FactRepository, LineOfOrder
from opensky.devo.sellers.objects import Seller
from opensky.kernel.clock import Clock
from opensky.kernel.money import Money
from opensky.ruler import Context
from opensky.ruler.schema import FactSchema, FactType

_LINE = FactSchema(
    [
        FactType("sku", "text", "The code of the variant.", example="BOWL"),
        FactType("name", "text", "The name of the product.", example="Blue bowl"),
        FactType("quantity", "number", "How many.", example=2),
        FactType("price", "number", "What one costs.", example=12.5),
    ]
)
_MEMBER = (
    FactType("member.joined_at", "moment", "When they opened their account.", "the day they joined"),
    FactType("member.days", "number", "Days since they opened their account.", "days since they joined", 30),
    FactType("member.orders", "number", "How many orders they have paid and kept.", "their paid orders", 3),
    FactType("member.follows", "number", "How many insiders they follow.", "how many insiders they follow", 5),
    FactType("member.is_staff", "truth", "Whether they work here.", "they work here"),
)
_NOW = FactType("now", "moment", "When it happens.", "the moment")


def order_facts(order: Order, facts: FactRepository) -> Context:
    """Return what is asked of an order; what costs a statement is found when a rule first looks.

    It is subscripted, because a compiled condition looks by name in brackets; attributes would be asked the slow way.
    """

    def first_purchase(_: Context) -> bool:
        if order.member_id is None or order.paid_at is None:
            return False
        return facts.earlier_orders(order.member_id, order.paid_at, order.id) == 0

    return Context(
        total=order.total.amount,
        currency=order.total.currency,
        country=order.address.country,
        is_guest=order.member_id is None,
        first_purchase=first_purchase,
        lines=lambda _: [_line(each) for each in facts.lines(order.id)],
        items=lambda own: sum(line["quantity"] for line in own["lines"]),
    )


def member_facts(member_id: MemberId, facts: FactRepository, now: datetime) -> Context:
    """Return what is asked of a member."""
    return Context(
        person=lambda _: facts.person(member_id),
        joined_at=lambda own: own["person"] and own["person"].joined_at,
        days=lambda own: own["person"] and (now - own["person"].joined_at).days,
        is_staff=lambda own: bool(own["person"]) and STAFF in own["person"].roles,
        orders=lambda _: facts.paid_orders(member_id),
        follows=lambda _: facts.followed(member_id),
    )


@dataclass(frozen=True, slots=True)
class Happening:
    """One event, as a rule is asked about it."""

    key: str
    """Names what happened: however often the event is told, it is one."""
    recipient: MemberId | None
    context: Context


@dataclass(frozen=True, slots=True)
class Subscribed:
    """An event that rules can be made for."""

    event: str
    when: str
    """The event in a sentence: ``When …``."""
    schema: FactSchema
    build_context: Callable[[Any, Mapping[str, Any], FactRepository, Clock], Happening]
    """Facts, recipient and name of one such event."""
    example: str
    """A condition to begin with."""


def _of_order(order: Order, _: Mapping[str, Any], facts: FactRepository, clock: Clock) -> Happening:
    # Told late, when it is cancelled already, it is nobody's any more.
    recipient = order.member_id if order.is_paid else None
    context = Context({"order": order_facts(order, facts), "now": clock.now()})
    context.share("member", lambda _: member_facts(order.member_id, facts, clock.now()) if order.member_id else None)
    return Happening(order_key(order.id), recipient, context)


def _of_member(member: Member, _: Mapping[str, Any], facts: FactRepository, clock: Clock) -> Happening:
    context = Context({"member": member_facts(member.id, facts, clock.now()), "now": clock.now()})
    return Happening(f"{MEMBER_CREATED}:{member.id}", member.id, context)


def _of_follow(seller: Seller, carried: Mapping[str, Any], facts: FactRepository, clock: Clock) -> Happening:
    member_id = MemberId(carried["member_id"])
    insider = {"slug": seller.slug, "name": seller.name}
    member = member_facts(member_id, facts, clock.now())
    context = Context({"member": member, "insider": insider, "now": clock.now()})
    return Happening(f"{SELLER_FOLLOW}:{seller.id}:{member_id}", member_id, context)


def _line(line: LineOfOrder) -> dict[str, Any]:
    price = Money(line.price_minor, line.currency).amount
    return {"sku": line.sku, "name": line.name, "quantity": line.quantity, "price": price}


def order_key(order_id: int) -> str:
    """Return the name under which the payment of an order happens once."""
    return f"{ORDER_PAID}:{order_id}"


EVENTS: Mapping[str, Subscribed] = {
    each.event: each
    for each in (
        Subscribed(
            ORDER_PAID,
            "When an order is paid",
            FactSchema(
                [
                    FactType("order.total", "number", "What the order costs.", "the order's total", 42),
                    FactType("order.currency", "text", "The currency of the total.", "the order's currency", "USD"),
                    FactType(
                        "order.first_purchase",
                        "truth",
                        "Whether the member has paid nothing before that they have kept.",
                        "it is their first purchase",
                    ),
                    FactType("order.items", "number", "How many pieces there are in all.", "pieces in the order", 3),
                    FactType("order.country", "text", "Where the parcel goes, in two letters.", "the country", "US"),
                    FactType(
                        "order.is_guest", "truth", "Whether it is a guest's; they get nothing.", "it is a guest's"
                    ),
                    FactType("order.lines", "list", "What was ordered.", "the lines", things=_LINE),
                    *_MEMBER,
                    _NOW,
                ]
            ),
            _of_order,
            "order.first_purchase",
        ),
        Subscribed(
            MEMBER_CREATED,
            "When somebody opens an account",
            FactSchema([*_MEMBER, _NOW]),
            _of_member,
            'now > day("2026-01-01")',
        ),
        Subscribed(
            SELLER_FOLLOW,
            "When a member follows an insider",
            FactSchema(
                [
                    FactType("insider.slug", "text", "Their name in addresses.", "the insider's name", "maya-linden"),
                    FactType("insider.name", "text", "Their name.", "the insider", "Maya Linden"),
                    *_MEMBER,
                    _NOW,
                ]
            ),
            _of_follow,
            "member.follows >= 5",
        ),
    )
}
"""The events that rules can be made for, by name."""
