"""Words, names and ids that imported things get: readable, valid, and always the same."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.devo.members.objects import Member, MemberId
from opensky.devo.sellers.objects import Seller, SellerId
from opensky.importing import ids, names
from opensky.importing.pictures import draw, maker_picture, product_picture
from opensky.importing.wording import SHELVES, product_name, readable_size, shelf_of, slug
from opensky.kernel.ids import made_at
from opensky.mapping import validate
from opensky.settings import Settings


@pytest.mark.parametrize(
    ("kind", "category", "size", "name"),
    [
        ("FLUID MILK WHITE ONLY", "FLUID MILK PRODUCTS", "1 GA", "Fluid milk, white only, 1 gal"),
        ("FRZN GARLIC BREAD/TOAST/STICKS", "FROZEN BREAD/DOUGH", "10 OZ", "Frozen garlic bread, toast, sticks, 10 oz"),
        ("PREMIUM COOKIES (EX: PEPPERIDG", "COOKIES/CONES", "6.5 OZ", "Premium cookies, 6.5 oz"),
        ("GRAPE JUICE (OVER 50% JUICE)", "CANNED JUICES", "64 OZ", "Grape juice, over 50% juice, 64 oz"),
        ("LEAN", "BEEF", "", "Beef, lean"),
        ("FOOD-MAGAZINE", "MAGAZINE", "", "Food magazine"),
        ("SFT DRNK 2 LITER BTL CARB INCL", "SOFT DRINKS", "2 L", "Soft drink, 2-liter bottle, 2 l"),
        ("POTATOES RUSSET (BULK&BAG)", "POTATOES", "", "Potatoes russet, loose or bagged"),
        ("MENS CASUAL HATS", "FALL AND WINTER SEASONAL", "", "Men's casual hats"),
        ("", "", "", "Odds and ends"),
    ],
)
def test_a_product_has_a_name_that_a_shopper_can_read(kind: str, category: str, size: str, name: str) -> None:
    """The till's shorthand is spelled out; what it cut off is left out."""
    assert product_name(kind, category, size) == name


@pytest.mark.parametrize(
    ("shorthand", "size"),
    [
        (".7 OZ", "0.7 oz"),
        ("1.00 OZ", "1 oz"),
        ("6 PK/4 OZ", "6 \N{MULTIPLICATION SIGN} 4 oz"),
        ("12/12 OZ", "12 \N{MULTIPLICATION SIGN} 12 oz"),
        ("1/2 GAL", "1/2 gal"),
        ("P    19 OZ", "19 oz"),
        ("80 LOADS", "80 loads"),
        ("479667 1 CT", "1 ct"),
        ("2 CT/9 IN", "2 ct, 9 in"),
    ],
)
def test_a_size_is_written_as_on_the_pack(shorthand: str, size: str) -> None:
    """Units get their usual signs, decimals a zero before the point, codes of the list go."""
    assert readable_size(shorthand) == size


@given(kind=st.text(max_size=40), category=st.text(max_size=40), size=st.text(max_size=12))
def test_no_shorthand_breaks_the_words(kind: str, category: str, size: str) -> None:
    """Whatever the list holds, a product gets a name within its length and a slug within its pattern."""
    name = product_name(kind, category, size)

    assert 0 < len(name) <= 160
    assert slug(name).strip("-") == slug(name) != ""


@pytest.mark.parametrize(
    ("department", "category", "shelf"),
    [
        ("PRODUCE", "BERRIES", "Fruit & vegetables"),
        ("GROCERY", "FROZEN PIZZA", "Frozen"),
        ("GROCERY", "SOUP", "Pantry"),
        ("DRUG GM", "VITAMINS", "Health"),
        ("DRUG GM", "", "Odds & ends"),
        ("POSTAL CENTER", "TICKETS", "Odds & ends"),
    ],
)
def test_a_product_stands_on_the_shelf_of_its_department(department: str, category: str, shelf: str) -> None:
    """The two departments that sell everything are told apart by category."""
    assert shelf_of(department, category).name == shelf


@given(source=st.sampled_from(["completejourney", "ciao-trust"]), number=st.integers(0, ids.PER_DAY - 1))
def test_people_and_makers_are_valid_and_always_the_same(source: str, number: int) -> None:
    """A name depends on source and number alone; addresses and slugs pass the shop's own rules."""
    at = datetime(2017, 1, 1, tzinfo=UTC)
    maker = names.maker(source, number)

    validate(
        Member(id=MemberId(1), email=names.address(source, number), name=names.person(source, number), joined_at=at)
    )
    validate(Seller(id=SellerId(1), slug=slug(maker), name=maker, joined_at=at))
    assert names.address(source, number).endswith(f".{number}@{source}.example")
    assert maker.endswith(f" {number}")
    assert names.maker(source, number) == maker


def test_a_name_is_the_same_on_every_machine() -> None:
    """Names are part of what an import gives: pinned."""
    assert names.person("completejourney", 900) == "Ezra Haddad"
    assert names.maker("completejourney", 69) == "Golden Court 69"


@given(
    st.lists(
        st.tuples(st.sampled_from((ids.MEMBER, ids.SELLER)), st.integers(1, 3), st.integers(0, 10_000)), unique=True
    )
)
def test_ids_of_a_dated_source_are_unique_and_tell_the_second(things: list[tuple[int, int, int]]) -> None:
    """Kind, second and ordinal each make a difference, and the time can be read from the id."""
    second = 1_483_271_606
    made = [ids.at_second(kind, second + s, ordinal) for kind, s, ordinal in things]

    assert len(set(made)) == len({(k, s, o) for k, s, o in things})
    assert [made_at(i).replace(microsecond=0).timestamp() for i in made] == [second + s for _, s, _ in things]


@given(
    st.lists(
        st.tuples(st.sampled_from((ids.MEMBER, ids.SELLER)), st.integers(1, 9), st.integers(0, ids.PER_DAY - 1)),
        unique=True,
    )
)
def test_ids_of_undated_sources_never_meet(things: list[tuple[int, int, int]]) -> None:
    """Kind, day and number each make a difference, and all ids fit 63 bits."""
    made = [ids.in_day(*thing) for thing in things]

    assert len(set(made)) == len(things)
    assert all(0 < i < 1 << 63 for i in made)


def test_every_shelf_has_pictures_that_are_well_formed(settings: Settings) -> None:
    """Each tile that can be named is drawn, and is SVG."""
    draw(settings.data)

    paths = [maker_picture(s) for s in SHELVES] + [product_picture(s, n) for s in SHELVES for n in range(20)]
    assert {ET.parse(settings.data / p).getroot().tag for p in paths} == {"{http://www.w3.org/2000/svg}svg"}  # noqa: S314 - our own
