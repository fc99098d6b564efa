"""What tests of orders buy."""

from collections.abc import Callable

import pytest

from opensky.devo.members.objects import PostalAddress
from opensky.devo.orders.manager import Purchase
from opensky.devo.orders.objects import Buyer
from opensky.devo.products.manager import ProductManager
from opensky.devo.products.objects import Product
from opensky.events import Event
from opensky.persistence import UnitOfWork
from opensky.testing.factories import Factory

ADDRESS = PostalAddress(name="Ben Reed", street="5 Mill Lane", city="Ghent", postcode="9000", country="BE")
GUEST = Buyer(bag_id=77)

MakePurchase = Callable[..., Purchase]


@pytest.fixture
def bowl(make: Factory, products: ProductManager, unit: UnitOfWork, told: list[Event]) -> Product:
    """Maya's bowl: $12.50, five of them, SKU ``BOWL``."""
    return shown(make, products, unit, told, "BOWL", 1250)


@pytest.fixture
def cup(make: Factory, products: ProductManager, unit: UnitOfWork, told: list[Event]) -> Product:
    """Another insider's cup: $9.00, five of them, SKU ``CUP``."""
    return shown(make, products, unit, told, "CUP", 900)


def shown(
    make: Factory, products: ProductManager, unit: UnitOfWork, told: list[Event], sku: str, price: int
) -> Product:
    """Put a product of a new insider on show."""
    maker = make.seller(name=f"Maker of {sku}", slug=f"maker-of-{sku.lower()}")
    variants = [make.variant(price, sku=sku, name="Blue")]
    product = make.draft(maker, slug=sku.lower(), name=sku.title(), variants=variants)
    products.publish(product)
    unit.commit()
    told.clear()
    return product


@pytest.fixture
def purchase() -> MakePurchase:
    """Makes a guest's purchase of one bowl, but for what is given."""

    def make_purchase(**given: object) -> Purchase:
        values: dict[str, object] = {
            "buyer": GUEST,
            "email": "ben@example.org",
            "address": ADDRESS,
            "lines": {"BOWL": 1},
            "key": "a key",
        }
        return Purchase(**(values | given))  # type: ignore[arg-type]

    return make_purchase
