"""Stock: all or nothing, never below zero, whoever else is buying."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opensky.devo.model import MODEL
from opensky.devo.products.known import KnownCards
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product, ProductId, StockItem
from opensky.devo.products.repository import ProductRepository
from opensky.devo.products.stock import SoldOut, StockRepository
from opensky.kernel.clock import SetClock
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.cursors import START
from opensky.testing.factories import Factory
from opensky.testing.statements import counted


@pytest.fixture
def product(make: Factory, products: ProductManager, unit: UnitOfWork) -> Product:
    """A published product of three variants, of each of which there are five."""
    made = make.draft(make.seller(), variants=[make.variant(sku=sku) for sku in "abc"])
    products.publish(made)
    unit.commit()
    return made


def test_taking_counts_down_every_line(stock: StockRepository, product: Product) -> None:
    """Each by its own number; a line of none is no line."""
    stock.take({"a": 1, "b": 5, "c": 0})
    assert stock.left(["a", "b", "c"]) == {"a": 4, "b": 0, "c": 5}


def test_if_one_is_short_nothing_is_taken(stock: StockRepository, product: Product) -> None:
    """The refusal names what is short and how many are left, also of what was never kept."""
    with pytest.raises(SoldOut) as refused:
        stock.take({"a": 1, "b": 6, "ghost": 1})
    assert refused.value.left == {"b": 5, "ghost": 0}
    assert refused.value.data == {"left": {"b": 5, "ghost": 0}}
    assert str(refused.value) == "There is not enough of b (5 left), ghost (none left)."
    assert stock.left(["a", "b", "c"]) == {"a": 5, "b": 5, "c": 5}


def test_what_was_taken_can_be_given_back(stock: StockRepository, product: Product) -> None:
    """A variant that is gone meanwhile is passed over."""
    stock.take({"a": 2, "b": 1})
    stock.give_back({"a": 2, "b": 1, "gone": 3})
    assert stock.left(["a", "b", "gone"]) == {"a": 5, "b": 5}


def test_a_negative_quantity_is_an_error_of_the_caller(stock: StockRepository, product: Product) -> None:
    """It would be a way to print stock."""
    with pytest.raises(ValueError, match="not negative"):
        stock.take({"a": -1})
    assert stock.left(["a"]) == {"a": 5}


def test_the_number_of_statements_does_not_grow_with_the_lines(
    stock: StockRepository, make: Factory, unit: UnitOfWork, database: Database
) -> None:
    """One update takes all; one more keeps the cards true."""
    variants = [make.variant() for _ in range(25)]
    make.draft(make.seller(), variants=variants)
    unit.commit()
    for some in (variants[:1], variants):
        prepared = unit.statements
        with counted(database) as statements:
            stock.take({v.sku: 1 for v in some})
            unit.commit()
        assert unit.statements - prepared == 2
        assert [s for s in statements if not s.startswith("BEGIN")] == []


def test_the_card_says_sold_out_when_nothing_is_left_of_any_variant(
    stock: StockRepository, products: ProductManager, product: Product, unit: UnitOfWork, database: Database
) -> None:
    """And no longer when something comes back; each turn gives the card a new version."""

    def card() -> tuple[bool, int]:
        unit.commit()
        with database.reader() as reader:
            [row] = ProductRepository(reader, unit, KnownCards()).newest(START, 2)
        return row.sold_out, row.version

    seen = [card()]
    stock.take({"a": 5, "b": 5, "c": 4})
    seen.append(card())
    stock.take({"c": 1})
    seen.append(card())
    stock.give_back({"b": 1})
    seen.append(card())
    products.set_stock(product, "b", 0)
    seen.append(card())
    assert [sold_out for sold_out, _ in seen] == [False, False, True, False, True]
    versions = [version for _, version in seen]
    assert versions[0] == versions[1]
    assert versions[1] < versions[2] < versions[3] < versions[4]


def test_the_last_one_is_sold_once(
    database: Database, product: Product, stock: StockRepository, unit: UnitOfWork, clock: SetClock
) -> None:
    """Twenty threads want two of three variants; five get them, in any order, and none is left over or oversold."""
    sold: list[bool] = []

    def buy() -> None:
        with database.unit_of_work() as own:
            try:
                StockRepository(own, clock).take({"a": 1, "b": 1})
                own.commit()
                sold.append(True)
            except SoldOut:
                sold.append(False)

    threads = [threading.Thread(target=buy) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sold.count(True), sold.count(False)) == (5, 15)
    assert stock.left(["a", "b", "c"]) == {"a": 0, "b": 0, "c": 5}


_NOON = datetime(2013, 2, 8, 12, tzinfo=UTC)


@contextmanager
def _shop_of_three() -> Iterator[UnitOfWork]:
    with TemporaryDirectory() as folder:
        database = Database(Path(folder) / "s.sqlite", MODEL)
        database.create()
        with database.unit_of_work() as unit:
            for sku in "abc":
                unit.persist(StockItem(sku=sku, product_id=ProductId(1), on_hand=5))
            yield unit
        database.close()


LINES = st.dictionaries(st.sampled_from("abc"), st.integers(0, 4), max_size=3)


@settings(max_examples=20)
@given(st.lists(LINES, max_size=8))
def test_no_order_of_takings_makes_stock_negative(asked: list[Mapping[str, int]]) -> None:
    """A taking succeeds if, and only if, a plain dictionary would allow it, and leaves what that would."""
    with _shop_of_three() as unit:
        stock = StockRepository(unit, SetClock(_NOON))
        plain = dict.fromkeys("abc", 5)
        for lines in asked:
            short = {sku: plain[sku] for sku, n in lines.items() if plain[sku] < n}
            try:
                stock.take(lines)
            except SoldOut as refused:
                assert refused.left == short  # noqa: PT017 - both ways are right, in their place
            else:
                assert not short
                plain |= {sku: plain[sku] - n for sku, n in lines.items()}
            assert stock.left(["a", "b", "c"]) == plain
