"""Cards made anew from the documents are the cards that upkeep has made."""

import random
from typing import Any

import pytest
from sqlalchemy import select

from opensky.devo.products import cards
from opensky.devo.products.catalog import Catalog
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import CategoryCard, Product, ProductCard
from opensky.devo.products.stock import StockRepository
from opensky.devo.sellers.manager import SellerManager
from opensky.kernel.clock import SetClock
from opensky.persistence import Database, UnitOfWork, table
from opensky.persistence.fulltext import BEST
from opensky.testing.factories import Factory


def _everything(database: Database) -> list[Any]:
    shown = table(ProductCard)
    columns = [c for c in shown.c if c.name != "version"]
    with database.reader() as reader:
        return [
            reader.rows(select(*columns).order_by(shown.c.product_id)),
            reader.rows(select(table(CategoryCard))),
            [product.id for product in reader.documents(Product, {"status": "published"}, Product, sort=("id",))],
        ]


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "CHUNK", 3)


@pytest.mark.usefixtures("_small_chunks")
def test_rebuilding_gives_what_upkeep_gives(
    database: Database,
    products: ProductManager,
    stock: StockRepository,
    make: Factory,
    unit: UnitOfWork,
    clock: SetClock,
) -> None:
    """Whatever has been drafted, published, withdrawn and sold; and again when it is done twice."""
    rng = random.Random(8)
    sellers = [make.seller(picture=rng.choice(["", "face.svg"])) for _ in range(3)]
    for _ in range(20):
        variants = [make.variant(rng.randint(0, 9)) for _ in range(rng.randint(1, 3))]
        shelves = rng.sample(["clay", "wood", "wool"], rng.randint(0, 3))
        product = make.draft(rng.choice(sellers), variants=variants, categories=shelves, stock=rng.randint(0, 2))
        if rng.random() < 0.8:
            products.publish(product)
            clock.advance(seconds=1)
        if rng.random() < 0.2:
            products.withdraw(product)
        for variant in variants:
            stock.take({variant.sku: rng.randint(0, stock.left([variant.sku])[variant.sku])})
    unit.commit()
    kept = _everything(database)
    assert cards.rebuild(database) == len(kept[0]) == len(kept[2])
    assert _everything(database) == kept
    cards.rebuild(database)
    assert _everything(database) == kept


def test_rebuilding_lets_the_search_find_everything(
    database: Database, make: Factory, unit: UnitOfWork, catalog: Catalog, sellers: SellerManager
) -> None:
    """Goods on show and insiders, also those that no manager has made."""
    seller = make.seller(name="Ada Moss")
    for status in ("published", "draft"):
        make.draft(seller, name=f"Oak {status}", status=status, published_at=make.later(hours=1))
    unit.commit()
    assert catalog.matching("oak", BEST, 5).entries == []
    cards.rebuild(database)
    assert [card.name for card in catalog.matching("oak moss", BEST, 5).entries] == ["Oak published"]
    assert [insider.name for insider in sellers.matching("ada", 5)] == ["Ada Moss"]


def test_an_empty_shop_is_rebuilt_to_an_empty_shop(database: Database) -> None:
    """There may be nothing yet."""
    assert cards.rebuild(database) == 0
