"""Finding products by words, in the whole shop or with one insider."""

from collections.abc import Iterable
from typing import Protocol

from opensky.persistence.fulltext import TextSearch
from opensky.persistence.searching import FullText

SEARCH: TextSearch = FullText("product_search", {"name": 10, "shelves": 4, "seller": 3, "words": 1})


class Findable(Protocol):
    """A product, or as much of one as the search needs."""

    @property
    def id(self) -> int: ...
    @property
    def seller_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def categories(self) -> list[str]: ...


def entries(products: Iterable[tuple[Findable, str]]) -> Iterable[tuple[int, str, dict[str, str]]]:
    """Return what the search keeps of products, each given with the name of its seller."""
    for product, seller in products:
        texts = {
            "name": product.name,
            "shelves": " ".join(product.categories),
            "seller": seller,
            "words": f"{product.words} {product.description}",
        }
        yield product.id, scope_of(product.seller_id), texts


def scope_of(seller_id: int) -> str:
    """Return the word by which the search finds the products of one insider."""
    return f"s{seller_id}"
