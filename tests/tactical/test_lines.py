"""Points of a series brought to the points of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.stats.series import Series
from opensky.tactical import lines
from opensky.tactical.lines import How
from opensky.tactical.readings import Line

VALUES = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=60)


@given(VALUES, st.integers(0, 300), st.sampled_from([1, 5, 10, 30]), st.integers(0, 300), st.sampled_from(How))
def test_each_point_of_a_line_is_what_its_stretch_comes_to(
    values: list[float | None], start: int, step: int, since: int, how: How
) -> None:
    series = Series("a", start * step, step, list(values))
    line = lines.stretched(series, since, since + 200, 20, how)
    assert line.values == tuple(
        lines.over(series, second, second + line.step, how) for second in range(line.start, line.end, line.step)
    )


def test_a_coarser_series_keeps_its_own_step() -> None:
    line = lines.stretched(Series("a", 0, 300, [1.0, 2.0]), 0, 600, 60)
    assert (line.step, line.values) == (300, (1.0, 2.0))


def test_nothing_is_a_line_of_nothing() -> None:
    assert lines.stretched(None, 0, 180, 60) == Line(0, 60, (None, None, None))


@pytest.mark.parametrize(("how", "value"), [(How.MEAN, 2.0), (How.LAST, 1.0), (How.MOST, 3.0)])
def test_points_come_together_by_what_they_are(how: How, value: float) -> None:
    assert lines.over(Series("a", 0, 1, [2.0, None, 3.0, 1.0]), 0, 4, how) == value


def test_a_share_of_too_little_is_nothing() -> None:
    part, whole = Line(0, 60, (1.0, 1.0, None)), Line(0, 60, (4.0, 0.5, 10.0))
    assert lines.share(part, whole, 0.5).values == (25.0, None, 0.0)
