"""The lines of an order: made of what is offered, and counted."""

from collections.abc import Mapping

from opensky.devo.bag.offers import Offer
from opensky.devo.orders.objects import Order, OrderId, OrderLine
from opensky.devo.products.objects import ProductId
from opensky.devo.sellers.objects import SellerId
from opensky.kernel.errors import Conflict, FieldError, Invalid

MOST_LINES = 50
MOST_OF_ONE = 99


def refuse_bad_quantities(lines: Mapping[str, int]) -> None:
    """Raise ``Invalid`` for an order of nothing, of too many things, or of too many of one."""
    if not lines:
        raise Invalid(FieldError("lines", "There is nothing in this order.", "NotBlank"))
    if len(lines) > MOST_LINES:
        raise Invalid(FieldError("lines", f"An order has at most {MOST_LINES} different things.", "Length"))
    if any(not 1 <= quantity <= MOST_OF_ONE for quantity in lines.values()):
        raise Invalid(FieldError("lines", f"Please choose 1 to {MOST_OF_ONE} of each.", "Range"))


def line_of(order_id: OrderId, position: int, offer: Offer | None, sku: str, quantity: int) -> OrderLine:
    """Return the line of what is offered under a SKU now; raises ``Conflict`` if nothing is."""
    if offer is None or not offer.offered:
        raise Conflict(f"{offer.product_name if offer else sku} is no longer offered.", sku=sku)
    return OrderLine(
        order_id=order_id,
        position=position,
        product_id=ProductId(offer.product_id),
        seller_id=SellerId(offer.seller_id),
        sku=sku,
        name=offer.product_name,
        variant=offer.variant,
        quantity=quantity,
        price=offer.price,
    )


def quantities_of(order: Order) -> dict[str, int]:
    """Return how many of each SKU an order has."""
    return {line.sku: line.quantity for line in order.lines}
