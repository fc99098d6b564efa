"""Functions that make one series of several, or fewer of many."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from opensky.stats.functions import Many, all_of, function
from opensky.stats.series import REDUCE, Reduce, Series, formatted, together

_OF_SERIES = {
    "sumSeries": ("sum", "sum"),
    "averageSeries": ("average", "avg"),
    "maxSeries": ("max", ""),
    "minSeries": ("min", ""),
    "multiplySeries": ("multiply", ""),
    "diffSeries": ("diff", ""),
    "stddevSeries": ("stddev", ""),
    "rangeOfSeries": ("range", ""),
    "medianSeries": ("median", ""),
}


def _of_series(name: str, how: str) -> Callable[..., Many]:
    def run(*lists: Many) -> Many:
        several = all_of(lists)
        return (
            [together(several, REDUCE[how], f"{name}({formatted(several)})", all_of=how == "multiply")]
            if several
            else []
        )

    return run


for _name, (_how, _short) in _OF_SERIES.items():
    function(*filter(None, (_name, _short)))(_of_series(_name, _how))


def reducing(name: str) -> Reduce:
    """Return what reduces points to one, by Graphite's name for it; raises ``ValueError``."""
    found = REDUCE.get(name) or REDUCE.get(name.removesuffix("Series"))
    if found is None:
        raise ValueError(f"there is no way {name!r} to make one of several")
    return found


@function("countSeries")
def count_series(*lists: Many) -> Many:
    """Return how many series there are, as a line."""
    several = all_of(lists)
    if not several:
        return []
    one = together(several, len, f"countSeries({formatted(several)})")
    return [one.each(one.name, lambda _: len(several))]


@function("aggregate")
def aggregate(series: Many, func: str) -> Many:
    """Return one series made of several in the named way."""
    return (
        [together(series, reducing(func), f"{func.removesuffix('Series')}Series({formatted(series)})")]
        if series
        else []
    )


@function("aggregateWithWildcards")
def aggregate_with_wildcards(series: Many, func: str, *position: int) -> Many:
    """Return one for each name that is left when these parts are taken out."""
    return _without(series, func, position)


@function("sumSeriesWithWildcards")
def sum_series_with_wildcards(series: Many, *position: int) -> Many:
    """Return sums by the name without these parts."""
    return _without(series, "sum", position)


@function("averageSeriesWithWildcards")
def average_series_with_wildcards(series: Many, *position: int) -> Many:
    """Return averages by the name without these parts."""
    return _without(series, "average", position)


@function("groupByNode")
def group_by_node(series: Many, node_num: int, callback: str = "average") -> Many:
    """Return one for each text in that part of the names."""
    return _grouped(series, callback, lambda s: parts_of(s, [node_num]))


@function("groupByNodes")
def group_by_nodes(series: Many, callback: str, *nodes: int) -> Many:
    """Return one for each combination of texts in those parts."""
    return _grouped(series, callback, lambda s: parts_of(s, nodes))


@function("groupByTags")
def group_by_tags(series: Many, callback: str, *tags: str) -> Many:
    """Return one for each combination of those tags."""
    return _grouped(series, callback, lambda s: ";".join([callback, *(f"{t}={s.tags.get(t, '')}" for t in tags)]))


@function("group")
def group(*lists: Many) -> Many:
    """Return all as they are."""
    return all_of(lists)


@function("divideSeries")
def divide_series(dividends: Many, divisor: Many) -> Many:
    """Return each divided by the one, point by point; nothing where that is nothing or 0."""
    if len(divisor) != 1:
        raise ValueError(f"it divides by one series, not by {len(divisor)}")
    return [
        _paired(each, divisor[0], lambda a, b: a / b if b else None, f"divideSeries({each.name},{divisor[0].name})")
        for each in dividends
    ]


@function("asPercent", "pct")
def as_percent(series: Many, total: Any = None, *nodes: int | str) -> Many:
    """Return each in hundredths of all, of a number, or of others; with parts of names, of those that have the same ones."""
    if nodes:
        return _as_percent_of_partners(series, total, nodes)
    if not series:
        return []
    if isinstance(total, int | float):
        return [s.each(f"asPercent({s.name},{total:g})", lambda v: 100 * v / total if total else None) for s in series]
    if total is not None and len(total) not in {1, len(series)}:
        raise ValueError(f"it takes one series as the whole, or as many as there are, not {len(total)}")
    if total and len(total) > 1:
        pairs = zip(*(sorted(each, key=lambda s: s.name) for each in (series, total)), strict=True)
        return [_percent(one, whole) for one, whole in pairs]
    whole = total[0] if total else together(series, sum, f"sumSeries({formatted(series)})")
    return [_percent(s, whole) for s in series]


def _as_percent_of_partners(series: Many, total: Any, by: Sequence[int | str]) -> Many:
    if total is not None and not isinstance(total, list):
        raise ValueError("with parts of names, the whole is series, not a number")
    wholes: dict[str, Many] = {}
    for each in series if total is None else total:
        wholes.setdefault(parts_of(each, by), []).append(each)
    summed = {
        key: several[0] if len(several) == 1 else together(several, sum, f"sumSeries({formatted(several)})")
        for key, several in wholes.items()
    }
    groups: dict[str, Many] = {}
    for each in series:
        groups.setdefault(parts_of(each, by), []).append(each)
    found = []
    for key in dict.fromkeys((*groups, *summed)):
        whole = summed.get(key)
        several = groups.get(key, [])
        found += [_percent(each, whole) if whole else _missing(each, f"{each.name},MISSING") for each in several]
        if key not in groups and whole:
            found.append(_missing(whole, f"MISSING,{whole.name}"))
    return found


def _percent(one: Series, whole: Series) -> Series:
    return _paired(one, whole, lambda a, b: 100 * a / b if b else None, f"asPercent({one.name},{whole.name})")


def _missing(one: Series, names: str) -> Series:
    return replace(one, name=f"asPercent({names})", values=[None] * len(one.values))


@function("percentileOfSeries")
def percentile_of_series(series: Many, n: float, interpolate: bool = False) -> Many:  # noqa: FBT001, FBT002 - Graphite's
    """Return, point by point, the n-th percentile of all."""
    if not series:
        return []
    return [
        together(
            series,
            lambda v: percentile(v, n, interpolate=interpolate),
            f"percentileOfSeries({series[0].path or series[0].name},{n:g})",
        )
    ]


def percentile(values: Sequence[float], n: float, *, interpolate: bool = False) -> float | None:
    """Return the n-th percentile as graphite-web has it; nothing of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    rank = n / 100 * (len(ordered) + 1)
    place = int(rank)
    if not interpolate:
        place += rank > place
    if place <= 0:
        return ordered[0]
    if place > len(ordered) - (1 if interpolate else 0):
        return ordered[-1]
    low = ordered[place - 1]
    return low + (rank - place) * (ordered[place] - low) if interpolate else low


def parts_of(series: Series, positions: Sequence[int | str]) -> str:
    """Return those parts of a series' name, or those tags of it, joined by dots; what is not there is left out."""
    parts = _parts(series)
    found = []
    for each in positions:
        if isinstance(each, str):
            found.append(series.tags.get(each, ""))
        elif -len(parts) <= each < len(parts):
            found.append(parts[each])
    return ".".join(found)


def _parts(series: Series) -> list[str]:
    """Return the parts of the first name within a series' own, whatever functions stand around it."""
    name = series.name.split(";")[0]
    inner = re.search(r"(?:.*\()?([^(),]+)", name)
    return (inner[1] if inner else name).split(".")


def _without(series: Many, how: str, positions: Sequence[int]) -> Many:
    return _grouped(series, how, lambda s: ".".join(p for n, p in enumerate(_parts(s)) if n not in positions))


def _grouped(series: Many, how: str, key: Callable[[Series], str]) -> Many:
    groups: dict[str, Many] = {}
    for each in series:
        groups.setdefault(key(each), []).append(each)
    reduce = reducing(how)
    short = how.removesuffix("Series")
    return [
        replace(together(several, reduce, name), path=f"{short}Series({formatted(several)})")
        for name, several in groups.items()
    ]


def _paired(one: Series, other: Series, how: Callable[[float, float], float | None], name: str) -> Series:
    """Return what comes of two series where both have a point."""
    return together([one, other], lambda both: how(both[0], both[1]) if len(both) > 1 else None, name)
