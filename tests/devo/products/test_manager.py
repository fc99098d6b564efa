"""Products: drafting, editing, publishing, withdrawing, and what the lists show of it at once."""

import pytest

from opensky.devo.products.catalog import Catalog
from opensky.devo.products.events import (
    PRODUCT_CREATED,
    PRODUCT_EDITED,
    PRODUCT_PUBLISHED,
    PRODUCT_RESTOCKED,
    PRODUCT_WITHDRAWN,
)
from opensky.devo.products.listeners import ProductListeners
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Picture, Product, StockItem, Variant
from opensky.devo.sellers.events import SELLER_EDITED
from opensky.devo.sellers.manager import SellerManager
from opensky.devo.sellers.objects import Seller
from opensky.devo.sellers.repository import SellerRepository
from opensky.events import Dispatcher, Event, Listeners, listen
from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Invalid, NotFound
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import Duplicate, Reader, UnitOfWork
from opensky.persistence.cursors import START, Cursor
from opensky.persistence.fulltext import BEST
from opensky.testing.factories import Factory


@pytest.fixture
def seller(make: Factory) -> Seller:
    return make.seller(slug="maya", name="Maya Linden", picture="maya.svg")


def _mug(products: ProductManager, seller: Seller, **more: object) -> Product:
    small, large = Variant(sku="mug-s", price=Money(1800)), Variant(sku="mug-l", price=Money(2400))
    values = {"variants": [large, small], "pictures": [Picture(path="mug.svg", alt="A mug")], "categories": ["clay"]}
    return products.create(seller, "Speckled mug", **(values | more))


def test_a_draft_is_seen_by_nobody(
    products: ProductManager, catalog: Catalog, seller: Seller, unit: UnitOfWork, told: list[Event]
) -> None:
    """It has an address and stock of none, but no card and no page."""
    product = _mug(products, seller)
    unit.commit()
    assert (product.slug, product.status, product.published_at) == ("speckled-mug", "draft", None)
    assert [(e.name, e.subject) for e in told] == [(PRODUCT_CREATED, product)]
    assert catalog.newest(START, 5).entries == []
    assert catalog.left(product.id) == {"mug-s": 0, "mug-l": 0}
    with pytest.raises(NotFound):
        catalog.product("speckled-mug")


def test_publishing_puts_a_card_on_every_list(
    products: ProductManager, catalog: Catalog, seller: Seller, unit: UnitOfWork, told: list[Event], clock: SetClock
) -> None:
    """The card shows the lowest price, the first picture and the seller's face."""
    product = _mug(products, seller)
    products.set_stock(product, "mug-s", 3)
    published_at = clock.now()
    products.publish(product)
    unit.commit()
    [card] = catalog.newest(START, 5).entries
    assert (card.product_id, card.seller_id, card.slug, card.name) == (
        product.id,
        seller.id,
        "speckled-mug",
        "Speckled mug",
    )
    assert (card.price, card.from_price, card.sold_out, card.published_at) == (Money(1800), True, False, published_at)
    assert (card.picture, card.picture_alt) == ("mug.svg", "A mug")
    assert (card.seller_slug, card.seller_name, card.seller_picture) == ("maya", "Maya Linden", "maya.svg")
    assert catalog.of_seller(seller.id, START, 5).entries == [card]
    assert catalog.on_shelf("clay", START, 5).entries == [card]
    assert catalog.on_shelf("wood", START, 5).entries == []
    assert catalog.matching("mug", BEST, 5).entries == [card]
    assert catalog.product("speckled-mug").variants == product.variants
    assert [e.name for e in told] == [PRODUCT_CREATED, PRODUCT_RESTOCKED, PRODUCT_PUBLISHED]


def test_what_is_not_fit_to_be_shown_is_not_published(
    products: ProductManager, catalog: Catalog, seller: Seller, unit: UnitOfWork
) -> None:
    """The refusal lists everything that is missing, and the draft stays a draft."""
    product = products.create(seller, "Idea")
    with pytest.raises(Invalid) as refused:
        products.publish(product)
    assert refused.value.by_field() == {
        "variants": "Please add at least one variant with a price.",
        "pictures": "Please add a picture.",
    }
    unit.commit()
    assert (product.status, product.published_at) == ("draft", None)
    assert catalog.newest(START, 5).entries == []


def test_publishing_twice_is_the_same_as_once(products: ProductManager, seller: Seller, told: list[Event]) -> None:
    """It is told once."""
    product = products.publish(products.publish(_mug(products, seller)))
    products.withdraw(products.withdraw(product))
    assert [e.name for e in told] == [PRODUCT_CREATED, PRODUCT_PUBLISHED, PRODUCT_WITHDRAWN]


def test_what_is_withdrawn_is_gone_from_every_list_and_can_come_back(
    products: ProductManager, catalog: Catalog, seller: Seller, unit: UnitOfWork, clock: SetClock
) -> None:
    """It comes back to its old place: withdrawing and publishing again is no way to the top."""
    product = products.publish(_mug(products, seller))
    at = product.published_at
    unit.commit()
    clock.advance(days=1)
    products.withdraw(product)
    unit.commit()
    assert catalog.newest(START, 5).entries == catalog.of_seller(seller.id, START, 5).entries == []
    assert catalog.on_shelf("clay", START, 5).entries == catalog.matching("mug", BEST, 5).entries == []
    with pytest.raises(NotFound):
        catalog.product("speckled-mug")
    products.publish(product)
    unit.commit()
    assert [card.published_at for card in catalog.on_shelf("clay", START, 5).entries] == [at]


def test_an_edit_shows_at_once(
    products: ProductManager, catalog: Catalog, seller: Seller, unit: UnitOfWork, told: list[Event]
) -> None:
    """Card, shelves and search change with the product, and the card has a new version."""
    product = products.publish(_mug(products, seller))
    unit.commit()
    [before] = catalog.newest(START, 5).entries
    products.edit(product, name="Blue bowl", categories=["kitchen"], variants=[Variant(sku="bowl", price=Money(900))])
    unit.commit()
    [card] = catalog.newest(START, 5).entries
    assert (card.name, card.price, card.from_price, card.slug) == ("Blue bowl", Money(900), False, "speckled-mug")
    assert card.version > before.version
    assert catalog.on_shelf("clay", START, 5).entries == catalog.matching("mug", BEST, 5).entries == []
    assert catalog.on_shelf("kitchen", START, 5).entries == catalog.matching("bowl", BEST, 5).entries == [card]
    assert catalog.left(product.id) == {"bowl": 0}
    assert (told[-1].name, told[-1]["fields"]) == (PRODUCT_EDITED, ["categories", "name", "variants"])


def test_what_is_on_show_stays_fit_to_be_shown(products: ProductManager, seller: Seller, unit: UnitOfWork) -> None:
    """An edit that would take the last picture away is refused whole."""
    product = products.publish(_mug(products, seller))
    with pytest.raises(Invalid):
        products.edit(product, name="New name", pictures=[])
    assert (product.name, len(product.pictures)) == ("Speckled mug", 1)


@pytest.mark.parametrize(
    ("variants", "message"),
    [
        ([Variant(sku="a", price=Money(1)), Variant(sku="a", price=Money(2))], "Each variant needs a SKU of its own."),
        (
            [Variant(sku="a", price=Money(1)), Variant(sku="b", price=Money(2, "EUR"))],
            "All variants must have prices in one currency.",
        ),
        ([Variant(sku="a", price=Money(-1))], "A price cannot be less than nothing."),
    ],
)
def test_variants_that_make_no_sense_are_refused(
    products: ProductManager, seller: Seller, variants: list[Variant], message: str
) -> None:
    """With a sentence that says what to change."""
    with pytest.raises(Invalid) as refused:
        products.create(seller, "Mug", variants=variants)
    assert refused.value.by_field() == {"variants": message}


def test_a_sku_belongs_to_one_product(products: ProductManager, seller: Seller) -> None:
    """Stock is counted by SKU, so a second product cannot have it."""
    _mug(products, seller)
    with pytest.raises(Duplicate) as refused:
        products.create(seller, "Other", variants=[Variant(sku="mug-s", price=Money(1))])
    assert (refused.value.kind, refused.value.fields) == ("StockItem", ("sku",))


def test_stock_is_set_and_filled_up(
    products: ProductManager, catalog: Catalog, seller: Seller, unit: UnitOfWork, told: list[Event]
) -> None:
    """An unknown variant and a number out of bounds are refused."""
    product = _mug(products, seller)
    products.set_stock(product, "mug-s", 3)
    products.restock(product, "mug-s", 4)
    unit.commit()
    assert catalog.left(product.id) == {"mug-s": 7, "mug-l": 0}
    assert [(e["sku"], e["on_hand"]) for e in told[1:]] == [("mug-s", 3), ("mug-s", 7)]
    with pytest.raises(NotFound):
        products.set_stock(product, "ghost", 1)
    with pytest.raises(Invalid):
        products.restock(product, "mug-s", -8)
    assert unit.get(StockItem, "mug-s").on_hand == 7  # type: ignore[union-attr]


def test_a_renamed_seller_is_renamed_on_every_card_and_in_the_search(
    products: ProductManager,
    catalog: Catalog,
    seller: Seller,
    unit: UnitOfWork,
    reader: Reader,
    ids: IdGenerator,
    clock: SetClock,
    make: Factory,
) -> None:
    """Through the event; the cards of others stay as they are."""
    heard = Dispatcher(Listeners([listen(SELLER_EDITED, ProductListeners(products).on_seller_edited)]))
    sellers = SellerManager(SellerRepository(reader, unit), ids, clock, heard)
    products.publish(_mug(products, seller))
    other = products.publish(make.draft(make.seller(name="Ada")))
    unit.commit()
    versions = {card.product_id: card.version for card in catalog.newest(START, 5).entries}
    sellers.edit(seller, name="Maja Lind", picture="new.svg")
    unit.commit()
    [card] = catalog.matching("maja", BEST, 5).entries
    assert (card.seller_name, card.seller_picture, card.seller_slug) == ("Maja Lind", "new.svg", "maya")
    assert catalog.matching("maya", BEST, 5).entries == []
    after = {c.product_id: c.version for c in catalog.newest(START, 5).entries}
    assert after.pop(other.id) == versions.pop(other.id)
    assert after[card.product_id] > versions[card.product_id]


def test_every_list_goes_page_by_page_with_each_card_once(
    products: ProductManager, catalog: Catalog, make: Factory, seller: Seller, unit: UnitOfWork, clock: SetClock
) -> None:
    """Nine cards, some published at the same instant, come in pages of two from all three lists."""
    for number in range(9):
        products.publish(make.draft(seller, categories=["clay"]))
        clock.advance(seconds=number % 3)
    unit.commit()
    for ask in (
        catalog.newest,
        lambda before, limit: catalog.of_seller(seller.id, before, limit),
        lambda before, limit: catalog.on_shelf("clay", before, limit),
    ):
        page = ask(START, 2)
        seen = list(page.entries)
        while page.next_page:
            page = ask(Cursor.read(page.next_page), 2)
            seen += page.entries
        assert len(seen) == len({card.product_id for card in seen}) == 9
        assert [c.published_at for c in seen] == sorted((c.published_at for c in seen), reverse=True)


def test_more_of_a_seller_leaves_out_the_product_itself(
    products: ProductManager, catalog: Catalog, make: Factory, seller: Seller, unit: UnitOfWork
) -> None:
    """The page of a product shows what else there is."""
    made = [products.publish(make.draft(seller)) for _ in range(4)]
    unit.commit()
    shown = catalog.product(made[3].slug)
    assert [card.product_id for card in catalog.more_of_seller(shown, 2)] == [made[2].id, made[1].id]
