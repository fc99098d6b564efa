"""Lines, bands and marks as pictures."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.tactical.drawing import NONE, Frame, bar, framing, instants, points, short, sparkline, thinned, ticks
from opensky.tactical.readings import Band, Line, Mark

NUMBERS = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False) | st.none()
LINES = st.builds(Line, st.integers(0, 2**31), st.sampled_from([1, 10, 60]), st.lists(NUMBERS, max_size=300).map(tuple))


def test_a_line_is_drawn_over_its_frame_from_left_to_right() -> None:
    """The newest point is at the right edge, the highest near the top."""
    frame = framing(Line(0, 60, (0, 50, 100)))
    assert (frame.since, frame.until, frame.low, frame.high) == (0, 120, 0, 100)
    assert points(Line(0, 60, (0, 50, 100)), frame) == "M0 200L300 106L600 12"


def test_what_was_not_counted_is_a_gap_and_not_a_line() -> None:
    """A point that stands alone is a dot."""
    frame = Frame(0, 4, 0, 10, 40, 100)
    assert points(Line(0, 1, (10, 10, None, 10, None)), frame) == "M0 6L10 6M30 6h0"


def test_nothing_counted_is_no_picture() -> None:
    """Rather than a line at zero."""
    assert sparkline(Line(0, 60, (None, None)), None, None, ()) == ""


def test_last_week_the_band_and_deploys_lie_behind_the_line() -> None:
    """Last week is drawn on this week's seconds, also where it is given on its own."""
    history = Line(604_800, 60, (1, 2, 3))
    band = Band(Line(604_800, 60, (0, 1, 2)), Line(604_800, 60, (2, 3, 4)))
    marks = (Mark(604_860, "1a2b3c", ("deploy",)), Mark(10, "long ago", ("deploy",)), Mark(604_900, "full", ("alert",)))
    drawn = sparkline(history, Line(0, 60, (3, 2, 1)), band, marks)
    kinds = [path.get("class") for path in ET.fromstring(drawn).iter("path")]  # noqa: S314 - our own picture
    assert kinds == ["band", "before", "mark deploy", "mark alert", "line", "here"]
    assert re.findall(r'"mark deploy" d="M(\d+)', drawn) == ["300"]


def test_a_shop_that_has_just_begun_sees_its_first_minutes() -> None:
    """And not three hours of nothing with a dot at their end."""
    young = Line(0, 60, (None,) * 170 + tuple(float(n) for n in range(10)))
    drawn = sparkline(young, Line(0, 60, (1.0,) * 180), Band(young, young), ())
    [line] = re.findall(r'class="line" d="M([\d.]+) ', drawn)
    assert 0 < float(line) < 200
    old = Line(0, 60, (None,) * 100 + tuple(float(n) for n in range(80)))
    [line] = re.findall(r'class="line" d="M([\d.]+) ', sparkline(old, None, None, ()))
    assert float(line) > 300


def test_a_line_that_is_far_from_nothing_is_drawn_closely() -> None:
    """Otherwise nobody would see it move."""
    assert framing(Line(0, 60, (95, 96, 97))).low == 95
    assert framing(Line(0, 60, (5, 96, 97))).low == 0


@given(LINES, st.none() | LINES)
def test_whatever_the_numbers_are_the_picture_is_well_formed(history: Line, before: Line | None) -> None:
    """And nothing of it lies to the left of its frame, or is no number."""
    drawn = sparkline(history, before, Band(history, history), ())
    if drawn:
        ET.fromstring(drawn)  # noqa: S314 - our own picture
        assert not re.search(r"nan|inf", drawn)


@given(st.lists(NUMBERS, min_size=1, max_size=2000))
def test_a_long_line_is_thinned_to_what_can_be_seen(values: list[float | None]) -> None:
    """It covers the same time, with means of what it stands for."""
    line = Line(0, 10, tuple(values))
    thin = thinned(line, 200)
    assert len(thin.values) <= 200
    assert line.end <= thin.end < line.end + thin.step
    known = line.known()
    assert all(min(known) - 1 <= each <= max(known) + 1 for each in thin.known())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, NONE),
        (float("nan"), NONE),
        (0, "0"),
        (0.004, "0.004"),
        (0.42, "0.42"),
        (3.456, "3.46"),
        (41, "41"),
        (1240.4, "1,240"),
        (12_345, "12.3k"),
        (3_456_000, "3.46M"),
        (-7.5, "-7.5"),
    ],
)
def test_numbers_are_written_shortly(value: float | None, written: str) -> None:
    """As one reads them from far."""
    assert short(value) == written


def test_a_bar_is_filled_to_its_share() -> None:
    """And never beyond its ends."""
    assert [re.findall(r'class="filled" width="([\d.]+)"', bar(share)) for share in (0.25, 2, -1, None)] == [
        ["25"],
        ["100"],
        ["0"],
        ["0"],
    ]


def test_axes_have_round_numbers_and_round_instants() -> None:
    """So that they can be read at a glance."""
    assert ticks(0, 97) == [0, 50]
    assert ticks(0, 105) == [0, 50, 100]
    assert ticks(3, 3) == [3]
    assert instants(1_795_500_000, 1_795_503_600)[:3] == [
        (1_795_500_000, "06:00"),
        (1_795_500_600, "06:10"),
        (1_795_501_200, "06:20"),
    ]


def test_numbers_beyond_all_measure_spoil_no_picture() -> None:
    """They are left out; a distance of two of them is none."""
    line = Line(0, 1, (1.0, 1e308, -1e308, float("inf"), float("nan"), 2.0))
    frame = framing(line)
    assert (frame.low, frame.high) == (1.0, 2.0)
    assert points(line, frame).count("M") == 2
    assert "line" in sparkline(line, None, None, ())
    assert short(1e308) == "1.0e+308"
    assert ticks(0.0, 5e-324) == [0.0]
