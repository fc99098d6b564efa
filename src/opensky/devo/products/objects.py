"""Products: what an insider offers, in variants that each have a SKU, a price and a stock."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, NewType

from opensky.devo.sellers.objects import Seller, SellerId
from opensky.kernel.errors import NotFound
from opensky.kernel.money import Money
from opensky.mapping import (
    NOT_YET,
    CreatedAt,
    Groups,
    Id,
    Index,
    Length,
    NoHistory,
    NotBlank,
    Pattern,
    Range,
    ReferenceOne,
    Unique,
    Version,
    document,
    entity,
)

ProductId = NewType("ProductId", int)
Status = Literal["draft", "published", "withdrawn"]
PUBLISH = ("default", "publish")


@dataclass(slots=True, kw_only=True)
class Variant:
    """One way in which a product is sold. Its stock stands in ``StockItem``, where it can be counted down safely."""

    sku: Annotated[str, Groups("api"), Pattern("[A-Za-z0-9._-]{1,40}", "Use letters, digits, dots and dashes.")]
    name: Annotated[str, Groups("api"), Length(0, 80)] = ""
    price: Annotated[Money, Groups("api")]


@dataclass(slots=True, kw_only=True)
class Picture:
    """A picture: a path below the media folder and what it shows, for those who cannot see it."""

    path: Annotated[str, Groups("api"), NotBlank()]
    alt: Annotated[str, Groups("api"), NotBlank("Please say what the picture shows.")]


@document(
    "products",
    Unique("slug"),
    Index("seller_id", "-published_at"),
    Index("status", "-published_at"),
    Index("-created_at"),
)
@dataclass(eq=False, slots=True, kw_only=True)
class Product:
    """A thing that one seller offers."""

    id: Annotated[ProductId, Id(), Groups("api")]
    seller_id: Annotated[SellerId, Groups("api")]
    slug: Annotated[str, Groups("api"), Pattern("[a-z0-9]+(-[a-z0-9]+)*", "Use small letters, digits and dashes.")]
    name: Annotated[
        str, Groups("api"), NotBlank("Please provide a sellable name", ("default", "publish")), Length(0, 160)
    ]
    words: Annotated[str, Groups("api"), Length(0, 2000)] = ""
    """The insider's own words: why they like it."""
    description: Annotated[str, Groups("api"), Length(0, 8000)] = ""
    categories: Annotated[list[str], Groups("api")] = field(default_factory=list)
    variants: Annotated[
        list[Variant], Groups("api"), NotBlank("Please add at least one variant with a price.", ("publish",))
    ] = field(default_factory=list)
    pictures: Annotated[list[Picture], Groups("api"), NotBlank("Please add a picture.", ("publish",))] = field(
        default_factory=list
    )
    status: Status = "draft"
    created_at: Annotated[datetime, CreatedAt()] = NOT_YET
    published_at: Annotated[datetime | None, Groups("api")] = None
    version: Annotated[int, Version()] = 0
    seller: Annotated[Seller | None, ReferenceOne("seller_id")] = None

    def variant(self, sku: str) -> Variant:
        """Return the variant of that SKU; raises ``NotFound``."""
        for each in self.variants:
            if each.sku == sku:
                return each
        message = "This choice is no longer offered."
        raise NotFound(message, sku=sku)


@document("categories", Unique("slug"), Index("position"))
@dataclass(eq=False, slots=True, kw_only=True)
class Category:
    """A shelf of the shop."""

    id: Annotated[int, Id()]
    slug: Annotated[str, Groups("api"), Pattern("[a-z0-9]+(-[a-z0-9]+)*")]
    name: Annotated[str, Groups("api"), NotBlank()]
    sentence: Annotated[str, Groups("api")] = ""
    position: int = 0
    version: Annotated[int, Version()] = 0


@entity("stock_items", Index("product_id"))
@dataclass(eq=False, kw_only=True)
class StockItem:
    """How many of one variant can be sold. Counted down by one conditional statement, never below zero."""

    sku: Annotated[str, Id()]
    product_id: ProductId
    on_hand: Annotated[int, Range(0)] = 0


@NoHistory()
@entity(
    "product_cards",
    Index("seller_id", "-published_at", "-product_id"),
    Index("-published_at", "-product_id"),
    Index("version"),
)
@dataclass(eq=False, kw_only=True)
class ProductCard:
    """The denormalised read row of one published product: all that a card, a list entry or a feed entry shows."""

    product_id: Annotated[ProductId, Id()]
    seller_id: SellerId
    version: int
    """When the card was last changed, in microseconds since 1970: never the same for two states of one card."""
    slug: str
    name: str
    price_minor: int
    price_currency: str
    from_price: bool
    """Whether other variants cost more, so that the card says "from"."""
    picture: str
    picture_alt: str
    seller_slug: str
    seller_name: str
    seller_picture: str
    sold_out: bool
    published_at: datetime


@NoHistory()
@entity("category_cards", Index("product_id"), clustered=True)
@dataclass(eq=False, kw_only=True)
class CategoryCard:
    """Which cards stand on which shelf, newest first: the clustered order of the category page (keys count down)."""

    category: Annotated[str, Id()]
    newest_first: Annotated[int, Id()]
    """Minus the publication time in microseconds since 1970."""
    product_id: Annotated[ProductId, Id()]
