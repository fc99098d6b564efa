"""The board in pieces: what is said, what changes, what is escaped."""

import re
from dataclasses import replace

import pytest

from opensky.tactical.example import example
from opensky.tactical.pages import Pieces, shell
from opensky.tactical.readings import Anomaly, Board, Line, Row, State, Tile

AT = 1_795_500_000.0


def text(html: str) -> str:
    """Return what somebody reads of a piece."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_board_says_the_verdict_and_the_three_worst() -> None:
    """In words, and not by a colour alone."""
    parts = Pieces().parts(example(AT, State.BROKEN))
    assert text(parts["verdict"]).startswith("Broken The database is slow")
    assert len(re.findall("<li", parts["worst"])) == 3
    assert "Bottleneck" in text(parts["stack"])


def test_a_tile_is_a_number_a_picture_a_sentence_and_a_table() -> None:
    """So that everybody has it in a way that they can take in."""
    parts = Pieces().parts(example(AT))
    assert re.match(r"\d+ /min", text(parts["tile-orders-now"]))
    assert parts["tile-orders-chart"].startswith("<svg")
    assert "<figcaption" in parts["tile-orders-words"]
    table = parts["tile-orders-table"]
    assert re.findall(r"<caption>(.*?)</caption>", table) == ["Orders"]
    assert re.findall(r'<th scope="row">(\d\d:\d\d)</th>', table)[:2] == ["03:30", "04:00"]


def test_a_tile_that_is_well_shows_its_rows_and_one_that_is_not_its_sentence() -> None:
    """The sentence of a tile that is well is there for those who cannot see the rows."""
    well = Pieces().parts(example(AT))["tile-orders-words"]
    unwell = Pieces().parts(example(AT, State.WATCH))["tile-orders-words"]
    assert ('class="unseen"' in well, 'class="rows"' in well) == (True, True)
    assert ('class="unseen"' in unwell, 'class="rows"' in unwell) == (False, False)


def test_only_what_has_changed_is_drawn_again() -> None:
    """A second later that is the clock."""
    pieces, board = Pieces(), example(AT)
    before = pieces.parts(board)
    after = pieces.parts(replace(board, at=AT + 1))
    assert [name for name in after if after[name] is not before[name]] == ["moment"]


def test_old_numbers_are_called_old() -> None:
    """A board whose clock goes on over numbers that do not must not look alive."""
    board = replace(example(AT), newest=AT - 42)
    assert "Numbers are 42 s old" in text(Pieces().parts(board)["moment"])
    assert "old" not in Pieces().parts(example(AT))["moment"]


def test_names_of_stats_are_escaped() -> None:
    """Who can make a stat's name up cannot put a script on the wall."""
    board = replace(
        example(AT),
        anomalies=(Anomaly("<script>alert(1)</script>", "<b>x</b>", 1, 1, 5, AT),),
        sentence="<i>",
        tiles=(Tile("orders", "<u>", "<s>", 1, "<em>", "<q>", rows=(Row("<a>", "<p>"),)),),
    )
    whole = "".join(Pieces().parts(board).values())
    assert re.findall(r"<(script|b>x|i>|u>|s>|em|q|a>)", whole) == []


def test_a_board_of_which_nothing_is_known_is_drawn_all_the_same() -> None:
    """The first second of a new shop."""
    bare = Board(AT, State.OK, "Nothing has been counted yet.", tiles=(Tile("x", "X", "Nothing.", None, "", ""),))
    parts = Pieces().parts(bare)
    assert parts["tile-x-chart"] == ""
    assert "No deploy has been marked yet." in parts["river"]


@pytest.mark.parametrize(
    ("narrow", "wide", "columns", "roomy", "rest"),
    [
        (3, 0, 6, True, (4, 4)),
        (10, 1, 6, True, (3, 3)),
        (14, 0, 6, True, (2, 2)),
        (12, 2, 6, False, (2, 2)),
        (15, 0, 7, True, (3, 4)),
        (18, 0, 7, True, (2, 2)),
        (19, 3, 8, False, (2, 2)),
        (99, 0, 8, True, (2, 2)),
    ],
)
def test_four_rows_hold_all_tiles(narrow: int, wide: int, columns: int, roomy: bool, rest: tuple[int, int]) -> None:
    """A team that adds tiles gets smaller ones, and no scroll bar; wide ones are wide while there is room."""
    tile = Tile("x", "X", "", 1, "1", "", history=Line(0, 60, (1.0,)))
    tiles = (tile,) * narrow + (replace(tile, columns=2),) * wide
    made = shell(replace(example(AT), tiles=tiles), {})
    assert made["columns"] == columns
    assert made["roomy"] is (roomy if wide else made["roomy"])
    assert (made["river"], made["strange"]) == rest
