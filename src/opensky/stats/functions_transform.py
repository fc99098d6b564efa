"""Functions that change each series: its points, its step, its time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest
from math import log10, sqrt
from typing import Any

from opensky.stats.functions import MOST_POINTS, Many, Request, evaluate, function, seconds_of
from opensky.stats.functions_combine import percentile, reducing
from opensky.stats.series import Points, Series
from opensky.stats.targets import Target


@function("scale")
def scale(series: Many, factor: float) -> Many:
    """Multiply."""
    return [s.each(f"scale({s.name},{factor:g})", lambda v: v * factor) for s in series]


@function("scaleToSeconds")
def scale_to_seconds(series: Many, seconds: float) -> Many:
    """Return points as for so many seconds."""
    return [_scaled(s, seconds) for s in series]


@function("offset")
def offset(series: Many, factor: float) -> Many:
    """Add a number."""
    return [s.each(f"offset({s.name},{factor:g})", lambda v: v + factor) for s in series]


@function("absolute")
def absolute(series: Many) -> Many:
    """Leave the sign out."""
    return [s.each(f"absolute({s.name})", abs) for s in series]


@function("invert")
def invert(series: Many) -> Many:
    """Return one by each point; nothing of 0."""
    return [s.each(f"invert({s.name})", lambda v: 1 / v if v else None) for s in series]


@function("squareRoot")
def square_root(series: Many) -> Many:
    """Return roots; nothing of what is below 0."""
    return [s.each(f"squareRoot({s.name})", lambda v: sqrt(v) if v >= 0 else None) for s in series]


@function("logarithm", "log")
def logarithm(series: Many, base: float = 10) -> Many:
    """Return logarithms; nothing of what has none."""
    return [s.each(f"log({s.name}, {base:g})", lambda v: log10(v) / log10(base) if v > 0 else None) for s in series]


@function("pow")
def power(series: Many, factor: float) -> Many:
    """Raise to a power; nothing where there is none."""
    return [s.each(f"pow({s.name},{factor:g})", lambda v: _power(v, factor)) for s in series]


@function("round")
def rounded(series: Many, precision: int = 0) -> Many:
    """Round."""
    return [s.each(f"round({s.name},{precision})", lambda v: float(round(v, precision))) for s in series]


@function("derivative")
def derivative(series: Many) -> Many:
    """Return by how much each point is above the one before."""
    return [_steps(s, f"derivative({s.name})", lambda before, v: v - before) for s in series]


@function("nonNegativeDerivative")
def non_negative_derivative(series: Many, max_value: float | None = None, min_value: float | None = None) -> Many:
    """Return by how much a counter went up; nothing where it began anew, unless it is known up to and from where it counts."""
    return [_risen(s, f"nonNegativeDerivative({s.name})", max_value, min_value) for s in series]


@function("perSecond")
def per_second(series: Many, max_value: float | None = None, min_value: float | None = None) -> Many:
    """Return by how much a counter went up in a second."""
    risen = [_risen(s, "", max_value, min_value) for s in series]
    return [
        replace(
            up, name=f"perSecond({s.name})", values=[None if v is None else round(v / s.step, 6) for v in up.values]
        )
        for s, up in zip(series, risen, strict=True)
    ]


@function("integral")
def integral(series: Many) -> Many:
    """Return sums so far."""
    found = []
    for each in series:
        total, values = 0.0, Points()
        for value in each.values:
            total += value or 0
            values.append(None if value is None else total)
        found.append(replace(each, name=f"integral({each.name})", values=values))
    return found


@function("keepLastValue")
def keep_last_value(series: Many, limit: float = float("inf")) -> Many:
    """Fill gaps of at most so many points with the point before."""
    found = []
    for each in series:
        values = list(each.values)
        gap = 0
        for n, value in enumerate(values):
            if value is None:
                gap += 1
                continue
            if 0 < gap <= limit and n > gap:
                values[n - gap : n] = [values[n - gap - 1]] * gap
            gap = 0
        if 0 < gap <= limit and len(values) > gap:
            values[-gap:] = [values[-gap - 1]] * gap
        found.append(replace(each, name=f"keepLastValue({each.name})", values=values))
    return found


@function("transformNull")
def transform_null(series: Many, default: float = 0, reference_series: Many | None = None) -> Many:
    """Put a number where there is no point; with others, only where one of them has a point."""
    if not reference_series:
        return [
            replace(
                s, name=f"transformNull({s.name},{default:g})", values=[default if v is None else v for v in s.values]
            )
            for s in series
        ]
    there = [any(v is not None for v in column) for column in zip_longest(*(s.values for s in reference_series))]
    return [
        replace(
            s,
            name=f"transformNull({s.name},{default:g},referenceSeries)",
            values=[default if v is None and known else v for v, known in zip_longest(s.values, there)],
        )
        for s in series
    ]


@function("isNonNull")
def is_non_null(series: Many) -> Many:
    """Return 1 where there is a point, else 0."""
    return [replace(s, name=f"isNonNull({s.name})", values=[float(v is not None) for v in s.values]) for s in series]


@function("minMax")
def min_max(series: Many) -> Many:
    """Bring the lowest to 0 and the highest to 1."""
    found = []
    for each in series:
        known = each.known()
        low, span = min(known, default=0), max(known, default=0) - min(known, default=0)
        found.append(each.each(f"minMax({each.name})", lambda v, low=low, span=span: (v - low) / span if span else 0.0))  # type: ignore[misc]
    return found


@function("removeAboveValue")
def remove_above_value(series: Many, n: float) -> Many:
    """Leave out points above a number."""
    return [s.each(f"removeAboveValue({s.name}, {n:g})", lambda v: v if v <= n else None) for s in series]


@function("removeBelowValue")
def remove_below_value(series: Many, n: float) -> Many:
    """Leave out points below a number."""
    return [s.each(f"removeBelowValue({s.name}, {n:g})", lambda v: v if v >= n else None) for s in series]


@function("nPercentile")
def n_percentile(series: Many, n: float) -> Many:
    """Draw the n-th percentile of each as a line."""
    found = []
    for each in series:
        level = percentile(each.known(), n)
        if level is not None:
            found.append(replace(each, name=f"nPercentile({each.name}, {n:g})", values=[level] * len(each.values)))
    return found


@function("summarize")
def summarize(series: Many, interval_string: str, func: str = "sum", align_to_from: bool = False) -> Many:  # noqa: FBT001, FBT002 - Graphite's
    """Make one point of each interval, in a way: ``sum``, ``avg``, ``max``, ``min``, ``last`` and others."""
    size, reduce = seconds_of(interval_string), reducing(func)
    found = []
    for each in series:
        start = each.start if align_to_from else each.start - each.start % size
        buckets: dict[int, list[float]] = {}
        for n, value in enumerate(each.values):
            if value is not None:
                buckets.setdefault((each.start + n * each.step - start) // size, []).append(value)
        # As in Graphite, the second that is no more drawn has its interval, too; it can be empty.
        many = _few(max(0, (each.end - (0 if not align_to_from else 1) - start) // size + 1), len(series))
        values: Points = [reduce(buckets[n]) if n in buckets else None for n in range(many)]
        words = f'"{interval_string}", "{func}"' + (", true" if align_to_from else "")
        found.append(replace(each, name=f"summarize({each.name}, {words})", start=start, step=size, values=values))
    return found


@function("hitcount")
def hitcount(series: Many, interval_string: str) -> Many:
    """Return how many there were in each interval, of rates a second; the last interval ends where the series does."""
    size = seconds_of(interval_string)
    found = []
    for each in series:
        many = _few(-(-(each.end - each.start) // size), len(series))
        start = each.end - many * size
        hits: dict[int, float] = {}
        for n, value in enumerate(each.values):
            first = each.start + n * each.step
            for bucket in range((first - start) // size, (first + each.step - 1 - start) // size + 1):
                inside = min(first + each.step, start + (bucket + 1) * size) - max(first, start + bucket * size)
                if value is not None:
                    hits[bucket] = hits.get(bucket, 0.0) + value * inside
        values: Points = [hits.get(n) for n in range(many)]
        name = f'hitcount({each.name}, "{interval_string}")'
        found.append(replace(each, name=name, start=start, step=size, values=values))
    return found


@function("timeShift", lazy=True)
def time_shift(request: Request, target: Target, time_shift: str) -> Many:
    """Draw what was before, such as ``"7d"``, at the place of now."""
    seconds = seconds_of(time_shift)
    shift = -seconds if time_shift.strip().startswith("+") else seconds
    said = time_shift if time_shift.strip()[:1] in {"+", "-"} else f"-{time_shift}"
    before = evaluate(target, request.shifted(shift))
    return [replace(s, name=f'timeShift({s.name}, "{said}")', start=s.start + shift) for s in before]


def _moving(name: str, how: str) -> Callable[..., Many]:
    def run(request: Request, target: Target, window_size: Any) -> Many:
        return _windows(request, target, window_size, name, how)

    return run


for _name, _how in (
    ("movingAverage", "average"),
    ("movingMedian", "median"),
    ("movingSum", "sum"),
    ("movingMin", "min"),
    ("movingMax", "max"),
):
    function(_name, lazy=True)(_moving(_name, _how))


@function("movingWindow", lazy=True)
def moving_window(request: Request, target: Target, window_size: Any, func: str = "average") -> Many:
    """Return, at each point, what those before it come to."""
    return _windows(request, target, window_size, f"moving{func.capitalize()}", func)


@function("exponentialMovingAverage", lazy=True)
def exponential_moving_average(request: Request, target: Target, window_size: Any) -> Many:
    """Return averages in which what is newer counts for more."""
    found = []
    for each, before, size in _reaching_back(request, target, window_size):
        weight = 2 / (size + 1)
        known = [v for v in each.values[:before] if v is not None]
        level = sum(known) / len(known) if known else 0.0
        values = Points()
        for value in each.values[before:]:
            if value is not None:
                level = weight * value + (1 - weight) * level
            values.append(None if value is None else level)
        name = f"exponentialMovingAverage({each.name},{_shown(window_size)})"
        found.append(replace(each, name=name, start=each.start + before * each.step, values=values))
    return found


def _windows(request: Request, target: Target, window: Any, name: str, how: str) -> Many:
    reduce = reducing(how)
    found = []
    for each, before, size in _reaching_back(request, target, window):
        values = Points()
        for n in range(before, len(each.values)):
            there = [v for v in each.values[max(0, n - size) : n] if v is not None]
            values.append(reduce(there) if there else None)
        start = each.start + before * each.step
        found.append(replace(each, name=f"{name}({each.name},{_shown(window)})", start=start, values=values))
    return found


def _reaching_back(request: Request, target: Target, window: Any) -> Sequence[tuple[Series, int, int]]:
    """Return series with what was before, by how many points, and how many points a window has: a number, or a span of time."""
    step = max((s.step for s in evaluate(target, request)), default=1)
    seconds = seconds_of(window) if isinstance(window, str) else int(window) * step
    if seconds <= 0:
        raise ValueError("a window has at least one point")
    found = []
    for each in evaluate(target, request.earlier(seconds)):
        before = max(0, (request.since - request.since % each.step + each.step - each.start) // each.step)
        found.append((each, before, max(1, seconds // each.step)))
    return found


def _shown(window: Any) -> str:
    return f'"{window}"' if isinstance(window, str) else str(window)


def _scaled(series: Series, seconds: float) -> Series:
    return series.each(f"scaleToSeconds({series.name},{seconds:g})", lambda v: round(v * seconds / series.step, 6))


def _steps(series: Series, name: str, how: Callable[[float, float], float | None]) -> Series:
    before: float | None = None
    values = Points()
    for value in series.values:
        values.append(None if value is None or before is None else how(before, value))
        before = value
    return replace(series, name=name, values=values)


def _risen(series: Series, name: str, most: float | None, least: float | None) -> Series:
    before: float | None = None
    values = Points()
    for value in series.values:
        if value is None or (most is not None and value > most) or (least is not None and value < least):
            values.append(None)
            before = None
            continue
        if before is None:
            values.append(None)
        elif value >= before:
            values.append(value - before)
        elif most is not None:
            values.append(most + 1 + value - before - (least or 0))
        else:
            values.append(None if least is None else value - least)
        before = value
    return replace(series, name=name, values=values)


def _few(intervals: int, series: int) -> int:
    if intervals * series > MOST_POINTS:
        raise ValueError(f"there would be more than {MOST_POINTS:,} intervals")
    return intervals


def _power(value: float, factor: float) -> float | None:
    try:
        found = value**factor
    except (OverflowError, ZeroDivisionError):
        return None
    return found if isinstance(found, float) else None
