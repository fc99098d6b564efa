"""A database as a shop has it, and a small Complete Journey with every quirk of the large one planted in it."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from opensky.devo.model import MODEL
from opensky.importing.objects import ImportRun
from opensky.persistence import Database
from opensky.settings import Settings

Ask = Callable[[str], list[tuple[Any, ...]]]

PRODUCTS = [
    # number, maker, department, brand, category, type, size
    (25, 69, "GROCERY", "Private", "FLUID MILK PRODUCTS", "FLUID MILK WHITE ONLY", "1 GA"),
    (31, 69, "GROCERY", "Private", "COLD CEREAL", "KIDS CEREAL", "14.5 OZ"),
    (32, 69, "GROCERY", "Private", "COLD CEREAL", "KIDS CEREAL", "14.5 OZ"),
    (40, 317, "PASTRY", "National", "BREAD", "BREAD:ITALIAN/FRENCH", None),
    (50, 69, "FUEL", "Private", "COUPON/MISC ITEMS", "GASOLINE-REG UNLEADED", None),
    (60, 900, "DRUG GM", "National", None, None, None),
]
SALES = [
    # household, store, basket, product, quantity, value, loyalty discount, coupon match, when
    (7, 330, 1001, 25, 1, 2.69, 0.30, 0.0, "2017-01-01 11:53:26"),
    (7, 330, 1001, 31, 3, 10.00, 0.0, 0.0, "2017-01-01 11:53:26"),  # 3 for $10: cannot be shared evenly
    (7, 330, 1001, 999, 1, 5.00, 0.0, 0.0, "2017-01-01 11:53:26"),  # no such product
    (7, 330, 1001, 40, 0, 0.0, 0.0, 0.0, "2017-01-01 11:53:26"),  # nothing bought
    (8, 331, 1002, 40, 1, 0.0, 1.99, 0.0, "2017-01-01 12:00:00"),  # given away
    (8, 331, 1003, 25, 2, 5.58, 0.0, 0.40, "2017-01-02 09:00:00"),
    (7, 330, 1004, 25, 1, 2.99, 0.0, 0.0, "2017-01-03 18:00:00"),
    (7, 330, 1004, 50, 11818, 30.00, 0.0, 0.0, "2017-01-03 18:00:00"),  # 11.818 gallons
    (7, 330, 1005, 40, 1, 1.50, 0.0, 0.0, "2017-01-04 18:00:00"),
]
_PRODUCT_COLUMNS = (
    "product_id", "manufacturer_id", "department", "brand", "product_category", "product_type", "package_size",
)  # fmt: skip
_SALE_COLUMNS = (
    "household_id", "store_id", "basket_id", "product_id", "quantity", "sales_value", "retail_disc", "coupon_match_disc",
    "transaction_timestamp",
)  # fmt: skip


def write_journey(folder: Path, products: list[Any], sales: list[Any]) -> Path:
    """Write the two tables as the package keeps them."""
    folder.mkdir(parents=True, exist_ok=True)
    timed = [(*sale[:-1], datetime.fromisoformat(sale[-1])) for sale in sales]
    for name, columns, rows in (("products", _PRODUCT_COLUMNS, products), ("transactions", _SALE_COLUMNS, timed)):
        arrays = {column: [row[i] for row in rows] for i, column in enumerate(columns)}
        pq.write_table(pa.table(arrays), folder / f"{name}.parquet")
    return folder


CAMPAIGNS: dict[str, list[tuple[Any, ...]]] = {
    "campaign_descriptions": [
        (1, "Type B", "2017-01-01", "2017-01-03"),
        (2, "Type A", "2017-01-02", "2017-01-31"),
    ],
    "campaigns": [(1, 7), (1, 8), (2, 7), (2, 99)],  # household 99 never shopped
    "coupons": [(5100, 25, 1), (5100, 999, 1), (5200, 40, 1), (5200, 40, 2)],  # there is no product 999
    "coupon_redemptions": [
        (7, 5100, 1, "2017-01-03"),  # bought on that day
        (7, 5200, 2, "2017-01-03"),  # bought the day after
        (8, 5100, 1, "2017-01-01"),  # bought nothing on that day but what was given away; the day after
        (99, 5200, 2, "2017-01-09"),  # no order at all
    ],
}
_CAMPAIGN_COLUMNS = {
    "campaign_descriptions": ("campaign_id", "campaign_type", "start_date", "end_date"),
    "campaigns": ("campaign_id", "household_id"),
    "coupons": ("coupon_upc", "product_id", "campaign_id"),
    "coupon_redemptions": ("household_id", "coupon_upc", "campaign_id", "redemption_date"),
}


def write_campaigns(folder: Path) -> None:
    """Write the tables of campaigns as the package keeps them, and what coupons took off at the till."""
    for name, texts in CAMPAIGNS.items():
        columns = _CAMPAIGN_COLUMNS[name]
        rows = [
            [datetime.fromisoformat(each) if str(each).startswith("2017-") else each for each in row] for row in texts
        ]
        pq.write_table(
            pa.table({column: [row[i] for row in rows] for i, column in enumerate(columns)}), folder / f"{name}.parquet"
        )
    sales = pq.read_table(folder / "transactions.parquet")
    taken = [0.55 if basket == 1004 else 0.0 for basket in sales["basket_id"].to_pylist()]
    pq.write_table(sales.append_column("coupon_disc", pa.array(taken)), folder / "transactions.parquet")


@pytest.fixture
def journey_of(tmp_path: Path) -> Callable[[int], Path]:
    """Write a small Complete Journey with the first so many sales, and return its folder."""
    return lambda sales: write_journey(tmp_path / f"journey-{sales}", PRODUCTS, SALES[:sales])


@pytest.fixture
def journey(journey_of: Callable[[int], Path]) -> Path:
    """The folder of the whole small Complete Journey."""
    return journey_of(len(SALES))


@pytest.fixture
def large_journey(tmp_path: Path) -> Path:
    """A journey of 30 households, 300 baskets and some 1,500 sales, every ninth of them bad."""
    chance = random.Random(4)
    products = [
        (n, chance.choice((1, 2, 3, 5, 8)), "GROCERY", "National", "SOUP", "DRY SOUP", f"{n} OZ") for n in range(1, 121)
    ]
    sales = []
    for basket in range(300):
        household, at = (
            basket % 30 + 1,
            (datetime.fromisoformat("2017-01-01") + timedelta(hours=7 * basket)).isoformat(" "),
        )
        for product in chance.sample(range(1, 121), chance.randint(1, 9)):
            quantity = 0 if chance.randrange(9) == 0 else chance.randint(1, 3)
            sales.append(
                (household, 330, 5000 + basket, product, quantity, chance.randint(50, 900) / 100, 0.0, 0.0, at)
            )
    return write_journey(tmp_path / "large", products, sales)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """An empty database in the settings' data folder."""
    made = Database(settings.data / "opensky.sqlite", (*MODEL, ImportRun))
    made.create()
    yield made
    made.close()


@pytest.fixture
def ask(database: Database) -> Ask:
    """Ask the database in SQL."""

    def asked(statement: str) -> list[tuple[Any, ...]]:
        with database.reader() as reader:
            return [tuple(row) for row in reader.rows(text(statement))]

    return asked
