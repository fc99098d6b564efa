"""What lists and pages read of products: frozen values, never saved."""

from datetime import datetime

from msgspec import Struct

from opensky.devo.products.objects import Picture, Variant
from opensky.kernel.money import Money
from opensky.persistence.cursors import Cursor


class CardRow(Struct, frozen=True, gc=False, cache_hash=True):
    """All that a list shows of one published product."""

    product_id: int
    seller_id: int
    version: int
    slug: str
    name: str
    price: Money
    from_price: bool
    picture: str
    picture_alt: str
    seller_slug: str
    seller_name: str
    seller_picture: str
    sold_out: bool
    published_at: datetime

    @property
    def cursor(self) -> Cursor:
        """Where this card stands in a list, newest first."""
        return Cursor(self.published_at, self.product_id)


class ProductShown(Struct, frozen=True, kw_only=True):
    """All that a product's own page shows, and its card with the rest, from the body of the document."""

    id: int
    seller_id: int
    slug: str
    name: str
    words: str = ""
    description: str = ""
    categories: list[str] = []
    variants: list[Variant] = []
    pictures: list[Picture] = []
    status: str = "draft"
    published_at: datetime | None = None


class ShelfShown(Struct, frozen=True):
    """A shelf of the shop."""

    slug: str
    name: str
    sentence: str = ""
