"""The documents that ``bench persistence`` keeps: 16 fields, three variants, two pictures; about 1.1 KB each."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from opensky.kernel.money import Money
from opensky.mapping import Id, Index, Unique, Version, document

SELLERS = 2000


@dataclass(slots=True, kw_only=True)
class BenchVariant:
    """Embedded."""

    sku: str
    name: str
    price: Money
    stock: int = 0


@dataclass(slots=True, kw_only=True)
class BenchPicture:
    """Embedded."""

    path: str
    alt: str


@document("bench_products", Unique("slug"), Index("seller_id", "-created_at"), Index("-created_at"))
@dataclass(eq=False, slots=True, kw_only=True)
class BenchProduct:
    """A document of the usual size."""

    id: Annotated[int, Id()]
    seller_id: int
    slug: str
    name: str
    words: str
    description: str
    status: str
    rating: float
    reviews: int
    featured: bool
    tags: list[str] = field(default_factory=list)
    variants: list[BenchVariant] = field(default_factory=list)
    pictures: list[BenchPicture] = field(default_factory=list)
    created_at: datetime
    published_at: datetime | None = None
    version: Annotated[int, Version()] = 0


def make(count: int, sellers: int = SELLERS) -> list[BenchProduct]:
    """Make so many of them, always the same."""
    chance = random.Random(11)
    return [
        BenchProduct(
            id=number + 1,
            seller_id=chance.randrange(sellers) + 1,
            slug=f"blue-mug-{number}",
            name=f"Blue mug number {number}",
            words="I drink from it each morning, and it has never been dropped. " * 2,
            description="A mug of blue clay, turned by hand and fired twice, so that it keeps its colour for long. "
            * 3,
            status="published",
            rating=chance.randrange(10, 50) / 10,
            reviews=chance.randrange(200),
            featured=number % 7 == 0,
            tags=["kitchen", "table", "gift"],
            variants=[
                BenchVariant(
                    sku=f"mug-{number}-{each}", name=name, price=Money(chance.randrange(500, 9900)), stock=each
                )
                for each, name in enumerate(("small", "middle", "large"))
            ],
            pictures=[
                BenchPicture(path=f"products/mug-{number}-{side}.svg", alt=f"A blue mug, {side}")
                for side in ("front", "back")
            ],
            created_at=datetime.fromtimestamp(1_360_000_000 + chance.randrange(10**8), UTC),
            published_at=datetime.fromtimestamp(1_360_000_000 + number * 60, UTC),
        )
        for number in range(count)
    ]


def edit(product: BenchProduct, turn: int) -> None:
    """Change two fields, one of them inside."""
    product.reviews = turn
    product.variants[0].stock = turn
