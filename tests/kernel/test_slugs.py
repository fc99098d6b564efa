"""Slugs are readable, plain, and free."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.kernel.slugs import LONGEST, free_slug, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Blue Mug", "blue-mug"),
        ("  Maya's Café & Bar!  ", "mayas-cafe-bar"),
        ("Smørrebrød, Straße, Łódź", "smorrebrod-strasse-lodz"),
        ("½ Liter", "1-2-liter"),
        ("日本", "x"),
        ("", "x"),
    ],
)
def test_a_name_becomes_small_letters_digits_and_dashes(name: str, slug: str) -> None:
    """Accents fall off, letters of other kinds become their plain ones, the rest a dash."""
    assert slug_of(name) == slug


@given(st.text())
def test_whatever_the_name_the_slug_fits_into_an_address_and_stays_as_it_is(name: str) -> None:
    """It has the form that validators ask for, and a slug of a slug is the slug."""
    slug = slug_of(name)

    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= LONGEST
    assert slug_of(slug) == slug


def test_a_taken_slug_gets_the_first_free_number() -> None:
    """From two on, as people count doubles."""
    assert free_slug("mug", ()) == "mug"
    assert free_slug("mug", {"mug"}) == "mug-2"
    assert free_slug("mug", {"mug", "mug-2", "mug-4"}) == "mug-3"
