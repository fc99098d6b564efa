"""The Complete Journey: every row becomes part of the shop or stands in the list of refusals with its reason."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opensky.devo.orders.objects import Order
from opensky.devo.products.objects import Product
from opensky.importing import completejourney, names
from opensky.importing.report import Report
from opensky.kernel.money import Money
from opensky.mapping import validate
from opensky.persistence import Database
from opensky.settings import Settings

Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def report(database: Database, settings: Settings, journey: Path) -> Report:
    """What the import of the small journey reports."""
    return completejourney.run(database, settings, folder=journey)


def test_every_row_is_imported_or_refused_by_reason(report: Report) -> None:
    """The report accounts for all nine rows: six are good, three are refused, each under its first fault."""
    assert report.refused == {"unknown product": 1, "quantity is not positive": 1, "value is not positive": 1}
    assert report.imported == {
        "shelves": 23,
        "members": 2,
        "insiders": 3,
        "products": 6,
        "orders": 4,
        "order lines": 7,
        "follows": 1,
    }
    assert report.noted == {
        "products never sold, kept as drafts": 2,
        "baskets without a good row": 1,
        "rows kept as two lines, to the cent": 1,
        "products on show in the whole shop": 4,
    }


def test_the_list_of_refusals_names_each_row(report: Report) -> None:
    """The list holds reason, row number in the file and what stood there."""
    with Path(report.refused_file).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))

    assert rows == [
        ["reason", "where", "what"],
        ["unknown product", "3", "household 7, basket 1001, product 999, quantity 1, value 5.00"],
        ["quantity is not positive", "4", "household 7, basket 1001, product 40, quantity 0, value 0.00"],
        ["value is not positive", "5", "household 8, basket 1002, product 40, quantity 1, value 0.00"],
    ]


def test_a_product_has_a_readable_name_a_typical_price_and_a_shelf(report: Report, ask: Ask) -> None:
    """The name is spelled out, kinds that the list does not tell apart are numbered, the price is the median shelf price."""
    found = ask(
        "select json_extract(body, '$.name'), json_extract(body, '$.variants[0].price.minor'), "
        "json_extract(body, '$.categories[0]'), json_extract(body, '$.status') from products order by slug"
    )

    assert sorted(found) == sorted(
        [
            ("Fluid milk, white only, 1 gal", 299, "dairy-and-eggs", "published"),
            ("Kids cereal, 14.5 oz, kind 1", 333, "pantry", "published"),
            ("Kids cereal, 14.5 oz, kind 2", None, "pantry", "draft"),
            ("Bread, Italian, French", 150, "bakery", "published"),
            ("Gasoline, regular unleaded", 254, "fuel", "published"),
            ("Odds and ends", None, "odds-and-ends", "draft"),
        ]
    )


def test_an_order_costs_what_the_basket_did(report: Report, ask: Ask) -> None:
    """Three for ten dollars become two lines, fuel becomes one line with its gallons; lines sum to the total."""
    orders = ask(
        "select number, state, total_minor, placed_at, paid_at, json_extract(address, '$.street') from orders order by id"
    )
    lines = ask(
        "select number, position, variant, quantity, price_minor from order_lines join orders on id = order_id "
        "order by order_id, position"
    )

    assert orders == [
        ("CJ1001", "paid", 1269, *["2017-01-01 11:53:26.000000"] * 2, "Collected at store 330"),
        ("CJ1003", "paid", 558, *["2017-01-02 09:00:00.000000"] * 2, "Collected at store 331"),
        ("CJ1004", "paid", 3299, *["2017-01-03 18:00:00.000000"] * 2, "Collected at store 330"),
        ("CJ1005", "paid", 150, *["2017-01-04 18:00:00.000000"] * 2, "Collected at store 330"),
    ]
    assert lines == [
        ("CJ1001", 1, "1 gal", 1, 269),
        ("CJ1001", 2, "14.5 oz", 2, 333),
        ("CJ1001", 3, "14.5 oz", 1, 334),
        ("CJ1003", 1, "1 gal", 2, 279),
        ("CJ1004", 1, "1 gal", 1, 299),
        ("CJ1004", 2, "11.818 gal", 1, 3000),
        ("CJ1005", 1, "", 1, 150),
    ]


def test_a_second_basket_makes_a_follow(report: Report, ask: Ask) -> None:
    """Household 7 bought from maker 69 in two baskets: it follows since the second, and both counters say so."""
    follows = ask(
        "select m.email, s.slug, followed_at from follows "
        "join members m on m.id = follows.member_id join sellers s on s.id = follows.seller_id"
    )

    [(email, slug, at)] = follows
    assert email.endswith(".7@completejourney.example")
    assert slug.endswith("-69")
    assert at == "2017-01-03 18:00:00.000000"
    assert sorted(ask("select followers from follower_counts")) == [(0,), (0,), (1,)]
    assert ask("select following from following_counts") == [(1,)]


def test_nobody_can_log_in_as_an_imported_member(report: Report, ask: Ask) -> None:
    """Members come without a password."""
    assert ask("select distinct json_extract(body, '$.password_hash') from members") == [("",)]


def test_nothing_that_the_shop_keeps_points_nowhere(report: Report, ask: Ask, settings: Settings) -> None:
    """Lines, stock and products name sellers, products and pictures that are there."""
    assert ask("select count(*) from order_lines where product_id not in (select id from products)") == [(0,)]
    assert ask("select count(*) from order_lines where seller_id not in (select id from sellers)") == [(0,)]
    assert ask("select count(*) from orders where member_id not in (select id from members)") == [(0,)]
    assert ask("select count(*) from stock_items where product_id not in (select id from products)") == [(0,)]
    pictures = ask(
        "select json_extract(body, '$.pictures[0].path') from products union select json_extract(body, '$.picture') from sellers"
    )
    assert all((settings.data / "media" / path).read_text("utf-8").startswith("<svg") for (path,) in pictures)


def test_the_shop_shows_and_finds_what_was_imported(report: Report, ask: Ask) -> None:
    """Each product with a price has a card and a place on its shelf, and the search finds products and insiders."""
    assert ask("select name, price_minor, sold_out from product_cards where name like 'Bread%'") == [
        ("Bread, Italian, French", 150, 0)
    ]
    assert ask("select count(*) from category_cards where category = 'bakery'") == [(1,)]
    assert ask("select count(*) from product_search where product_search match 'milk'") == [(1,)]
    assert ask("select count(*) from seller_search where seller_search match '317'") == [(1,)]


def test_importing_again_changes_nothing(database: Database, settings: Settings, journey: Path, ask: Ask) -> None:
    """The second run finds all done, says so, and reports the same counts."""
    first = completejourney.run(database, settings, folder=journey)
    second = completejourney.run(database, settings, folder=journey)

    assert second.already_done
    assert (second.imported, second.refused, second.noted) == (first.imported, first.refused, first.noted)
    assert ask("select count(*) from order_lines") == [(7,)]


def test_new_data_is_added_to_the_old(
    database: Database, settings: Settings, journey_of: Callable[[int], Path], ask: Ask
) -> None:
    """A longer file is read from its beginning: what is there stays as it is, the rest is added."""
    completejourney.run(database, settings, folder=journey_of(7))
    longer = completejourney.run(database, settings, folder=journey_of(9))

    assert longer.imported["orders"] == 4
    assert ask("select number from orders order by id") == [("CJ1001",), ("CJ1003",), ("CJ1004",), ("CJ1005",)]


def test_the_report_can_be_read_by_a_program(report: Report) -> None:
    """The JSON holds what the table shows."""
    read = json.loads(report.json)

    assert read["source"] == "completejourney"
    assert read["refused"] == report.refused
    assert read["imported"] == report.imported


def test_imported_things_can_be_changed_like_any_other(report: Report, database: Database, ask: Ask) -> None:
    """Orders and products are read as objects, changed and written back under their optimistic locks."""
    with database.unit_of_work() as unit:
        order = unit.find_one(Order, {"number": "CJ1003"})
        product = unit.find_one(Product, {"name": "Bread, Italian, French"})
        assert order is not None
        assert product is not None
        unit.load([order], "lines")
        assert (order.total, order.address.name, [line.quantity for line in order.lines]) == (
            Money(558, "USD"),
            names.person("completejourney", 8),
            [2],
        )
        validate(product, "publish")
        order.step_to("cancelled")
        product.words = "Warm, on Sundays."
        unit.commit()

    assert ask("select state from orders where number = 'CJ1003'") == [("cancelled",)]
    assert ask("select json_extract(body, '$.words') from products where slug like 'bread-%'") == [
        ("Warm, on Sundays.",)
    ]
