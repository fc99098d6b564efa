"""Offers: what can be bought under a SKU just now, with price, names and stock. Bag and orders both ask this."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from opensky.devo.products.objects import Picture, Product, ProductCard, StockItem, Variant
from opensky.devo.sellers.objects import Seller
from opensky.kernel.money import Money
from opensky.persistence import DocumentQuery, Param, Query, Reader, table


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


class _Stocked(NamedTuple):
    """The stock of a SKU, and who sells it: of what is not on show the card, and so the seller, is missing."""

    sku: str
    on_hand: int
    product_id: int
    seller_slug: str | None
    seller_name: str | None


class _Body(msgspec.Struct):
    """The part of a product's document that an offer is made of."""

    id: int
    seller_id: int
    slug: str
    name: str
    status: str = "draft"
    variants: list[Variant] = []
    pictures: list[Picture] = []


class _Face(msgspec.Struct):
    """The part of a seller's document that an offer shows."""

    id: int
    slug: str
    name: str


_stock, _cards = table(StockItem), table(ProductCard)
_STOCKED = Query(
    select(_stock.c.sku, _stock.c.on_hand, _stock.c.product_id, _cards.c.seller_slug, _cards.c.seller_name)
    .outerjoin(_cards, _cards.c.product_id == _stock.c.product_id)
    .where(_stock.c.sku.in_(bindparam("skus", expanding=True))),
    _Stocked,
)
_PRODUCTS = DocumentQuery(Product, {"id": {"$in": Param("ids")}}, into=_Body)
_SELLERS = DocumentQuery(Seller, {"id": {"$in": Param("ids")}}, into=_Face)
_NOBODY = _Face(0, "", "")
_NO_PICTURE = Picture(path="", alt="")


def offers(reader: Reader, skus: Sequence[str]) -> dict[str, Offer]:
    """Return what is offered under these SKUs; unknown ones are left out.

    Two statements for any number of SKUs, and a third where something is not on show any more.
    """
    stocked = reader.fetch(_STOCKED, skus=list(skus)) if skus else []
    if not stocked:
        return {}
    products = {p.id: p for p in reader.read(_PRODUCTS, ids=list({s.product_id for s in stocked}))}
    sellers = _sellers_without_card(reader, stocked, products)
    return {
        s.sku: _offer(s, product, sellers.get(product.seller_id, _NOBODY))
        for s in stocked
        if (product := products.get(s.product_id)) is not None
    }


def _sellers_without_card(
    reader: Reader, stocked: Sequence[_Stocked], products: Mapping[int, _Body]
) -> dict[int, _Face]:
    hidden = {products[s.product_id].seller_id for s in stocked if s.seller_slug is None and s.product_id in products}
    return {seller.id: seller for seller in reader.read(_SELLERS, ids=list(hidden))} if hidden else {}


def _offer(stocked: _Stocked, product: _Body, seller: _Face) -> Offer:
    variant = next((each for each in product.variants if each.sku == stocked.sku), None)
    picture = product.pictures[0] if product.pictures else _NO_PICTURE
    return Offer(
        sku=stocked.sku,
        product_id=product.id,
        product_slug=product.slug,
        product_name=product.name,
        variant=variant.name if variant else "",
        price=variant.price if variant else Money(0),
        picture=picture.path,
        picture_alt=picture.alt,
        seller_id=product.seller_id,
        seller_slug=stocked.seller_slug or seller.slug,
        seller_name=stocked.seller_name or seller.name,
        on_hand=stocked.on_hand,
        offered=product.status == "published" and variant is not None,
    )
