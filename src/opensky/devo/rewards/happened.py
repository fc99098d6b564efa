"""What has happened, looked up again: an order, an account, a follow, as somebody names it who wants to try a rule on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from opensky.devo.benefits.events import MEMBER_LEVEL_REACHED
from opensky.devo.follows.events import SELLER_FOLLOW
from opensky.devo.follows.manager import FollowManager
from opensky.devo.members.events import MEMBER_CREATED, MEMBER_LOGGED_IN
from opensky.devo.members.manager import MemberManager
from opensky.devo.members.objects import Member, MemberId
from opensky.devo.orders.events import ORDER_CREATED, ORDER_PAID, ORDER_SHIPPED
from opensky.devo.orders.manager import OrderManager
from opensky.devo.products.events import PRODUCT_PUBLISHED
from opensky.devo.products.manager import ProductManager
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.shares.events import PRODUCT_SHARE, SHARE_BOUGHT
from opensky.devo.shares.manager import ShareManager
from opensky.kernel.clock import Clock
from opensky.kernel.errors import NotFound


class Field(NamedTuple):
    """What somebody types to name a past event."""

    name: str
    label: str
    hint: str


class Past(NamedTuple):
    """Something that has happened: its subject, what the event carried, when it was, and what keeps it from being rewarded."""

    subject: Any
    carried: Mapping[str, Any]
    at: datetime
    hindered: list[str]


_ORDER = Field("order", "Order", "Number of an order")
_MEMBER = Field("member", "Member", "E-mail address of a member")
_INSIDER = Field("insider", "Insider", "Their name in addresses")
_PRODUCT = Field("product", "Product", "Its name in addresses")
_LEVEL = Field("level", "Level", "Name of a level")
_FIELDS: Mapping[str, tuple[Field, ...]] = {
    ORDER_PAID: (_ORDER,),
    ORDER_CREATED: (_ORDER,),
    ORDER_SHIPPED: (_ORDER,),
    MEMBER_CREATED: (_MEMBER,),
    MEMBER_LOGGED_IN: (_MEMBER,),
    SELLER_FOLLOW: (_MEMBER, _INSIDER),
    PRODUCT_PUBLISHED: (_PRODUCT,),
    PRODUCT_SHARE: (_MEMBER, _PRODUCT),
    SHARE_BOUGHT: (_ORDER,),
    MEMBER_LEVEL_REACHED: (_MEMBER, _LEVEL),
}
NAMES = tuple(dict.fromkeys(each.name for fields in _FIELDS.values() for each in fields))
"""All that names a past event of any kind."""


class _Risen(NamedTuple):
    """Whose level it is: all that rules ask of the subject when a level is reached."""

    member_id: MemberId


def fields_of(event: str) -> tuple[Field, ...]:
    """Return what names a past event of this kind; nothing where none can be looked up."""
    return _FIELDS.get(event, ())


class PastEvents:
    """Finds past events."""

    def __init__(
        self,
        orders: OrderManager,
        members: MemberManager,
        sellers: SellerManager,
        products: ProductManager,
        follows: FollowManager,
        shares: ShareManager,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._members = members
        self._sellers = sellers
        self._products = products
        self._follows = follows
        self._shares = shares
        self._clock = clock

    def find(self, event: str, named: Mapping[str, str]) -> Past:
        """Return a past event of a kind, named by its fields; raises ``NotFound`` with what is not there."""
        fields = fields_of(event)
        given = {each.name: named.get(each.name, "").strip() for each in fields}
        if event == SHARE_BOUGHT:
            return self._bought(given["order"])
        if fields == (_ORDER,):
            return self._order(event, given["order"])
        if fields == (_PRODUCT,):
            return self._product(given["product"])
        if _MEMBER in fields:
            member = self._members.by_email(given["member"])
            if member is None:
                raise NotFound("Nobody has an account with this address.")
            return self._of_member(event, member, given)
        raise NotFound("Past events of this kind cannot be looked up.")

    def _of_member(self, event: str, member: Member, given: Mapping[str, str]) -> Past:
        now = self._clock.now()
        if event == MEMBER_CREATED:
            return Past(member, {}, member.joined_at, [])
        if event == MEMBER_LEVEL_REACHED:
            return Past(_Risen(member.id), {"level": given["level"], "before": ""}, now, [])
        if event == PRODUCT_SHARE:
            product = self._products.by_slug(given["product"])
            shares = bool(self._shares.code_of(member.id, product.id))
            said = [] if shares else [f"{member.name} does not share {product.name}."]
            return Past(product, {"member_id": member.id}, now, said)
        if event != SELLER_FOLLOW:
            return Past(member, {}, now, [])
        seller = self._sellers.by_slug(given["insider"])
        follows = self._follows.is_following(member.id, seller.id)
        said = [] if follows else [f"{member.name} does not follow {seller.name} now."]
        return Past(seller, {"member_id": member.id}, now, said)

    def _product(self, slug: str) -> Past:
        product = self._products.by_slug(slug)
        return Past(product, {}, self._clock.now(), [])

    def _bought(self, number: str) -> Past:
        order = self._orders.by_number(number)
        share = self._shares.of_order(order)
        said = [] if order.is_paid else [f"The order is {order.state}, not paid."]
        return Past(share, {"order_id": order.id, "member_id": share.member_id}, order.paid_at or order.placed_at, said)

    def _order(self, event: str, number: str) -> Past:
        order = self._orders.by_number(number)
        said = []
        if order.member_id is None:
            said.append("It is a guest's order, and only members get rewards.")
        elif event == ORDER_PAID and not order.is_paid:
            said.append(f"The order is {order.state}, not paid.")
        elif event == ORDER_SHIPPED and order.state != "shipped":
            said.append(f"The order is {order.state}: not all of it has left.")
        paid = order.paid_at if event != ORDER_CREATED else None
        return Past(order, {"complete": order.state == "shipped"}, paid or order.placed_at, said)
