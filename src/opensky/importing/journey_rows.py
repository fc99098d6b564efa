"""What the Complete Journey becomes: members, insiders, products, orders and follows, with ids that repeat."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from opensky.devo.members.objects import Member, MemberId, PostalAddress
from opensky.devo.products.objects import Category, Picture, Product, ProductId, Variant
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.importing import ids, names
from opensky.importing.journey import MEASURED_UNITS, Journey, Numbers
from opensky.importing.pictures import maker_picture, product_picture
from opensky.importing.wording import SHELVES, slug
from opensky.kernel.errors import OpenSkyError
from opensky.kernel.money import Money

ORDER_COLUMNS = (
    "id", "number", "member_id", "bag_id", "email", "address", "state", "total_minor", "total_currency",
    "delivery_minor", "discount_minor", "credit_minor", "coupon", "idempotency_key", "payment_reference", "card_brand", "card_last4", "placed_at", "paid_at", "cancelled_at", "version",
)  # fmt: skip
LINE_COLUMNS = (
    "order_id", "position", "product_id", "seller_id", "sku", "name", "variant", "quantity", "price_minor", "price_currency",
)  # fmt: skip
FOLLOW_COLUMNS = ("member_id", "seller_id", "followed_at")

Rows = list[tuple[Any, ...]]


class JourneyRows:
    """Makes the rows; ``start`` and ``end`` are positions in the journey's own order of each kind."""

    def __init__(self, journey: Journey, currency: str) -> None:
        self._journey = journey
        self._currency = currency
        if max(len(journey.goods.number), len(journey.basket_start)) >= ids.PER_SECOND:
            message = f"This importer makes ids for up to {ids.PER_SECOND:,} baskets or products; the data has more."
            raise OpenSkyError(message)

    @cached_property
    def member_ids(self) -> Numbers:
        """The id of each household."""
        return _ids(ids.MEMBER, self._journey.household_since)

    @cached_property
    def seller_ids(self) -> Numbers:
        """The id of each maker."""
        return _ids(ids.SELLER, self._journey.maker_since)

    @cached_property
    def product_ids(self) -> Numbers:
        """The id of each product."""
        return _ids(ids.PRODUCT, self._journey.product_since)

    @cached_property
    def order_ids(self) -> Numbers:
        """The id of each basket."""
        return _ids(ids.ORDER, self._journey.second[self._journey.basket_start])

    def shelves(self) -> list[Category]:
        """Make the shelves."""
        since = self._journey.first_second
        return [
            Category(
                id=ids.at_second(ids.CATEGORY, since, i), slug=s.slug, name=s.name, sentence=s.sentence, position=i + 1
            )
            for i, s in enumerate(SHELVES)
        ]

    def members(self, start: int, end: int) -> Iterator[Member]:
        """Make members of households; they have no password, so that nobody can log in as one."""
        journey = self._journey
        for i in range(start, end):
            number = int(journey.households[i])
            yield Member(
                id=MemberId(int(self.member_ids[i])),
                email=names.address(names.JOURNEY, number),
                name=names.person(names.JOURNEY, number),
                joined_at=_instant(journey.household_since[i]),
            )

    def sellers(self, start: int, end: int) -> Iterator[Seller]:
        """Make insiders of makers."""
        goods = self._journey.goods
        counts = np.bincount(
            goods.maker.astype(np.int64) * len(SHELVES) + goods.shelf, minlength=len(goods.makers) * len(SHELVES)
        )
        by_shelf = counts.reshape(len(goods.makers), len(SHELVES))
        for i in range(start, end):
            number, shelf = int(goods.makers[i]), SHELVES[int(by_shelf[i].argmax())]
            listed = int(by_shelf[i].sum())
            yield Seller(
                id=SellerId(int(self.seller_ids[i])),
                slug=slug(names.maker(names.JOURNEY, number)),
                name=names.maker(names.JOURNEY, number),
                craft=shelf.name,
                sentence=f"{listed:,} things on the list, mostly {shelf.name.lower()}."
                if listed > 1
                else shelf.sentence,
                bio=f"Maker {number} of The Complete Journey, a year at a grocer. The name is invented; the goods are real.",
                picture=maker_picture(shelf),
                joined_at=_instant(self._journey.maker_since[i]),
            )

    def products(self, start: int, end: int) -> Iterator[Product]:
        """Make products. One that was never sold has no price: it stays a draft for its insider to finish."""
        for i in range(start, end):
            goods, price = self._journey.goods, int(self._journey.price[i])
            shelf, number, since = goods.shelf_of(i), int(goods.number[i]), _instant(self._journey.product_since[i])
            yield Product(
                id=ProductId(int(self.product_ids[i])),
                seller_id=SellerId(int(self.seller_ids[goods.maker[i]])),
                slug=f"{slug(goods.name[i])}-{number}",
                name=goods.name[i],
                description=goods.description[i],
                categories=[shelf.slug],
                variants=[Variant(sku=_sku(number), name=goods.size[i], price=Money(price, self._currency))]
                if price
                else [],
                pictures=[Picture(path=product_picture(shelf, number), alt=f"{goods.name[i]} (a drawn tile)")],
                status="published" if price else "draft",
                created_at=since,
                published_at=since if price else None,
            )

    def stock(self, start: int, end: int) -> Rows:
        """Make the stock of the products that have a price: (sku, product, on hand)."""
        journey = self._journey
        return [
            (_sku(int(journey.goods.number[i])), int(self.product_ids[i]), int(journey.stock[i]))
            for i in range(start, end)
            if journey.price[i]
        ]

    def orders(self, start: int, end: int) -> tuple[Rows, Rows]:
        """Make orders and their lines of baskets; a basket without a good row makes none."""
        rows = self._good_rows(start, end)
        basket = self._journey.basket[rows]
        total = np.bincount(basket - start, weights=self._journey.cents[rows], minlength=end - start).astype(np.int64)
        some = np.flatnonzero(total) + start
        return self._order_rows(some, total[some - start]), self._line_rows(rows)

    def good_rows(self, start: int, end: int) -> int:
        """Count the good rows of some baskets."""
        return len(self._good_rows(start, end))

    def follows(self) -> Rows:
        """Make all follows, in the order in which they are kept."""
        household, maker, second = self._journey.follows()
        member, seller = self.member_ids[household], self.seller_ids[maker]
        order = np.lexsort((seller, member))
        return list(zip(member[order].tolist(), seller[order].tolist(), texts_of(second[order]), strict=True))

    def _good_rows(self, start: int, end: int) -> Numbers:
        good, basket = self._journey.good, self._journey.basket
        first, last = np.searchsorted(basket[good], (start, end)) if len(good) else (0, 0)
        return good[first:last]

    def _order_rows(self, baskets: Numbers, totals: Numbers) -> Rows:
        journey = self._journey
        first = journey.basket_start[baskets]
        placed = texts_of(journey.second[first])
        made: Rows = []
        for id_, number, household, store, total, at in zip(
            self.order_ids[baskets].tolist(),
            journey.basket_number[first].tolist(),
            journey.household[first].tolist(),
            journey.store[first].tolist(),
            totals.tolist(),
            placed,
            strict=True,
        ):
            member, whose = int(self.member_ids[household]), int(journey.households[household])
            to = PostalAddress(name=names.person(names.JOURNEY, whose), street=f"Collected at store {store}")
            head = (
                id_,
                f"CJ{number}",
                member,
                None,
                names.address(names.JOURNEY, whose),
                msgspec.json.encode(to).decode(),
                "paid",
            )
            sums = (total, self._currency, 0, 0, 0, "")
            made.append((*head, *sums, f"{names.JOURNEY}:{number}", names.JOURNEY, "", "", at, at, None, 0))
        return made

    def _line_rows(self, rows: Numbers) -> Rows:
        """A row is a line; if its cents cannot be shared evenly it is two, so that the order costs what the basket did."""
        journey, goods = self._journey, self._journey.goods
        measured = journey.measured[rows]
        quantity = np.where(measured, 1, journey.quantity[rows])
        base, extra = np.divmod(journey.cents[rows], quantity)
        of = np.repeat(np.arange(len(rows)), 1 + (extra > 0))
        dearer = np.diff(of, prepend=-1) == 0
        basket, product = journey.basket[rows][of], journey.product[rows][of]
        variants = [goods.size[p] for p in product.tolist()]
        for i in np.flatnonzero(measured[of]).tolist():
            variants[i] = f"{journey.quantity[rows[of[i]]] / MEASURED_UNITS:.3f} gal"
        return list(
            zip(
                self.order_ids[basket].tolist(),
                (np.arange(len(of)) - np.searchsorted(basket, basket) + 1).tolist(),
                self.product_ids[product].tolist(),
                self.seller_ids[goods.maker[product]].tolist(),
                [_sku(n) for n in goods.number[product].tolist()],
                [goods.name[p] for p in product.tolist()],
                variants,
                np.where(dearer, extra[of], (quantity - extra)[of]).tolist(),
                (base[of] + dearer).tolist(),
                [self._currency] * len(of),
                strict=True,
            )
        )


def texts_of(seconds: Numbers) -> list[str]:
    """Return instants as the driver keeps them."""
    texts: Sequence[str] = np.datetime_as_string(seconds.astype("datetime64[s]"), unit="us").tolist()
    return [text.replace("T", " ") for text in texts]


def _ids(kind: int, seconds: npt.NDArray[np.int64]) -> Numbers:
    made: Numbers = ids.at_second(kind, seconds, np.arange(len(seconds), dtype=np.int64))
    return made


def _instant(second: Any) -> datetime:
    # The till wrote the time on the wall; it is taken for UTC.
    return datetime.fromtimestamp(int(second), UTC)


def _sku(number: int) -> str:
    return f"CJ-{number}"
