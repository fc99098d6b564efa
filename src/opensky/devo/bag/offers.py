"""Offers: what can be bought under a SKU just now, with price, names and stock. Bag and orders both ask this."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select

from opensky.devo.products.objects import Picture, Product, StockItem, Variant
from opensky.devo.sellers.objects import Seller
from opensky.kernel.money import Money
from opensky.persistence import Query, Reader, table


class Offer(msgspec.Struct, frozen=True):
    """One variant as it is offered. ``offered`` is false once the product is withdrawn or the variant taken out."""

    sku: str
    product_id: int
    product_slug: str
    product_name: str
    variant: str
    price: Money
    picture: str
    picture_alt: str
    seller_id: int
    seller_slug: str
    seller_name: str
    on_hand: int
    offered: bool

    def problem(self, quantity: int) -> str:
        """Say what keeps so many from being ordered; empty if nothing does."""
        if not self.offered:
            return "This is no longer offered. Please remove it."
        if self.on_hand < 1:
            return "This is sold out. Please remove it."
        if self.on_hand < quantity:
            return f"Only {self.on_hand} left. Please choose fewer."
        return ""


class _Body(msgspec.Struct):
    """The part of a product's document that an offer is made of."""

    seller_id: int
    slug: str
    name: str
    status: str = "draft"
    variants: list[Variant] = []
    pictures: list[Picture] = []


_read = msgspec.json.Decoder(_Body).decode


def _offer(
    sku: str, on_hand: int, product_id: int, body: str, seller_slug: str | None, seller_name: str | None
) -> Offer:
    product = _read(body)
    variant = next((each for each in product.variants if each.sku == sku), None)
    picture = product.pictures[0] if product.pictures else Picture(path="", alt="")
    return Offer(
        sku=sku,
        product_id=product_id,
        product_slug=product.slug,
        product_name=product.name,
        variant=variant.name if variant else "",
        price=variant.price if variant else Money(0),
        picture=picture.path,
        picture_alt=picture.alt,
        seller_id=product.seller_id,
        seller_slug=seller_slug or "",
        seller_name=seller_name or "",
        on_hand=on_hand,
        offered=product.status == "published" and variant is not None,
    )


_stock, _products, _sellers = table(StockItem), table(Product), table(Seller)
_OFFERS = Query(
    select(_stock.c.sku, _stock.c.on_hand, _stock.c.product_id, _products.c.body, _sellers.c.slug, _sellers.c.name)
    .join(_products, _products.c.id == _stock.c.product_id)
    .outerjoin(_sellers, _sellers.c.id == _products.c.seller_id)
    .where(_stock.c.sku.in_(bindparam("skus", expanding=True))),
    _offer,
)


def offers(reader: Reader, skus: Sequence[str]) -> dict[str, Offer]:
    """Return what is offered under these SKUs, with one statement; unknown ones are left out."""
    return {offer.sku: offer for offer in reader.fetch(_OFFERS, skus=list(skus))} if skus else {}
