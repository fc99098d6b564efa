"""What rules may ask: for each event its facts with a schema, who gets the reward, and by which name the event happens once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opensky.devo.benefits.events import MEMBER_LEVEL_REACHED
from opensky.devo.benefits.objects import MemberLevel
from opensky.devo.follows.events import SELLER_FOLLOW
from opensky.devo.members.events import MEMBER_CREATED, MEMBER_LOGGED_IN
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.orders.events import ORDER_CREATED, ORDER_PAID, ORDER_SHIPPED
from opensky.devo.orders.objects import Order
from opensky.devo.products.events import PRODUCT_PUBLISHED
from opensky.devo.products.objects import Product
from opensky.devo.rewards.repository import FactRepository
from opensky.devo.rewards.subjects import (
    INSIDER,
    LEVEL,
    MEMBER,
    NOW,
    ORDER,
    PRODUCT,
    insider_facts,
    member_facts,
    order_facts,
    product_facts,
)
from opensky.devo.sellers.objects import Seller
from opensky.devo.shares.events import PRODUCT_SHARE, SHARE_BOUGHT
from opensky.devo.shares.objects import Share
from opensky.events import EventName
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Misconfigured
from opensky.ruler import Context
from opensky.ruler.schema import FactSchema, FactType
from opensky.settings import Settings

ORDER_EVENTS = (ORDER_PAID, ORDER_CREATED, ORDER_SHIPPED)
Carried = Mapping[str, Any]


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
    build: Callable[[Any, Carried, FactRepository, datetime], Happening]
    """Facts, recipient and name of one such event, which was then."""
    example: str
    """A condition to begin with."""

    def build_context(
        self, subject: Any, carried: Carried, facts: FactRepository, clock: Clock, at: datetime | None = None
    ) -> Happening:
        """Return facts, recipient and name of one such event, which was ``at`` some moment or is now."""
        return self.build(subject, carried, facts, at or clock.now())


def order_key(order_id: int, event: str = ORDER_PAID) -> str:
    """Return the name under which something happens once to an order."""
    return f"{event}:{order_id}"


def _of_order(
    event: EventName, order: Order, recipient: MemberId | None, facts: FactRepository, at: datetime
) -> Happening:
    context = Context({"order": order_facts(order, facts), "now": at})
    context.share("member", lambda _: member_facts(order.member_id, facts, at) if order.member_id else None)
    return Happening(order_key(order.id, event), recipient, context)


def _paid(order: Order, _: Carried, facts: FactRepository, at: datetime) -> Happening:
    # Told late, when it is cancelled already, it is nobody's any more.
    return _of_order(ORDER_PAID, order, order.member_id if order.is_paid else None, facts, at)


def _placed(order: Order, _: Carried, facts: FactRepository, at: datetime) -> Happening:
    return _of_order(ORDER_CREATED, order, order.member_id if order.state != "cancelled" else None, facts, at)


def _shipped(order: Order, carried: Carried, facts: FactRepository, at: datetime) -> Happening:
    # Each parcel is told of; rewarded is the last one.
    return _of_order(ORDER_SHIPPED, order, order.member_id if carried["complete"] else None, facts, at)


def _of_member(key: str, member_id: MemberId, facts: FactRepository, at: datetime, **more: Any) -> Happening:
    return Happening(key, member_id, Context({"member": member_facts(member_id, facts, at), "now": at, **more}))


def _joined(member: Member, _: Carried, facts: FactRepository, at: datetime) -> Happening:
    return _of_member(f"{MEMBER_CREATED}:{member.id}", member.id, facts, at)


def _logged_in(member: Member, _: Carried, facts: FactRepository, at: datetime) -> Happening:
    return _of_member(f"{MEMBER_LOGGED_IN}:{member.id}:{at:%Y-%m-%d}", member.id, facts, at)


def _followed(seller: Seller, carried: Carried, facts: FactRepository, at: datetime) -> Happening:
    member_id = MemberId(carried["member_id"])
    key = f"{SELLER_FOLLOW}:{seller.id}:{member_id}"
    return _of_member(key, member_id, facts, at, insider=insider_facts(seller))


def _published(product: Product, _: Carried, facts: FactRepository, at: datetime) -> Happening:
    seller = facts.seller(product.seller_id)
    key, whole = f"{PRODUCT_PUBLISHED}:{product.id}", {"product": product_facts(product)}
    if seller is None or seller.member_id is None:
        return Happening(key, None, Context({**whole, "now": at}))
    return _of_member(key, seller.member_id, facts, at, insider=insider_facts(seller), **whole)


def _shared(product: Product, carried: Carried, facts: FactRepository, at: datetime) -> Happening:
    member_id = MemberId(carried["member_id"])
    key = f"{PRODUCT_SHARE}:{product.id}:{member_id}"
    return _of_member(key, member_id, facts, at, product=product_facts(product))


def _bought(share: Share, carried: Carried, facts: FactRepository, at: datetime) -> Happening:
    # By the order, so that what is given is found when the order is cancelled. The buyer is nobody here: who shared is the member.
    key, order = order_key(carried["order_id"], SHARE_BOUGHT), facts.order(carried["order_id"])
    if order is None or not order.is_paid:
        return Happening(key, None, Context({"now": at}))
    whole = {"member": member_facts(share.member_id, facts, at), "order": order_facts(order, facts), "now": at}
    context = Context(whole)
    context.share("product", lambda _: (found := facts.product(share.product_id)) and product_facts(found))
    return Happening(key, share.member_id, context)


def _rose(level: MemberLevel, carried: Carried, facts: FactRepository, at: datetime) -> Happening:
    key = f"{MEMBER_LEVEL_REACHED}:{level.member_id}:{carried['level']}"
    named = {"name": carried["level"], "before": carried["before"]}
    return _of_member(key, level.member_id, facts, at, level=named)


def _subscribed() -> Iterator[Subscribed]:
    def subscribed(event: str, when: str, facts: tuple[FactType, ...], build: Any, example: str) -> Subscribed:
        return Subscribed(event, when, FactSchema([*facts, *MEMBER, NOW]), build, example)

    yield subscribed(ORDER_PAID, "When an order is paid", ORDER, _paid, "order.first_purchase")
    yield subscribed(ORDER_CREATED, "When an order is placed", ORDER, _placed, "order.first_purchase")
    yield subscribed(ORDER_SHIPPED, "When all of an order has left", ORDER, _shipped, "order.total >= 50")
    yield subscribed(MEMBER_CREATED, "When somebody opens an account", (), _joined, 'now > day("2026-01-01")')
    yield subscribed(MEMBER_LOGGED_IN, "When a member logs in, once a day", (), _logged_in, "member.days >= 365")
    yield subscribed(SELLER_FOLLOW, "When a member follows an insider", INSIDER, _followed, "member.follows >= 5")
    yield subscribed(
        PRODUCT_PUBLISHED,
        "When an insider puts a product on show",
        (*PRODUCT, *INSIDER),
        _published,
        "product.price >= 20",
    )
    yield subscribed(PRODUCT_SHARE, "When a member shares a product", PRODUCT, _shared, "product.price >= 20")
    yield subscribed(
        SHARE_BOUGHT, "When somebody buys what a member shared", (*PRODUCT, *ORDER), _bought, "order.total >= 20"
    )
    yield subscribed(MEMBER_LEVEL_REACHED, "When a member rises to a level", LEVEL, _rose, 'level.name == "Silver"')


EVENTS: Mapping[str, Subscribed] = {each.event: each for each in _subscribed()}
"""The events that rules can be made for, by name."""


def looked_up(settings: Settings) -> Mapping[str, Subscribed]:
    """Return those events about which rules are asked in this shop: ``events.rewards`` of the settings, or all.

    Raises:
        Misconfigured: it names an event that rules cannot be made for, or is no list.
    """
    named = settings.events.get("rewards")
    if named is None:
        return EVENTS
    if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
        message = f"The setting 'events.rewards' must be a list of events such as [\"order.paid\"], not {named!r}."
        raise Misconfigured(message, key="events")
    for each in named:
        if each not in EVENTS:
            message = f"The setting 'events.rewards' names {each!r}; rules can be made for {', '.join(EVENTS)}."
            raise Misconfigured(message, key="events")
    return {each: EVENTS[each] for each in named}
