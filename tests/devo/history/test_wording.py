"""How changes are worded: short in the timeline, word by word in full, and harmless in a spreadsheet."""

from typing import Any

import pytest

from opensky.devo.history.exports import cell
from opensky.devo.history.wording import NOTHING, compared, said, short

LONG = "I was a postman before I was a baker, which is why my bread travels well, even in the rain of November. "


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, NOTHING),
        ("", NOTHING),
        ([], NOTHING),
        (True, "yes"),
        (7, "7"),
        ({"minor": 1250, "currency": "USD"}, "$12.50"),
        ({"minor": "…", "currency": "…"}, "minor: …, currency: …"),
        ([{"sku": "A", "price": {"minor": 5, "currency": "EUR"}}, "b"], "sku: A, price: €0.05\nb"),
        ("2026-11-23T05:33:33.663108Z", "2026-11-23 05:33:33 UTC"),
    ],
)
def test_plain_values_are_said_as_a_person_reads_them(value: Any, text: str) -> None:
    """Money with its sign, an instant as a time, a list line by line."""
    assert said(value) == text


def test_long_texts_are_shown_from_where_they_differ() -> None:
    """Their common beginning would say nothing."""
    old, new = short(LONG + "Bye.", LONG + "Hello.")

    assert (old, new) == ("…the rain of November. Bye.", "…the rain of November. Hello.")
    assert short("a", "b") == ("a", "b")
    assert len(short("", LONG * 3)[1]) == 80


def test_texts_are_compared_word_by_word() -> None:
    """Each side has all of its own words."""
    old, new = compared("A blue bowl, small.", "A green bowl, small and round.")

    assert [piece.text for piece in old if piece.kind == "old"] == ["blue "]
    assert "".join(piece.text for piece in old) == "A blue bowl, small."
    assert [piece.text for piece in new if piece.kind == "new"] == ["green ", "and round"]
    assert "".join(piece.text for piece in new) == "A green bowl, small and round."


def test_very_long_texts_are_shown_whole() -> None:
    """Comparing them would take long."""
    old, new = compared("a " * 4000, "b " * 4000)

    assert (old[0].kind, new[0].kind, len(old), len(new)) == ("old", "new", 1, 1)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("@cmd", "'@cmd"),
        ("\t=1", "'\t=1"),
        ("-x", "'-x"),
        (-3, "-3"),
        (2.5, "2.5"),
        (None, ""),
        (["=1"], '["=1"]'),
        ("a=b", "a=b"),
    ],
)
def test_a_cell_is_never_a_formula(value: Any, written: str) -> None:
    """Numbers stay numbers."""
    assert cell(value) == written
