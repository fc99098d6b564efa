"""More functions: gaps that are bridged, points that are moved or cut out, series that are filtered by what they come to."""

import operator
from collections.abc import Callable
from dataclasses import replace
from math import exp, log, sqrt
from typing import Any

from opensky.stats.expressions import pattern
from opensky.stats.functions import Many, Request, all_of, evaluate, function, seconds_of
from opensky.stats.functions_choose import constant_line
from opensky.stats.functions_combine import aggregate, aggregate_with_wildcards, parts_of, percentile, reducing
from opensky.stats.moments import moment
from opensky.stats.series import Points, Series, formatted, together
from opensky.stats.targets import Target, read_target

_MOST_SHIFTS = 100
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@function("interpolate")
def interpolate(series: Many, limit: float = float("inf")) -> Many:
    """Bridge gaps of at most so many points by a straight line."""
    found = []
    for each in series:
        values = list(each.values)
        last = -1
        for n, value in enumerate(values):
            if value is None:
                continue
            before = values[last] if last >= 0 else None
            if before is not None and 1 < n - last <= limit + 1:
                rise = (value - before) / (n - last)
                values[last + 1 : n] = [before + rise * step for step in range(1, n - last)]
            last = n
        found.append(replace(each, name=f"interpolate({each.name})", values=values))
    return found


@function("delay")
def delay(series: Many, steps: int) -> Many:
    """Move each so many points later."""
    found = []
    for each in series:
        empty: Points = [None] * min(abs(steps), len(each.values))
        values = each.values[-steps:] + empty if steps < 0 else empty + each.values[: len(each.values) - len(empty)]
        found.append(replace(each, name=f"delay({each.name},{steps})", values=values))
    return found


@function("add")
def add(series: Many, constant: float) -> Many:
    """Add a number."""
    return [s.each(f"add({s.name},{int(constant)})", lambda v: v + constant) for s in series]


@function("exp")
def exponential(series: Many) -> Many:
    """Raise e to each point."""
    return [s.each(f"exp({s.name})", exp) for s in series]


@function("logit")
def logit(series: Many) -> Many:
    """Return log(p / (1 - p)); nothing of what is not between 0 and 1."""
    return [s.each(f"logit({s.name})", lambda v: log(v / (1 - v)) if 0 < v < 1 else None) for s in series]


@function("sigmoid")
def sigmoid(series: Many) -> Many:
    """Return 1 / (1 + exp(-x))."""
    return [s.each(f"sigmoid({s.name})", lambda v: 1 / (1 + exp(-v)) if v > -700 else 0.0) for s in series]  # noqa: PLR2004 - exp knows no more


@function("offsetToZero")
def offset_to_zero(series: Many) -> Many:
    """Bring the lowest to 0."""
    found = []
    for each in series:
        low = min(each.known(), default=0)
        values: Points = [None if v is None else v - low for v in each.values]
        found.append(replace(each, name=f"offsetToZero({each.name})", values=values))
    return found


@function("changed")
def changed(series: Many) -> Many:
    """Return 1 where a point is another than the one before, else 0."""
    found = []
    for each in series:
        before: float | None = None
        values = Points()
        for value in each.values:
            values.append(float(before is not None and value is not None and value != before))
            before = before if value is None else value
        found.append(replace(each, name=f"changed({each.name})", values=values))
    return found


@function("stdev")
def deviation(series: Many, points: int, window_tolerance: float = 0.1) -> Many:
    """Return how far the last so many points lie apart; nothing where too few of them are there."""
    found = []
    for each in series:
        values = Points()
        for n in range(1, len(each.values) + 1):
            known = [v for v in each.values[max(0, n - points) : n] if v is not None]
            if not known or len(known) / points < window_tolerance:
                values.append(None)
                continue
            mean = sum(known) / len(known)
            values.append(sqrt(sum((v - mean) ** 2 for v in known) / len(known)))
        found.append(replace(each, name=f"stdev({each.name},{points})", values=values))
    return found


def _cut(name: str, *, above: bool) -> Callable[..., Many]:
    def run(series: Many, n: float) -> Many:
        found = []
        for each in series:
            level = percentile(each.known(), n)
            cut = each.each(
                f"{name}({each.name}, {n:g})",
                lambda v, level=level: v if level is None or (v <= level if above else v >= level) else None,  # type: ignore[misc]
            )
            found.append(cut)
        return found

    return run


function("removeAbovePercentile")(_cut("removeAbovePercentile", above=True))
function("removeBelowPercentile")(_cut("removeBelowPercentile", above=False))


@function("removeBetweenPercentile")
def remove_between_percentile(series: Many, n: float) -> Many:
    """Return those that are once among the outermost of all."""
    wide = max(n, 100 - n)
    columns = [[v for v in column if v is not None] for column in zip(*(s.values for s in series), strict=False)]
    bounds = [(percentile(column, 100 - wide), percentile(column, wide)) for column in columns]
    return [
        s
        for s in series
        if any(
            value is not None and low is not None and high is not None and not low < value < high
            for value, (low, high) in zip(s.values, bounds, strict=False)
        )
    ]


@function("timeSlice", lazy=True)
def time_slice(request: Request, target: Target, start_slice_at: str, end_slice_at: str = "now") -> Many:
    """Leave out what is not between two moments."""
    start, end = moment(start_slice_at, request.now), moment(end_slice_at, request.now)
    found = []
    for each in evaluate(target, request):
        values = [
            v if start <= request.since + n * each.step <= end else None for n, v in enumerate(each.values)
        ]  # as Graphite, by the beginning of what is drawn
        found.append(replace(each, name=f"timeSlice({each.name}, {start}, {end})", values=values))
    return found


@function("timeStack", lazy=True)
def time_stack(
    request: Request, target: Target, time_shift_unit: str = "1d", time_shift_start: int = 0, time_shift_end: int = 7
) -> Many:
    """Return the same of several times before, upon each other."""
    said = time_shift_unit if time_shift_unit[:1] in {"+", "-"} else f"-{time_shift_unit}"
    seconds = seconds_of(said) * (-1 if said.startswith("+") else 1)
    if time_shift_end - time_shift_start > _MOST_SHIFTS:
        raise ValueError(f"at most {_MOST_SHIFTS} times are drawn upon each other")
    return [
        replace(s, name=f"timeShift({s.name}, {said}, {n})", start=s.start + n * seconds)
        for n in range(int(time_shift_start), int(time_shift_end))
        for s in evaluate(target, request.shifted(n * seconds))
    ]


@function("smartSummarize", lazy=True)
def smart_summarize(
    request: Request, target: Target, interval_string: str, func: str = "sum", align_to: Any = None
) -> Many:
    """Make one point of each interval, the first of which begins where the series does, or at a minute, hour or day: "1h"."""
    size, reduce = seconds_of(interval_string), reducing(func)
    if isinstance(align_to, str):
        unit = seconds_of(f"1{align_to.lstrip('0123456789')}")
        request = replace(request, since=request.since - request.since % unit)
    found = []
    wanted = [(each, -(-(each.end - each.start) // size)) for each in evaluate(target, request)]
    request.room.take(sum(many for _, many in wanted), "smartSummarize")  # before any is made
    for each, many in wanted:
        values = Points()
        for n in range(many):
            first, last = -(-n * size // each.step), -(-(n + 1) * size // each.step)
            known = [v for v in each.values[first:last] if v is not None]
            values.append(reduce(known) if known else None)
        name = f'smartSummarize({each.name}, "{interval_string}", "{func}")'
        found.append(replace(each, name=name, step=size, values=values))
    return found


@function("unique")
def unique(*lists: Many) -> Many:
    """Return each name once."""
    found: dict[str, Series] = {}
    for each in all_of(lists):
        found.setdefault(each.name, each)
    return list(found.values())


@function("sortBy")
def sort_by(series: Many, func: str = "average", reverse: bool = False) -> Many:  # noqa: FBT001, FBT002 - Graphite's
    """Order by what each comes to."""
    reduce = reducing(func)
    return sorted(series, key=lambda s: reduce(s.known()) if s.known() else float("-inf"), reverse=reverse)


@function("filterSeries")
def filter_series(series: Many, func: str, operator: str, threshold: float) -> Many:
    """Return those that come to more or less than a number: 'max', '>', 10."""
    if operator not in _COMPARE:
        raise ValueError(f"one compares with {' '.join(_COMPARE)}, not with {operator!r}")
    reduce, fits = reducing(func), _COMPARE[operator]
    return [s for s in series if s.known() and fits(reduce(s.known()), threshold)]


@function("fallbackSeries")
def fallback_series(series: Many, fallback: Many) -> Many:
    """Return these, or the others where there are none."""
    return series or fallback


@function("useSeriesAbove", lazy=True)
def use_series_above(request: Request, target: Target, value: float, search: str, replace: str) -> Many:
    """Return others in the place of those that go above a number: their names, changed."""
    found = pattern(search, request.ways)
    names = [found.sub(replace, s.name) for s in evaluate(target, request) if max(s.known(), default=value) > value]
    return [s for name in names for s in evaluate(read_target(name), request)]


@function("aggregateLine", lazy=True)
def aggregate_line(request: Request, target: Target, func: str = "average", keep_step: bool = False) -> Many:  # noqa: FBT001, FBT002 - Graphite's
    """Draw what each comes to as a line."""
    reduce, found = reducing(func), []
    for each in evaluate(target, request):
        if not each.known():
            continue
        level = reduce(each.known())
        line = replace(each, values=[level] * len(each.values)) if keep_step else constant_line(request, level)[0]
        found.append(line.named(f"aggregateLine({each.name}, {level:g})"))
    return found


@function("legendValue")
def legend_value(series: Many, *value_types: str) -> Many:
    """Say in their names what they come to: 'max', 'avg', 'last'."""
    found = []
    for each in series:
        words = [f" ({how}: {reducing(how)(each.known()) if each.known() else None})" for how in value_types]
        found.append(each.named(each.name + "".join(words)))
    return found


@function("cumulative")
def cumulative(series: Many) -> Many:
    """Add up points where there are too many to draw."""
    return [replace(s, name=f'consolidateBy({s.name},"sum")', tags={**s.tags, "consolidateBy": "sum"}) for s in series]


@function("setXFilesFactor", "xFilesFactor")
def set_x_files_factor(series: Many, *_x_files_factor: float) -> Many:
    """Change nothing: a point is made of those that are there."""
    return series


@function("multiplySeriesWithWildcards")
def multiply_series_with_wildcards(series: Many, *position: int) -> Many:
    """Return products by the name without these parts."""
    found: Many = aggregate_with_wildcards(series, "multiply", *position)
    return found


def _pairs(how: str) -> Callable[..., Many]:
    def run(first: Many, second: Many) -> Many:
        if len(first) != len(second):
            raise ValueError(f"it takes pairs, not {len(first)} series and {len(second)}")
        return [
            aggregate([a, b], how)[0].named(f"{how}Series({a.name},{b.name})")
            for a, b in zip(first, second, strict=True)
        ]

    return run


for _how in ("sum", "diff", "multiply"):
    function(f"{_how}SeriesLists")(_pairs(_how))


@function("aggregateSeriesLists")
def aggregate_series_lists(first: Many, second: Many, func: str) -> Many:
    """Return one series of each pair."""
    return _pairs(func.removesuffix("Series"))(first, second)


@function("divideSeriesLists")
def divide_series_lists(dividends: Many, divisors: Many) -> Many:
    """Return each divided by its partner."""
    if len(dividends) != len(divisors):
        raise ValueError(f"it takes pairs, not {len(dividends)} series and {len(divisors)}")
    return [
        together(
            [a, b],
            lambda both: both[0] / both[1] if len(both) > 1 and both[1] else None,
            f"divideSeries({a.name},{b.name})",
        )
        for a, b in zip(dividends, divisors, strict=True)
    ]


@function("powSeries")
def pow_series(*lists: Many) -> Many:
    """Raise the first to the power of the next."""
    several = all_of(lists)

    def powers(values: Any) -> float | None:
        found = values[0]
        for value in values[1:]:
            found **= value
        return found if isinstance(found, float) else None

    return [together(several, powers, f"powSeries({formatted(several)})", all_of=True)] if several else []


@function("weightedAverage")
def weighted_average(series: Many, weights: Many, *nodes: int | str) -> Many:
    """Return the average in which each counts by the weight of the same parts of the name."""
    partners = {parts_of(s, nodes): s for s in weights}
    pairs = [(s, partners[key]) for s in series if (key := parts_of(s, nodes)) in partners]
    if not pairs:
        return []
    products = together([_product(s, w) for s, w in pairs], reducing("sum"), "")
    total = together(weights, reducing("sum"), "")
    names = (formatted(sorted(each, key=lambda s: s.path or s.name)) for each in (series, weights))
    name = "weightedAverage({}, {})".format(", ".join(names), ",".join(map(str, nodes)))
    return [together([products, total], lambda v: v[0] / v[1] if len(v) > 1 and v[1] else None, name)]


def _product(one: Series, other: Series) -> Series:
    return together([one, other], reducing("multiply"), "", all_of=True)


@function("applyByNode", lazy=True)
def apply_by_node(request: Request, target: Target, node_num: int, template_function: str, new_name: str = "") -> Many:
    """Draw a target for each beginning of names, which takes the place of % in it."""
    beginnings = sorted({".".join(s.name.split(".")[: node_num + 1]) for s in evaluate(target, request)})
    return [
        replace(s, name=new_name.replace("%", each) if new_name else s.name, path=each)
        for each in beginnings
        for s in evaluate(read_target(template_function.replace("%", each)), request)
    ]
