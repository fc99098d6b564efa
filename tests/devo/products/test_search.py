"""Search: what people type finds what they mean, and never breaks anything."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opensky.devo.products.catalog import Catalog
from opensky.devo.products.manager import ProductManager
from opensky.kernel.errors import Invalid
from opensky.persistence import UnitOfWork
from opensky.persistence.fts5 import match_expression
from opensky.persistence.fulltext import BEST, Rank
from opensky.testing.factories import Factory


@pytest.fixture
def found(products: ProductManager, catalog: Catalog, make: Factory, unit: UnitOfWork) -> Catalog:
    """A catalog with a few goods of two insiders."""
    maya, ada = make.seller(name="Maya Café"), make.seller(name="Ada Moss")
    for seller, name, words, shelf in (
        (maya, "Speckled mug", "I throw each one by hand.", "clay"),
        (maya, "Café au lait bowl", "Wide and low.", "clay"),
        (ada, "Oak board", "For bread, or beside a mug.", "wood"),
        (ada, "Mug rack", "Holds six.", "wood"),
    ):
        products.publish(make.draft(seller, name=name, words=words, categories=[shelf]))
    unit.commit()
    return catalog


def _names(catalog: Catalog, words: str, **more: int) -> list[str]:
    return [card.name for card in catalog.matching(words, BEST, 10, **more).entries]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("MUG", {"Mug rack", "Speckled mug", "Oak board"}),
        ("muggy", set()),
        ("mu", {"Mug rack", "Speckled mug", "Oak board"}),
        ("cafe bowl", {"Café au lait bowl"}),
        ("café", {"Café au lait bowl", "Speckled mug"}),
        ("wood moss", {"Oak board", "Mug rack"}),
        ("speck led", set()),
        ("", set()),
        ("  -- * \" ' ", set()),
        ("name:mug", set()),
        ("s1", set()),
    ],
)
def test_words_find_beginnings_in_any_order_without_accents(found: Catalog, typed: str, names: set[str]) -> None:
    """All words must occur, in name, shelf, insider or description; syntax is just more words."""
    assert set(_names(found, typed)) == names


def test_a_match_in_the_name_comes_before_one_in_the_description(found: Catalog) -> None:
    """Weights make the order."""
    assert _names(found, "mug")[-1] == "Oak board"


def test_search_inside_an_insider_finds_their_goods_alone(found: Catalog, make: Factory, unit: UnitOfWork) -> None:
    """The scope is not a word that could be typed."""
    by_name = {card.name: card for card in found.matching("mug", BEST, 10).entries}
    seller = by_name["Mug rack"].seller_id
    assert set(_names(found, "mug", seller_id=seller)) == {"Mug rack", "Oak board"}
    assert _names(found, f"s{seller}") == []


def test_results_come_page_by_page(found: Catalog) -> None:
    """Each once, in the same order as all at once."""
    page = found.matching("mug", BEST, 1)
    seen = list(page.entries)
    while page.next_page:
        page = found.matching("mug", Rank.read(page.next_page), 1)
        seen += page.entries
    assert seen == found.matching("mug", BEST, 10).entries
    assert len(seen) == 3


@given(st.text(max_size=60))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_typed_breaks_the_search(found: Catalog, typed: str) -> None:
    """Quotes, operators, control characters, any script: results or none, never an error."""
    for card in found.matching(typed, BEST, 10).entries:
        assert card.name


@given(st.text(alphabet="\"'*():^{}+-~ ANDORNOTNEAR\x00", max_size=40))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_syntax_breaks_the_search(found: Catalog, typed: str) -> None:
    """Least of all the search engine's own."""
    assert isinstance(found.matching(typed, BEST, 10).entries, list)


def test_what_is_typed_is_bounded() -> None:
    """At most eight words are looked for."""
    assert match_expression("word " * 1000).count("word") == 8
    assert len(match_expression("x" * 10_000)) < 250


@pytest.mark.parametrize("text", ["x", "__gAAAAAAAB________"])
def test_a_place_in_the_results_that_is_none_of_ours_is_refused(text: str) -> None:
    """Also what would be no number."""
    with pytest.raises(Invalid):
        Rank.read(text)
