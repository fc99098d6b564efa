"""The catalog: what is on show, page by page. It reads cards and touches no object."""

from opensky.devo.products.repository import ProductRepository
from opensky.devo.products.views import CardRow, ProductShown, ShelfShown
from opensky.kernel.errors import NotFound
from opensky.persistence.cursors import START, Cursor, Stretch, stretch
from opensky.persistence.fulltext import Rank


class Catalog:
    """The reading half of products."""

    def __init__(self, products: ProductRepository) -> None:
        self._products = products
        self._shelves: list[ShelfShown] | None = None

    def newest(self, before: Cursor, limit: int) -> Stretch[CardRow]:
        """Return what was published last in the whole shop."""
        return stretch(self._products.newest(before, limit + 1), limit, lambda card: card.cursor)

    def of_seller(self, seller_id: int, before: Cursor, limit: int) -> Stretch[CardRow]:
        """Return what an insider published last."""
        return stretch(self._products.of_seller(seller_id, before, limit + 1), limit, lambda card: card.cursor)

    def on_shelf(self, category: str, before: Cursor, limit: int) -> Stretch[CardRow]:
        """Return what was put on a shelf last."""
        return stretch(self._products.on_shelf(category, before, limit + 1), limit, lambda card: card.cursor)

    def matching(self, words: str, after: Rank, limit: int, *, seller_id: int | None = None) -> Stretch[CardRow]:
        """Return what fits these words best, in the shop or with one insider."""
        found = stretch(
            self._products.matching(words, after, limit + 1, seller_id=seller_id), limit, lambda each: each[0]
        )
        return Stretch([card for _, card in found.entries], found.older)

    def more_of_seller(self, product: ProductShown, limit: int) -> list[CardRow]:
        """Return what else the insider of a product published last."""
        cards = self._products.of_seller(product.seller_id, START, limit + 1)
        return [card for card in cards if card.product_id != product.id][:limit]

    def product(self, slug: str) -> ProductShown:
        """Return the product on show under an address; raises ``NotFound``."""
        product = self._products.shown(slug)
        if product is None:
            raise NotFound("This product is not here, or not any more.")
        return product

    def left(self, product_id: int) -> dict[str, int]:
        """Return how many are left of each variant of a product."""
        return self._products.left(product_id)

    def shelves(self) -> list[ShelfShown]:
        """Return all shelves, in their order; asked for once a request."""
        if self._shelves is None:
            self._shelves = self._products.shelves()
        return self._shelves

    def shelf(self, slug: str) -> ShelfShown:
        """Return the shelf of an address; raises ``NotFound``."""
        for shelf in self.shelves():
            if shelf.slug == slug:
                return shelf
        raise NotFound("There is no such shelf.")

    def cards(self, ids: list[int]) -> list[CardRow]:
        """Return the cards of these ids, in this order; what is not on show is left out."""
        return self._products.by_ids(ids)
