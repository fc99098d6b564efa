"""What rules ask of an order, a member, an insider or a product: the facts of each, and their schema.

What costs a statement is found when a rule first looks. Facts are subscripted, because a compiled condition looks by name in brackets;
attributes would be asked the slow way.
"""

from datetime import datetime
from typing import Any

from opensky.devo.members.objects import STAFF, MemberId
from opensky.devo.orders.objects import Order
from opensky.devo.products.objects import Product
from opensky.devo.rewards.named import OrderOf, ProductOf
from opensky.devo.rewards.repository import FactRepository, Insider, LineOfOrder
from opensky.devo.sellers.objects import Seller
from opensky.kernel.money import Money
from opensky.ruler import Context
from opensky.ruler.schema import FactSchema, FactType

LINE = FactSchema(
    [
        FactType("sku", "text", "The code of the variant.", example="BOWL"),
        FactType("name", "text", "The name of the product.", example="Blue bowl"),
        FactType("quantity", "number", "How many.", example=2),
        FactType("price", "number", "What one costs.", example=12.5),
        FactType("product", "text", "The product's name in addresses, while it is on show.", example="blue-bowl"),
        FactType("insider", "text", "Its insider's name in addresses, while it is on show.", example="maya-linden"),
    ]
)
ORDER = (
    FactType("order.total", "number", "What the order costs.", "the order's total", 42),
    FactType("order.currency", "text", "The currency of the total.", "the order's currency", "USD"),
    FactType(
        "order.first_purchase",
        "truth",
        "Whether the member has paid nothing before that they have kept.",
        "it is their first purchase",
    ),
    FactType("order.items", "number", "How many pieces there are in all.", "pieces in the order", 3),
    FactType("order.skus", "list", "The codes of all variants in it.", "what is in it", "BOWL", "text"),
    FactType(
        "order.products", "list", "The products' names in addresses.", "the products in it", "blue-bowl", things="text"
    ),
    FactType("order.insiders", "list", "Whose products they are.", "the insiders in it", "maya-linden", things="text"),
    FactType("order.lists", "list", "The lists that something of it is on.", "its lists", "spring", things="text"),
    FactType("order.country", "text", "Where the parcel goes, in two letters.", "the country", "US"),
    FactType("order.is_guest", "truth", "Whether it is a guest's; they get nothing.", "it is a guest's"),
    FactType("order.lines", "list", "What was ordered.", "the lines", things=LINE),
)
MEMBER = (
    FactType("member.joined_at", "moment", "When they opened their account.", "the day they joined"),
    FactType("member.days", "number", "Days since they opened their account.", "days since they joined", 30),
    FactType("member.orders", "number", "How many orders they have paid and kept.", "their paid orders", 3),
    FactType("member.follows", "number", "How many insiders they follow.", "how many insiders they follow", 5),
    FactType("member.lists", "list", "The lists that they are on.", "their lists", "friends", things="text"),
    FactType("member.is_staff", "truth", "Whether they work here.", "they work here"),
    FactType("member.wants_letters", "truth", "Whether they asked for news by letter.", "they want letters"),
)
INSIDER = (
    FactType("insider.slug", "text", "Their name in addresses.", "the insider's name", "maya-linden"),
    FactType("insider.name", "text", "Their name.", "the insider", "Maya Linden"),
)
PRODUCT = (
    FactType("product.slug", "text", "Its name in addresses.", "the product's name", "blue-bowl"),
    FactType("product.name", "text", "Its name.", "the product", "Blue bowl"),
    FactType("product.price", "number", "What its cheapest variant costs.", "its price", 12.5),
)
LEVEL = (
    FactType("level.name", "text", "The level that they have now.", "the level", "Silver"),
    FactType("level.before", "text", "The level until then; empty if there was none.", "the level before", "Bronze"),
)
NOW = FactType("now", "moment", "When it happens.", "the moment")


def order_facts(order: Order | OrderOf, facts: FactRepository) -> Context:
    """Return what is asked of an order."""

    def first_purchase(_: Context) -> bool:
        if order.member_id is None:
            return False
        return facts.earlier_orders(order.member_id, order.paid_at or order.placed_at, order.id) == 0

    return Context(
        total=order.total.amount,
        currency=order.total.currency,
        country=order.address.country,
        is_guest=order.member_id is None,
        first_purchase=first_purchase,
        lines=lambda _: [_line(each) for each in facts.lines(order.id)],
        items=lambda own: sum(line["quantity"] for line in own["lines"]),
        skus=lambda own: [line["sku"] for line in own["lines"]],
        products=lambda own: _distinct(own["lines"], "product"),
        lists=lambda _: facts.lists_of_order(order.id),
        insiders=lambda own: _distinct(own["lines"], "insider"),
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
        lists=lambda _: facts.lists_of_member(member_id),
        wants_letters=lambda _: facts.wants_letters(member_id),
    )


def insider_facts(seller: Seller | Insider) -> dict[str, Any]:
    """Return what is asked of an insider."""
    return {"slug": seller.slug, "name": seller.name}


def product_facts(product: Product | ProductOf) -> dict[str, Any]:
    """Return what is asked of a product."""
    prices = [variant.price.amount for variant in product.variants]
    return {"slug": product.slug, "name": product.name, "price": min(prices, default=None)}


def _line(line: LineOfOrder) -> dict[str, Any]:
    price = Money(line.price_minor, line.currency).amount
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "price": price,
        "product": line.product or "",
        "insider": line.insider or "",
    }


def _distinct(lines: list[dict[str, Any]], part: str) -> list[str]:
    return list(dict.fromkeys(line[part] for line in lines if line[part]))
