"""Every question about products that is asked of the store. Lists are read from the cards, one row a product."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import ColumnElement, Integer, Select, bindparam, select, type_coerce

from opensky.devo.products.known import KnownCards
from opensky.devo.products.objects import (
    Category,
    CategoryCard,
    Product,
    ProductCard,
    ProductId,
    StockItem,
)
from opensky.devo.products.search import SEARCH, scope_of
from opensky.devo.products.views import CardRow, ProductShown, ShelfShown
from opensky.kernel.money import Money
from opensky.persistence import DocumentQuery, Param, Query, Reader, UnitOfWork, table
from opensky.persistence.cursors import Cursor, microseconds, older_than
from opensky.persistence.documents.reading import beginning, begins
from opensky.persistence.fulltext import Rank

_cards, _shelved, _stock = table(ProductCard), table(CategoryCard), table(StockItem)


def _card(  # noqa: PLR0917 - the columns of a card, in order
    product_id: int,
    seller_id: int,
    version: int,
    slug: str,
    name: str,
    minor: int,
    currency: str,
    from_price: int,
    picture: str,
    picture_alt: str,
    seller_slug: str,
    seller_name: str,
    seller_picture: str,
    sold_out: int,
    published_at: datetime,
) -> CardRow:
    return CardRow(
        product_id,
        seller_id,
        version,
        slug,
        name,
        Money(minor, currency),
        from_price != 0,
        picture,
        picture_alt,
        seller_slug,
        seller_name,
        seller_picture,
        sold_out != 0,
        published_at,
    )


def _card_columns() -> list[ColumnElement[Any]]:
    # Truth values are read as numbers: one conversion less in the most frequent query of all.
    return [type_coerce(c, Integer) if c.name in {"from_price", "sold_out"} else c for c in _cards.c]


def _newest_first(statement: Select[Any]) -> Select[Any]:
    return (
        statement.where(older_than(_cards.c.published_at, _cards.c.product_id))
        .order_by(_cards.c.published_at.desc(), _cards.c.product_id.desc())
        .limit(bindparam("limit"))
    )


class _State(NamedTuple):
    """A product in a list, and the state of its card."""

    product_id: int
    version: int


_ANY_STATE = select(_cards.c.product_id, _cards.c.version)
_NEWEST = Query(_newest_first(_ANY_STATE), _State)
_OF_SELLER = Query(_newest_first(_ANY_STATE.where(_cards.c.seller_id == bindparam("seller_id"))), _State)
_BY_IDS = Query(select(*_card_columns()).where(_cards.c.product_id.in_(bindparam("ids", expanding=True))), _card)
_ON_SHELF = Query(
    _ANY_STATE.select_from(_shelved.join(_cards, _cards.c.product_id == _shelved.c.product_id))
    .where(
        _shelved.c.category == bindparam("category"),
        _shelved.c.newest_first >= bindparam("after"),
        (_shelved.c.newest_first > bindparam("after")) | (_shelved.c.product_id > bindparam("after_id")),
    )
    .order_by(_shelved.c.newest_first, _shelved.c.product_id)
    .limit(bindparam("limit")),
    _State,
)
_LEFT = Query(
    select(_stock.c.sku, _stock.c.on_hand).where(_stock.c.product_id == bindparam("product_id")),
    lambda sku, on_hand: (sku, on_hand),
)


class _Addressed(Struct):
    """Where a product is found."""

    slug: str


_BY_SLUG = DocumentQuery(Product, {"slug": Param("slug"), "status": "published"}, into=ProductShown)
_SLUGS = DocumentQuery(Product, begins("slug"), into=_Addressed)
_SHELVES = DocumentQuery(Category, into=ShelfShown, sort=("position", "slug"))


class ProductRepository:
    """Reads products for pages, and finds the objects that a manager changes."""

    def __init__(self, reader: Reader, unit: UnitOfWork, known: KnownCards) -> None:
        self._reader = reader
        self._unit = unit
        self._known = known

    def newest(self, before: Cursor, limit: int) -> list[CardRow]:
        """What was published last, in the whole shop, before the cursor?"""
        return self._shown(self._reader.fetch(_NEWEST, before_at=before.at, before_id=before.id, limit=limit))

    def of_seller(self, seller_id: int, before: Cursor, limit: int) -> list[CardRow]:
        """What did this insider publish last, before the cursor?"""
        at, id_ = before
        return self._shown(
            self._reader.fetch(_OF_SELLER, seller_id=seller_id, before_at=at, before_id=id_, limit=limit)
        )

    def on_shelf(self, category: str, before: Cursor, limit: int) -> list[CardRow]:
        """What was put on this shelf last, after the cursor? Equal instants go by rising id, as the shelf keeps them."""
        after = -microseconds(before.at)
        return self._shown(
            self._reader.fetch(_ON_SHELF, category=category, after=after, after_id=before.id, limit=limit)
        )

    def by_ids(self, ids: Sequence[int]) -> list[CardRow]:
        """Which cards have these ids, in their order? What is not on show is left out."""
        found = {card.product_id: card for card in self._reader.fetch(_BY_IDS, ids=list(ids))} if ids else {}
        return [found[i] for i in ids if i in found]

    def matching(
        self, words: str, after: Rank, limit: int, *, seller_id: int | None = None
    ) -> list[tuple[Rank, CardRow]]:
        """What fits these words best, in the shop or with one insider?"""
        scope = "" if seller_id is None else scope_of(seller_id)
        ranks = SEARCH.find(self._reader, words, after, limit, scope=scope)
        found = {card.product_id: card for card in self.by_ids([rank.id for rank in ranks])}
        return [(rank, found[rank.id]) for rank in ranks if rank.id in found]

    def shown(self, slug: str) -> ProductShown | None:
        """What is on show under this address?"""
        return self._reader.read_one(_BY_SLUG, slug=slug)

    def left(self, product_id: int) -> dict[str, int]:
        """How many are left of each variant?"""
        return dict(self._reader.fetch(_LEFT, product_id=product_id))

    def shelves(self) -> list[ShelfShown]:
        """Which shelves are there?"""
        return self._reader.read(_SHELVES)

    def _shown(self, states: Sequence[_State]) -> list[CardRow]:
        """Return the cards of a list; those that are not known in this state are read, with one statement."""
        known = self._known.get
        found = [known(*state) for state in states]
        if None not in found:
            return found  # type: ignore[return-value]  # mypy does not see that none is missing
        read = {card.product_id: card for card in self._reader.fetch(_BY_IDS, ids=_missing(states, found))}
        self._known.keep(read.values())
        shown = (card or read.get(state.product_id) for card, state in zip(found, states, strict=True))
        return [card for card in shown if card is not None]

    def with_id(self, product_id: ProductId) -> Product | None:
        """Which object has this id?"""
        return self._unit.get(Product, product_id)

    def with_slug(self, slug: str) -> Product | None:
        """Which object has this address, on show or not?"""
        return self._unit.find_one(Product, {"slug": slug})

    def slugs_like(self, slug: str) -> set[str]:
        """Which addresses begin like this one?"""
        return {product.slug for product in self._unit.read(_SLUGS, **beginning(slug))}

    def add(self, product: Product) -> None:
        """Keep a new product."""
        self._unit.persist(product)

    def remove(self, kept: Product | Category) -> None:
        """Forget a product, or a shelf."""
        self._unit.remove(kept)

    def load_seller(self, product: Product) -> None:
        """Who offers it?"""
        self._unit.load([product], "seller")


def _missing(states: Sequence[_State], found: Sequence[CardRow | None]) -> list[int]:
    return [state.product_id for state, card in zip(states, found, strict=True) if card is None]
