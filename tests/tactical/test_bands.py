"""What is usual: of past weeks where there are some, else of the last hour; and not moved by what is wild."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.tactical.bands import Width, banded, level, level_of_share
from opensky.tactical.lines import spread
from opensky.tactical.readings import Basis, Line

NUMBERS = st.floats(0, 1e6)
PLAIN = Width(part=0.0)


def _line(*values: float | None, step: int = 60) -> Line:
    return Line(0, step, values)


def test_a_band_is_that_of_the_same_time_in_past_weeks() -> None:
    """The middle is the median of the weeks, and a wild week changes nothing."""
    history = _line(*[10.0] * 30)
    weeks = [_line(*[value] * 6, step=300) for value in (10.0, 11.0, 9.0, 500.0)]
    band = banded(history, weeks, None, PLAIN)
    assert band.basis is Basis.WEEKS
    assert set(band.middle.values) == {10.5}
    assert set(band.low.values) == {10.5 - 3.5 * 1.4826 * 1.0}
    assert set(band.high.values) == {10.5 + 3.5 * 1.4826 * 1.0}


def test_a_band_follows_the_hours_of_the_weeks() -> None:
    history = _line(*[0.0] * 30)
    weeks = [_line(10.0, 10.0, 10.0, 50.0, 50.0, 50.0, step=300)] * 4
    band = banded(history, weeks, None, PLAIN)
    assert (band.middle.values[0], band.middle.values[-1]) == (10.0, 50.0)


def test_without_two_weeks_the_last_hour_says_what_is_usual() -> None:
    history = _line(*[10.0] * 4)
    recent = level([10.0, 12.0, 8.0, 10.0, 11.0, 9.0], PLAIN)
    band = banded(history, [_line(99.0, step=300), _line(None, step=300)], recent, PLAIN)
    assert band.basis is Basis.HOURS
    assert band.middle.values == (10.0,) * 4


def test_after_a_moment_nothing_is_usual_yet() -> None:
    band = banded(_line(1.0), [], level([1.0] * 5, PLAIN), PLAIN)
    assert (band.basis, band.middle.values) == (Basis.NOTHING, ())


def test_counts_are_allowed_what_chance_does() -> None:
    """Sixty a minute, one a second, always the same: a minute of 60 +- 3.5 x 8 is still chance."""
    width = Width(part=0.0, window=60, scale=60)
    band = banded(_line(60.0), [], level([60.0] * 20, width), width)
    assert band.low.values[0] == pytest.approx(60 - 3.5 * 60**0.5)


@given(st.lists(NUMBERS, min_size=6, max_size=50))
def test_what_is_usual_lies_in_its_own_band(recent: list[float]) -> None:
    band = banded(_line(0.0), [], level(recent, Width()), Width())
    low, middle, high = (line.values[0] for line in (band.low, band.middle, band.high))
    assert low is not None
    assert middle is not None
    assert high is not None
    assert low <= middle <= high
    assert middle == median(recent)


@given(st.lists(NUMBERS, min_size=7, max_size=50), st.floats(0, 1e12))
def test_one_wild_point_moves_what_is_usual_no_further_than_to_a_neighbour(values: list[float], wild: float) -> None:
    ordered = sorted(values)
    middle = len(ordered) // 2
    moved, _ = spread([*values, wild])
    assert ordered[middle - 1] <= moved <= ordered[min(middle + 1, len(ordered) - 1)]


def test_a_share_of_few_is_allowed_what_chance_does() -> None:
    """Of 120 cards of the last hour six were declined: of the next ten, three are no surprise, and six are."""
    found = level_of_share(6, 120, 10, PLAIN)
    assert found is not None
    assert found.middle == 5.0
    assert 30 < found.middle + found.half < 60


@given(st.floats(0, 1000), st.floats(6, 1000), st.floats(1, 1000))
def test_a_share_is_never_expected_beyond_what_there_is(part: float, whole: float, window: float) -> None:
    found = level_of_share(part, whole, window, PLAIN)
    assert found is not None
    assert 0 <= found.middle <= 100
    assert found.half >= 0
