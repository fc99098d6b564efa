"""Functions that choose among series, order them, name them, or draw a line by themselves."""

import re
from collections.abc import Callable
from dataclasses import replace
from math import fsum
from typing import Any

from opensky.stats.expressions import pattern as read_pattern
from opensky.stats.functions import Many, Request, evaluate, function
from opensky.stats.functions_combine import parts_of, percentile, reducing
from opensky.stats.series import Series
from opensky.stats.targets import Target


def _level(how: str) -> Callable[[Series], float]:
    """Return what measures a series; one without points is below all."""
    reduce = reducing(how)
    return lambda series: reduce(known) if (known := series.known()) else float("-inf")


def _of_all(how: str, *, highest: bool) -> Callable[..., Many]:
    def run(series: Many, n: int = 1) -> Many:
        ordered = sorted((s for s in series if s.known()), key=_level(how), reverse=highest)
        return ordered[:n]

    return run


for _what, _how in (("Current", "last"), ("Average", "average"), ("Max", "max"), ("Min", "min")):
    function(f"highest{_what}")(_of_all(_how, highest=True))
    function(f"lowest{_what}")(_of_all(_how, highest=False))


@function("highest")
def highest(series: Many, n: int = 1, func: str = "average") -> Many:
    """Return the n that come to most."""
    return sorted((s for s in series if s.known()), key=_level(func), reverse=True)[:n]


@function("lowest")
def lowest(series: Many, n: int = 1, func: str = "average") -> Many:
    """Return the n that come to least."""
    return sorted((s for s in series if s.known()), key=_level(func))[:n]


def _where(how: str, *, above: bool) -> Callable[..., Many]:
    def run(series: Many, n: float) -> Many:
        level = _level(how)
        return [s for s in series if s.known() and (level(s) > n if above else level(s) <= n)]

    return run


for _what, _how in (("current", "last"), ("average", "average"), ("maximum", "max"), ("minimum", "min")):
    function(f"{_what}Above")(_where(_how, above=True))
    function(f"{_what}Below")(_where(_how, above=False))


@function("limit")
def limit(series: Many, n: int) -> Many:
    """Return the first n."""
    return series[:n]


@function("grep", lazy=True)
def grep(request: Request, target: Target, pattern: str) -> Many:
    """Return those whose names match."""
    wanted = read_pattern(pattern, request.ways)
    return [s for s in evaluate(target, request) if wanted.search(s.name)]


@function("exclude", lazy=True)
def exclude(request: Request, target: Target, pattern: str) -> Many:
    """Return those whose names do not match."""
    unwanted = read_pattern(pattern, request.ways)
    return [s for s in evaluate(target, request) if not unwanted.search(s.name)]


@function("mostDeviant")
def most_deviant(series: Many, n: int) -> Many:
    """Return the n that go up and down most."""
    return sorted((s for s in series if s.known()), key=_level("stddev"), reverse=True)[:n]


@function("removeEmptySeries")
def remove_empty_series(series: Many) -> Many:
    """Return those that have a point."""
    return [s for s in series if s.known()]


@function("sortByName")
def sort_by_name(series: Many, natural: bool = False, reverse: bool = False) -> Many:  # noqa: FBT001, FBT002 - Graphite's
    """Order by name; ``natural``: 2 before 10."""

    def key(one: Series) -> Any:
        if not natural:
            return one.name
        return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", one.name)]

    return sorted(series, key=key, reverse=reverse)


def _sorted(how: str) -> Callable[..., Many]:
    def run(series: Many) -> Many:
        return sorted(series, key=_level(how), reverse=how != "min")  # the greatest first, but for the least

    return run


for _name, _how in (("sortByMaxima", "max"), ("sortByMinima", "min"), ("sortByTotal", "sum")):
    function(_name)(_sorted(_how))


@function("alias")
def alias(series: Many, new_name: str) -> Many:
    """Name them."""
    return [s.named(new_name) for s in series]


@function("aliasByNode", "aliasByTags")
def alias_by_node(series: Many, *nodes: int | str) -> Many:
    """Name each by parts of its name, or by tags."""
    return [s.named(parts_of(s, nodes)) for s in series]


@function("aliasByMetric")
def alias_by_metric(series: Many) -> Many:
    """Name each by the last part of its name."""
    return [s.named(parts_of(s, [-1])) for s in series]


@function("aliasSub", lazy=True)
def alias_sub(request: Request, target: Target, search: str, replace: str) -> Many:
    """Name each by replacing what matches in its name."""
    found = read_pattern(search, request.ways)
    return [s.named(found.sub(replace, s.name)) for s in evaluate(target, request)]


@function("substr")
def substr(series: Many, start: int = 0, stop: int = 0) -> Many:
    """Name each by some parts of its name."""
    found = []
    for each in series:
        inner = re.sub(r"^.*\(|[),].*$", "", each.name).split(".")
        found.append(each.named(".".join(inner[start : stop or None])))
    return found


@function("consolidateBy")
def consolidate_by(series: Many, consolidation_func: str) -> Many:
    """Say how points are made fewer where there are too many to draw."""
    reducing(consolidation_func)
    return [
        replace(
            s,
            name=f'consolidateBy({s.name},"{consolidation_func}")',
            tags={**s.tags, "consolidateBy": consolidation_func},
        )
        for s in series
    ]


@function("constantLine", lazy=True)
def constant_line(request: Request, value: float) -> Many:
    """Draw a line."""
    step = max(1, (request.until - request.since) // 2)
    return [Series(f"{value:g}", request.since, step, [value] * 3, path=f"constantLine({value})")]


@function("averageOutsidePercentile")
def average_outside_percentile(series: Many, n: float) -> Many:
    """Return those whose average is among the outermost."""
    levels = [fsum(s.known()) / len(s.known()) for s in series if s.known()]
    wide = max(n, 100 - n)
    low, high = percentile(levels, 100 - wide), percentile(levels, wide)
    if low is None or high is None:
        return []
    return [s for s in series if s.known() and not low < fsum(s.known()) / len(s.known()) < high]
