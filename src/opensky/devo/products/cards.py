"""Cards: the denormalised rows that lists are read from, kept true in the transaction that changes a product."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from sqlalchemy import delete, insert, update

from opensky.devo.products.objects import CategoryCard, Product, ProductCard
from opensky.devo.products.search import SEARCH, entries
from opensky.devo.products.stock import StockRepository, ids_in_stock, next_version
from opensky.devo.products.views import ProductShown
from opensky.devo.sellers import search as sellers_search
from opensky.devo.sellers.objects import Seller
from opensky.kernel.clock import Clock
from opensky.persistence import Bulk, Database, DocumentQuery, Param, UnitOfWork, table
from opensky.persistence.cursors import microseconds

_cards, _shelved = table(ProductCard), table(CategoryCard)

CHUNK = 2000
SHOWN_OF_SELLER = frozenset({"slug", "name", "picture"})
"""What a card shows of its seller."""


class _Named(Protocol):
    """Whoever offers it: a seller, or what is known of one."""

    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def picture(self) -> str: ...


class _Face(NamedTuple):
    slug: str
    name: str
    picture: str


_NOBODY = _Face("", "", "")
_NEXT = {"status": "published", "id": {"$gt": Param("last")}}
_ON_SHOW = DocumentQuery(Product, _NEXT, into=ProductShown, sort=("id",), limit=CHUNK)
_OF_SELLER = DocumentQuery(
    Product, {"seller_id": Param("seller_id"), **_NEXT}, into=ProductShown, sort=("id",), limit=CHUNK
)


class CardKeeper:
    """Puts products on show, takes them off, and follows what changes about them."""

    def __init__(self, unit: UnitOfWork, stock: StockRepository, clock: Clock) -> None:
        self._unit = unit
        self._stock = stock
        self._clock = clock

    def show(self, product: Product, seller: Seller) -> None:
        """Have the card, the shelves and the search show a published product as it is now."""
        row = card_row(product, seller, sold_out=not self._stock.any_left(product.id))
        change = update(_cards).where(_cards.c.product_id == product.id)
        if not self._unit.execute(change.values(**row, version=next_version(self._clock))).rowcount:
            self._unit.execute(insert(_cards), row | {"version": microseconds(self._clock.now())})
        self._unit.execute(delete(_shelved).where(_shelved.c.product_id == product.id))
        if places := list(shelf_rows(product)):
            self._unit.execute(insert(_shelved), places)
        SEARCH.put(self._unit, entries([(product, seller.name)]))

    def hide(self, product: Product) -> None:
        """Take a product off all lists."""
        self._unit.execute(delete(_cards).where(_cards.c.product_id == product.id))
        self._unit.execute(delete(_shelved).where(_shelved.c.product_id == product.id))
        SEARCH.remove(self._unit, [product.id])

    def rename_seller(self, seller: Seller) -> None:
        """Have all cards of a seller show their address, name and picture as they are now."""
        whose = _cards.c.seller_id == seller.id
        shown = {"seller_slug": seller.slug, "seller_name": seller.name, "seller_picture": seller.picture}
        self._unit.execute(update(_cards).where(whose).values(**shown, version=next_version(self._clock)))
        last = 0
        while products := self._unit.read(_OF_SELLER, seller_id=seller.id, last=last):
            SEARCH.put(self._unit, entries((product, seller.name) for product in products))
            last = products[-1].id


def rebuild(database: Database) -> int:
    """Make all cards, shelves and search entries, also those of sellers, anew; return how many products are on show.

    For imports and demo data, which write documents and stock alone. One transaction: the shop shows the old cards until it
    is done. Memory is bounded by the number of sellers, not of products.
    """
    with database.bulk() as bulk:
        faces = {s.id: _Face(s.slug, s.name, s.picture) for s in sellers_search.fill(bulk)}
        bulk.execute(delete(_shelved))
        bulk.execute(delete(_cards))
        SEARCH.clear(bulk)
        shown = 0
        for products in _chunks(bulk):
            in_stock = ids_in_stock(bulk.execute, products[0].id, products[-1].id)
            _write(bulk, products, faces, in_stock)
            shown += len(products)
        # Last, so that whoever asks "what has changed since" is not told of a time long before the commit.
        bulk.execute(update(_cards).values(version=microseconds(database.clock.now())))
        bulk.commit()
    return shown


def card_row(product: Product | ProductShown, seller: _Named, *, sold_out: bool) -> dict[str, Any]:
    """Return the columns of a product's card, all but the version."""
    prices = {variant.price.minor for variant in product.variants}
    picture = product.pictures[0] if product.pictures else None
    return {
        "product_id": product.id,
        "seller_id": product.seller_id,
        "slug": product.slug,
        "name": product.name,
        "price_minor": min(prices, default=0),
        "price_currency": product.variants[0].price.currency if product.variants else "USD",
        "from_price": len(prices) > 1,
        "picture": picture.path if picture else "",
        "picture_alt": picture.alt if picture else "",
        "seller_slug": seller.slug,
        "seller_name": seller.name,
        "seller_picture": seller.picture,
        "sold_out": sold_out,
        "published_at": product.published_at,
    }


def shelf_rows(product: Product | ProductShown) -> Iterator[dict[str, Any]]:
    """Yield the places of a published product on its shelves."""
    if product.published_at is not None:
        newest_first = -microseconds(product.published_at)
        for category in dict.fromkeys(product.categories):
            yield {"category": category, "newest_first": newest_first, "product_id": product.id}


def _write(bulk: Bulk, products: list[ProductShown], faces: Mapping[int, _Face], in_stock: set[int]) -> None:
    pairs = [(product, faces.get(product.seller_id, _NOBODY)) for product in products]
    rows = [card_row(p, face, sold_out=p.id not in in_stock) | {"version": 0} for p, face in pairs]
    for row in rows:
        row["published_at"] = row["published_at"].strftime("%Y-%m-%d %H:%M:%S.%f")
    bulk.tuples(ProductCard, list(rows[0]), (tuple(row.values()) for row in rows))
    places = [tuple(place.values()) for product in products for place in shelf_rows(product)]
    bulk.tuples(CategoryCard, ["category", "newest_first", "product_id"], places)
    SEARCH.put(bulk, entries((product, face.name) for product, face in pairs), new=True)


def _chunks(bulk: Bulk) -> Iterator[list[ProductShown]]:
    last = 0
    while products := bulk.read(_ON_SHOW, last=last):
        yield products
        last = products[-1].id
