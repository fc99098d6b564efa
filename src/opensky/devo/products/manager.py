"""The products' manager: drafts, edits, puts on show, takes off, counts stock."""

from typing import Any

from opensky.devo.products.cards import CardKeeper
from opensky.devo.products.events import (
    PRODUCT_CREATED,
    PRODUCT_DISCARDED,
    PRODUCT_EDITED,
    PRODUCT_PUBLISHED,
    PRODUCT_RESTOCKED,
    PRODUCT_WITHDRAWN,
)
from opensky.devo.products.objects import PUBLISH, Category, Product, ProductId
from opensky.devo.products.repository import ProductRepository
from opensky.devo.products.stock import StockRepository
from opensky.devo.sellers.objects import Seller
from opensky.events import Dispatcher, Event, EventName
from opensky.kernel.clock import Clock
from opensky.kernel.errors import Conflict, FieldError, Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.kernel.slugs import free_slug, slug_of
from opensky.mapping import validate
from opensky.persistence import Duplicate
from opensky.persistence.cursors import START

EDITABLE = ("slug", "name", "words", "description", "categories", "variants", "pictures")
MOST_ON_HAND = 1_000_000


class ProductManager:
    """The verbs of products. Cards, shelves and search change in the same transaction."""

    def __init__(
        self,
        products: ProductRepository,
        stock: StockRepository,
        cards: CardKeeper,
        ids: IdGenerator,
        clock: Clock,
        events: Dispatcher,
    ) -> None:
        self._products = products
        self._stock = stock
        self._cards = cards
        self._ids = ids
        self._clock = clock
        self._events = events

    def create(self, seller: Seller, name: str, **more: Any) -> Product:
        """Draft a product of an insider; without a ``slug`` the address is made of the name. Nobody else sees it yet.

        ``more`` are any of slug, words, description, categories, variants and pictures.

        Raises:
            Invalid: a field breaks a rule.
            Duplicate: the address that was asked for, or a SKU, is taken.
        """
        more.setdefault("slug", self._free_slug(name))
        product = Product(
            id=ProductId(self._ids.next()),
            seller_id=seller.id,
            name=name.strip(),
            **more,
        )
        product.seller = seller
        return self.draft(product)

    def draft(self, product: Product) -> Product:
        """Keep a draft, a new one or one that was thrown away; raises as ``create`` does."""
        _check(product)
        self._products.add(product)
        self._stock.keep(product.id, [variant.sku for variant in product.variants])
        self._tell(PRODUCT_CREATED, product)
        return product

    def discard(self, product: Product) -> None:
        """Throw a draft away.

        Raises:
            Conflict: it has been on show, so members may have bought it; it can be withdrawn.
        """
        if product.status != "draft" or product.published_at is not None:
            raise Conflict("What has been on show is not thrown away, as it may be in orders: withdraw it.")
        self._stock.keep(product.id, [])
        self._products.remove(product)
        self._tell(PRODUCT_DISCARDED, product)

    def edit(self, product: Product, **changes: Any) -> Product:
        """Change any of slug, name, words, description, categories, variants and pictures; what is on show changes at once.

        Raises:
            Invalid: a field breaks a rule; what is on show must stay fit to be shown.
            Duplicate: the address or a SKU is taken.
        """
        if unknown := changes.keys() - set(EDITABLE):
            message = f"{', '.join(sorted(unknown))} cannot be edited; {', '.join(EDITABLE)} can."
            raise TypeError(message)
        changed = {name: value for name, value in changes.items() if value != getattr(product, name)}
        if not changed:
            return product
        if "slug" in changed and self._products.with_slug(changed["slug"]) is not None:
            raise Duplicate("product", ("slug",))  # before anything is touched: the caller may show the form again
        self._apply(product, changed)
        if "variants" in changed:
            self._stock.keep(product.id, [variant.sku for variant in product.variants])
        if product.status == "published":
            self._show(product)
        self._tell(PRODUCT_EDITED, product, fields=sorted(changed))
        return product

    def publish(self, product: Product) -> Product:
        """Put a product on show. One that had been withdrawn comes back to its old place in the lists.

        Raises:
            Invalid: it is not fit to be shown; the message lists what is missing.
        """
        if product.status == "published":
            return product
        validate(product, *PUBLISH)
        product.status = "published"
        product.published_at = product.published_at or self._clock.now()
        self._show(product)
        self._tell(PRODUCT_PUBLISHED, product)
        return product

    def withdraw(self, product: Product) -> Product:
        """Take a product off all lists; it can be published again."""
        if product.status == "published":
            product.status = "withdrawn"
            self._cards.hide(product)
            self._tell(PRODUCT_WITHDRAWN, product)
        return product

    def set_stock(self, product: Product, sku: str, on_hand: int) -> None:
        """Say how many there are of one variant.

        Raises:
            NotFound: the product has no such variant.
            Invalid: less than none, or more than a million.
        """
        variant = product.variant(sku)
        if not 0 <= on_hand <= MOST_ON_HAND:
            raise Invalid(FieldError("on_hand", f"Please give a number from 0 to {MOST_ON_HAND:,}.", "Range"))
        self._stock.set(variant.sku, on_hand)
        self._tell(PRODUCT_RESTOCKED, product, sku=sku, on_hand=on_hand)

    def restock(self, product: Product, sku: str, more: int) -> None:
        """Add to the stock of one variant; raises as ``set_stock`` does."""
        left = self._stock.left([product.variant(sku).sku])
        self.set_stock(product, sku, left.get(sku, 0) + more)

    def discard_shelf(self, shelf: Category) -> None:
        """Take down a shelf.

        Raises:
            Conflict: something stands on it.
        """
        if self._products.on_shelf(shelf.slug, START, 1):
            raise Conflict("Something stands on this shelf. Put it on another one first, where it is edited.")
        self._products.remove(shelf)

    def rename_seller(self, seller: Seller) -> None:
        """Have everything on show name a seller as they are named now."""
        self._cards.rename_seller(seller)

    def by_slug(self, slug: str) -> Product:
        """Return the product of an address, on show or not, to be changed; raises ``NotFound``."""
        return _found(self._products.with_slug(slug))

    def by_id(self, product_id: ProductId) -> Product:
        """Return the product of an id, to be changed; raises ``NotFound``."""
        return _found(self._products.with_id(product_id))

    def _show(self, product: Product) -> None:
        self._products.load_seller(product)
        if product.seller is None:
            raise NotFound("Nobody offers this product any more.")
        self._cards.show(product, product.seller)

    def _apply(self, product: Product, changed: dict[str, Any]) -> None:
        before = {name: getattr(product, name) for name in changed}
        try:
            for name, value in changed.items():
                setattr(product, name, value)
            _check(product)
        except BaseException:
            for name, value in before.items():
                setattr(product, name, value)
            raise

    def _tell(self, event: EventName, product: Product, **parameters: Any) -> None:
        self._events.notify(Event(event, product, parameters))

    def _free_slug(self, name: str) -> str:
        wanted = slug_of(name, default="product")
        return free_slug(wanted, self._products.slugs_like(wanted))


def _check(product: Product) -> None:
    validate(product, *(PUBLISH if product.status == "published" else ("default",)))
    errors = []
    if len({variant.sku for variant in product.variants}) < len(product.variants):
        errors.append(FieldError("variants", "Each variant needs a SKU of its own.", "Unique"))
    if len({variant.price.currency for variant in product.variants}) > 1:
        errors.append(FieldError("variants", "All variants must have prices in one currency.", "Currency"))
    if any(variant.price.minor < 0 for variant in product.variants):
        errors.append(FieldError("variants", "A price cannot be less than nothing.", "Range"))
    if errors:
        raise Invalid(*errors)


def _found(product: Product | None) -> Product:
    if product is None:
        raise NotFound("There is no such product.")
    return product
