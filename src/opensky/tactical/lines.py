"""From what was counted to lines: points of equal stretches of time, and what they come to."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from math import fsum
from statistics import median

from opensky.stats.series import Series
from opensky.tactical.readings import Line


class How(StrEnum):
    """What several points of a series come to: rates and times are averaged, of levels the newest counts, or the highest."""

    MEAN = "mean"
    LAST = "last"
    MOST = "most"


_MADE: dict[How, Callable[[Sequence[float]], float]] = {
    How.MEAN: lambda points: fsum(points) / len(points),
    How.LAST: lambda points: points[-1],
    How.MOST: max,
}


def over(series: Series | None, since: float, until: float, how: How = How.MEAN) -> float | None:
    """Return what the points of a stretch come to: those that begin in it, its end left out. Nothing where there are none."""
    found = points(series, since, until)
    return _MADE[how](found) if found else None


def points(series: Series | None, since: float, until: float) -> list[float]:
    """Return the points that begin in a stretch and are there."""
    if series is None:
        return []
    first = max(0, -int((series.start - since) // series.step))
    last = max(first, -int((series.start - until) // series.step))
    return [each for each in series.values[first:last] if each is not None]


def stretched(series: Series | None, since: int, until: int, step: int, how: How = How.MEAN) -> Line:
    """Return a series as a line with this step, or with its own where that is coarser; both ends are brought to the step."""
    step = step if series is None or series.step <= step else series.step
    start, end = since - since % step, until - until % step
    if series is None:
        return Line(start, step, (None,) * len(range(start, end, step)))
    if step % series.step or (start - series.start) % series.step:
        return Line(start, step, tuple(over(series, each, each + step, how) for each in range(start, end, step)))
    # The same as over for each, of many points: most of what a board costs.
    made, several, size = _MADE[how], series.values, step // series.step
    first = (start - series.start) // series.step
    values: list[float | None] = []
    for place in range(first, first + size * len(range(start, end, step)), size):
        known = [each for each in several[max(0, place) : max(0, place + size)] if each is not None]
        values.append(made(known) if known else None)
    return Line(start, step, tuple(values))


def changed(line: Line, change: Callable[[float], float | None]) -> Line:
    """Return a line with each of its points changed."""
    return Line(line.start, line.step, tuple(None if each is None else change(each) for each in line.values))


def share(line: Line, whole: Line, least: float = 0.0) -> Line:
    """Return, in percent, how much a line is of another one with the same seconds; nothing where the whole is not above ``least``."""
    pairs = zip(line.values, whole.values, strict=False)
    return Line(line.start, line.step, tuple(_percent(part, of, least) for part, of in pairs))


def moved(line: Line, seconds: int) -> Line:
    """Return a line as if it had been so many seconds later."""
    return Line(line.start + seconds, line.step, line.values)


def at(line: Line, second: float) -> float | None:
    """Return the point of a second."""
    place = int((second - line.start) // line.step)
    return line.values[place] if 0 <= place < len(line.values) else None


def laid_on(line: Line, seconds: Line) -> Line:
    """Return a line with the seconds of another: each of those has the point that it falls into."""
    return Line(
        seconds.start, seconds.step, tuple(at(line, each) for each in range(seconds.start, seconds.end, seconds.step))
    )


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Return the median of some values and their median distance from it, as a deviation: a few wild ones change neither."""
    middle = median(values)
    return middle, 1.4826 * median([abs(each - middle) for each in values])


def _percent(part: float | None, whole: float | None, least: float) -> float | None:
    if whole is None or whole <= max(least, 0.0):
        return None
    return 100.0 * (part or 0.0) / whole
