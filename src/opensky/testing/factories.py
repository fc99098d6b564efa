"""Factories: things that a test needs but does not care about, made through the managers where there is one.

Each takes what the test does care about as keywords and fills in the rest.
"""

import itertools
from datetime import datetime, timedelta
from typing import Any, TypeVar

from opensky.devo.members.objects import Member, MemberId
from opensky.devo.products.objects import Category, Picture, Product, ProductId, StockItem, Variant
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork

T = TypeVar("T")


class Factory:
    """Makes objects in a unit of work. Numbers count up, so that no two have the same slug, e-mail address or SKU."""

    def __init__(self, unit: UnitOfWork, ids: IdGenerator, clock: SetClock) -> None:
        self._unit = unit
        self._ids = ids
        self._clock = clock
        self._numbers = itertools.count(1)

    def member(self, **given: Any) -> Member:
        """Make a member."""
        number = next(self._numbers)
        values: dict[str, Any] = {
            "email": f"member{number}@example.org",
            "name": f"Mo {number}",
            "joined_at": self._clock.now(),
        }
        return self._kept(Member(id=MemberId(self._ids.next()), **(values | given)))

    def seller(self, **given: Any) -> Seller:
        """Make an insider. No event is told: who needs the counter at zero makes one through ``SellerManager``."""
        number = next(self._numbers)
        values: dict[str, Any] = {
            "slug": f"insider-{number}",
            "name": f"Insider {number}",
            "joined_at": self._clock.now(),
        }
        return self._kept(Seller(id=SellerId(self._ids.next()), **(values | given)))

    def category(self, slug: str, **given: Any) -> Category:
        """Make a shelf."""
        values: dict[str, Any] = {"name": slug.title(), "position": next(self._numbers)}
        return self._kept(Category(id=self._ids.next(), slug=slug, **(values | given)))

    def variant(self, price: int = 1250, **given: Any) -> Variant:
        """Make a variant at a price in cents; it is not kept by itself."""
        values: dict[str, Any] = {"sku": f"SKU-{next(self._numbers)}", "price": Money(price)}
        return Variant(**(values | given))

    def draft(self, seller: Seller, **given: Any) -> Product:
        """Make a product that could be published, without a card. ``stock`` is what there is of each variant."""
        number, stock = next(self._numbers), given.pop("stock", 5)
        values: dict[str, Any] = {
            "slug": f"product-{number}",
            "name": f"Product {number}",
            "variants": [self.variant()],
            "pictures": [Picture(path=f"{number}.svg", alt="A thing")],
            "created_at": self._clock.now(),
        }
        product = Product(id=ProductId(self._ids.next()), seller_id=seller.id, **(values | given))
        product.seller = seller
        for variant in product.variants:
            self._unit.persist(StockItem(sku=variant.sku, product_id=product.id, on_hand=stock))
        return self._kept(product)

    def later(self, **by: float) -> datetime:
        """Move the clock on and return the new time."""
        self._clock.at += timedelta(**by)
        return self._clock.at

    def _kept(self, obj: T) -> T:
        self._unit.persist(obj)
        self._unit.flush()
        return obj
