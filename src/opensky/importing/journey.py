"""The Complete Journey, read and understood: a year of 2,469 households at a grocer, as arrays of numbers.

Everything here is a pure function of the files, so that an import that goes on finds the same as the one that began. The
sales are read by Arrow batches into a few narrow arrays (some 60 MB for 1.47 million rows); the other tables of the package
that nobody needs here (promotions: 880 MB as a data frame) are never opened.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq

from opensky.importing.report import Refused
from opensky.importing.wording import SHELVES, Shelf, product_name, readable, readable_size, shelf_of

Numbers = npt.NDArray[np.int64]
Narrow = npt.NDArray[np.int32]

REASONS = ("", "unknown product", "quantity is not positive", "value is not positive", "basket of another household")
"""Why a sale is refused, by its number; a sale with several faults counts under the first. Zero is a good one."""

MEASURED = "GASOLINE-REG UNLEADED"
"""The one product type whose quantity is measured, in thousandths of a gallon."""
MEASURED_UNITS = 1000

_CRATE = re.compile(r"\d\d+(-\d+)? *(CT|LB)$")
_SALES = ("household_id", "store_id", "basket_id", "product_id", "quantity", "transaction_timestamp")
_VALUES = ("sales_value", "retail_disc", "coupon_match_disc")
_BATCH = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """The product list, in the order of product numbers."""

    number: Numbers
    maker: Narrow
    """The position of the product's maker in ``makers``."""
    makers: Numbers
    name: list[str]
    size: list[str]
    shelf: npt.NDArray[np.int8]
    """The position of the product's shelf in ``SHELVES``."""
    description: list[str]
    measured: npt.NDArray[np.bool_]

    def shelf_of(self, position: int) -> Shelf:
        """Return the shelf of the product at a position."""
        return SHELVES[self.shelf[position]]


def read_goods(folder: Path) -> Goods:
    """Read the product list and put it into words."""
    rows = pq.read_table(folder / "products.parquet").sort_by("product_id")
    number = rows["product_id"].to_numpy().astype(np.int64)
    makers, maker = np.unique(rows["manufacturer_id"].to_numpy(), return_inverse=True)
    names = ("department", "brand", "product_category", "product_type", "package_size")
    texts = [[t or "" for t in rows[name].to_pylist()] for name in names]
    department, brand, category, kind, size = texts
    # What the list calls the size of loose fruit is that of the crate it came in.
    size = ["" if d == "PRODUCE" and _CRATE.match(s) else s for d, s in zip(department, size, strict=True)]
    shelf = [SHELVES.index(shelf_of(d, c)) for d, c in zip(department, category, strict=True)]
    measured = np.array([k == MEASURED for k in kind], dtype=np.bool_)
    return Goods(
        number=number,
        maker=maker.astype(np.int32),
        makers=makers.astype(np.int64),
        name=_told_apart(maker, [product_name(*words) for words in zip(kind, category, size, strict=True)]),
        size=["1 gal" if m else readable_size(s) for s, m in zip(size, measured, strict=True)],
        shelf=np.array(shelf, dtype=np.int8),
        description=[_description(*words) for words in zip(category, kind, brand, strict=True)],
        measured=measured,
    )


def _told_apart(maker: npt.NDArray[Any], names: list[str]) -> list[str]:
    # The list does not say how two cereals of one maker and size differ, only that they do.
    count: dict[tuple[int, str], int] = {}
    keys = list(zip(maker.tolist(), names, strict=True))
    for key in keys:
        count[key] = count.get(key, 0) + 1
    seen: dict[tuple[int, str], int] = {}
    told = []
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        told.append(key[1] if count[key] == 1 else f"{key[1]}, kind {seen[key]}")
    return told


def _description(category: str, kind: str, brand: str) -> str:
    shelf_marks = " · ".join(dict.fromkeys(filter(None, (readable(category), readable(kind)))))
    return f"{shelf_marks}. {'From the house of the store.' if brand == 'Private' else 'A national brand.'}".lstrip(
        ". "
    )


class Journey:
    """The sales, and what follows from them. Rows are in order of time, a basket's rows together."""

    def __init__(self, folder: Path) -> None:
        self.goods = read_goods(folder)
        read = _read_sales(folder / "transactions.parquet")
        order, basket = _by_basket(read["basket_id"], read["transaction_timestamp"])
        self.row: Numbers = order
        """Where the sale stands in the file, from 1 on (after adding one)."""
        self.basket: Narrow = basket
        """The position of the basket among all baskets, which are in order of time."""
        self.household_number: Numbers = read["household_id"][order]
        self.basket_number: Numbers = read["basket_id"][order]
        self.store: Numbers = read["store_id"][order]
        self.product_number: Numbers = read["product_id"][order]
        self.quantity: Numbers = read["quantity"][order]
        self.second: Numbers = read["transaction_timestamp"][order]
        self.cents: Narrow = read["sales_value"][order].astype(np.int32)
        self.shelf_cents: Numbers = sum(read[v] for v in _VALUES)[order]  # type: ignore[index]
        found = np.searchsorted(self.goods.number, self.product_number)
        found[found == len(self.goods.number)] = 0
        self.product: Narrow = np.where(self.goods.number[found] == self.product_number, found, -1).astype(np.int32)
        self.households, household = np.unique(self.household_number, return_inverse=True)
        self.household: Narrow = household.astype(np.int32)
        self.basket_start: Numbers = np.flatnonzero(np.diff(self.basket, prepend=-1))
        self.reason = self._reasons()
        self.good: Numbers = np.flatnonzero(self.reason == 0)
        # Below a cent a unit it was measured at the pump; above, somebody rang up "1" and the sum.
        self.measured: npt.NDArray[np.bool_] = self.goods.measured[self.product] & (self.cents < self.quantity)

    def _reasons(self) -> npt.NDArray[np.int8]:
        owner = self.household[self.basket_start][self.basket]
        faults = (self.product < 0, self.quantity <= 0, self.cents <= 0, self.household != owner)
        return np.select(faults, [1, 2, 3, 4], 0).astype(np.int8)

    def refused(self) -> Iterator[Refused]:
        """Yield the sales that are not imported, in the order of the file."""
        bad = np.flatnonzero(self.reason)
        for i in bad[np.argsort(self.row[bad])].tolist():
            what = (
                f"household {self.household_number[i]}, basket {self.basket_number[i]}, product {self.product_number[i]}, "
                f"quantity {self.quantity[i]}, value {self.cents[i] / 100:.2f}"
            )
            yield Refused(REASONS[self.reason[i]], int(self.row[i]) + 1, what)

    @cached_property
    def price(self) -> Numbers:
        """The typical shelf price of each product in cents, zero where there is none.

        The median over its sales of (value + loyalty discount + coupon match) / quantity; of an even number the lower one,
        so that it is a price that somebody saw. Of a measured product it is the price of one unit.
        """
        product, quantity = self.product[self.good], self.quantity[self.good]
        scale = np.where(self.measured[self.good], MEASURED_UNITS, 1)
        unit = np.rint(self.shelf_cents[self.good] * scale / quantity).astype(np.int64)
        order = np.lexsort((unit, product))
        starts = np.searchsorted(product[order], np.arange(len(self.goods.number) + 1))
        sold = np.diff(starts) > 0
        middle = (starts[:-1] + starts[1:] - 1) // 2
        return (
            np.where(sold, unit[order][np.where(sold, middle, 0)], 0) if len(order) else np.zeros(len(sold), np.int64)
        )

    @cached_property
    def stock(self) -> Numbers:
        """What a shop would keep of each product: a month's sales, and no less than a dozen."""
        product = self.product[self.good]
        units = np.where(self.measured[self.good], 1, self.quantity[self.good])
        sold = np.bincount(product, weights=units, minlength=len(self.goods.number))
        return np.maximum(12, np.ceil(sold / 12)).astype(np.int64)

    @property
    def first_second(self) -> int:
        """When the data begins."""
        return int(self.second[0]) if len(self.second) else 0

    def first_sale(self, of: npt.NDArray[Any], kinds: int) -> Numbers:
        """Return for each of ``kinds`` things when the first good sale of it was; ``of`` names one for each good row."""
        first = np.full(kinds, self.first_second, dtype=np.int64)
        things, rows = np.unique(of, return_index=True)
        first[things] = self.second[self.good][rows]
        return first

    @cached_property
    def product_since(self) -> Numbers:
        """When each product was first sold."""
        return self.first_sale(self.product[self.good], len(self.goods.number))

    @cached_property
    def maker_since(self) -> Numbers:
        """When each maker first sold something."""
        return self.first_sale(self.goods.maker[self.product[self.good]], len(self.goods.makers))

    @cached_property
    def household_since(self) -> Numbers:
        """When each household first shopped, also if nothing of that was good."""
        _, rows = np.unique(self.household, return_index=True)
        return self.second[rows]

    def follows(self) -> tuple[Narrow, Narrow, Numbers]:
        """Return (household, maker, second) for each maker from whom a household bought in two baskets or more.

        The follow is dated when the second basket was paid.
        """
        makers, baskets = len(self.goods.makers), len(self.basket_start)
        maker = self.goods.maker[self.product[self.good]].astype(np.int64)
        key = np.unique((self.household[self.good] * makers + maker) * baskets + self.basket[self.good])
        pair, basket = np.divmod(key, max(baskets, 1))
        start = np.flatnonzero(np.diff(pair, prepend=-1))
        second = start[np.diff(start, append=len(pair)) > 1] + 1
        household, maker = np.divmod(pair[second], makers)
        return household.astype(np.int32), maker.astype(np.int32), self.second[self.basket_start[basket[second]]]


def _read_sales(path: Path) -> dict[str, Numbers]:
    """Read the columns that are needed; money as cents, times as seconds, what is missing as zero."""
    file = pq.ParquetFile(path)
    read = {name: np.zeros(file.metadata.num_rows, dtype=np.int64) for name in (*_SALES, *_VALUES)}
    at = 0
    for batch in file.iter_batches(_BATCH, columns=list(read)):
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            values = pc.fill_null(
                column.cast("timestamp[s]", safe=False).cast("int64") if name == _SALES[-1] else column, 0
            )
            plain = values.to_numpy(zero_copy_only=False)
            read[name][at : at + len(batch)] = np.rint(plain * 100) if name in _VALUES else plain
        at += len(batch)
    return read


def _by_basket(number: Numbers, second: Numbers) -> tuple[Numbers, Narrow]:
    """Return the order of rows (baskets by time of their first row, rows as in the file) and each row's basket in it."""
    _, first, of = np.unique(number, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.lexsort((first, second[first]))] = np.arange(len(first))
    basket = rank[of]
    order = np.argsort(basket, kind="stable")
    return order, basket[order].astype(np.int32)
