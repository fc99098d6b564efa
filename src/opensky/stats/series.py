"""Series as functions see them: a name, when it begins, its step, its points; and how several are brought to one step."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import fsum, gcd, sqrt

Points = list[float | None]
Reduce = Callable[[Sequence[float]], float]


@dataclass(frozen=True, slots=True)
class Series:
    """Points from the second ``start``, one each ``step`` seconds; ``None`` where there is none. ``path``: of which names it was made.

    ``look``: how it is drawn, where not as others are: ``color``, ``width``, ``dashed``, ``alpha``, ``stacked``, ``second`` (axis),
    ``infinite`` (a line from bottom to top at each point), ``invisible``.
    """

    name: str
    start: int
    step: int
    values: Points
    path: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    look: dict[str, str | float] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The second after its last point."""
        return self.start + self.step * len(self.values)

    def known(self) -> list[float]:
        """Return the points that are there."""
        return [value for value in self.values if value is not None]

    def named(self, name: str) -> "Series":
        """Return it under another name."""
        return replace(self, name=name)

    def looking(self, **look: str | float) -> "Series":
        """Return it drawn otherwise."""
        return replace(self, look=self.look | look)

    def each(self, name: str, change: Callable[[float], float | None]) -> "Series":
        """Return it with each point that is there changed."""
        return replace(self, name=name, values=[None if v is None else change(v) for v in self.values])


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _deviation(values: Sequence[float]) -> float:
    mean = fsum(values) / len(values)
    return sqrt(fsum((v - mean) ** 2 for v in values) / len(values))


def _product(values: Sequence[float]) -> float:
    found = 1.0
    for value in values:
        found *= value
    return found


def _difference(values: Sequence[float]) -> float:
    return values[0] - fsum(values[1:])


REDUCE: dict[str, Reduce] = {
    "sum": fsum,
    "total": fsum,
    "average": lambda values: fsum(values) / len(values),
    "avg": lambda values: fsum(values) / len(values),
    "max": max,
    "min": min,
    "last": lambda values: values[-1],
    "current": lambda values: values[-1],
    "first": lambda values: values[0],
    "median": _median,
    "stddev": _deviation,
    "range": lambda values: max(values) - min(values),
    "rangeOf": lambda values: max(values) - min(values),
    "multiply": _product,
    "diff": _difference,
    "count": len,
}


def brought_together(several: Sequence[Series]) -> list[Series]:
    """Return series with one start and one step, the least that all can be averaged to; without points where one was shorter."""
    step = 1
    for each in several:
        step = step * each.step // gcd(step, each.step)
    start = min(each.start - each.start % step for each in several)
    end = max(each.end for each in several)
    return [_stretched(each, start, end, step) for each in several]


def together(
    several: Sequence[Series], reduce: Callable[[Sequence[float]], float | None], name: str, *, all_of: bool = False
) -> Series:
    """Return one series made of several, point by point, of those that have one there; with ``all_of`` only where all have."""
    even = brought_together(several)
    values: Points = []
    for points in zip(*(each.values for each in even), strict=True):
        try:
            found = fsum(points)  # the quickest look whether there is a gap
        except (TypeError, ValueError, OverflowError):
            there = [point for point in points if point is not None]
            values.append(reduce(there) if there and not (all_of and len(there) < len(points)) else None)
        else:
            values.append(found if reduce is fsum else reduce(points))
    return Series(name, even[0].start, even[0].step, values, path=name)


def consolidated(series: Series, step: int, how: str = "average") -> Series:
    """Return a series with a coarser step, a multiple of its own."""
    size = step // series.step
    start = series.start - series.start % step
    shift = (series.start - start) // series.step
    padded: Points = [None] * shift
    padded += series.values
    values = [_reduced(padded[at : at + size], REDUCE[how]) for at in range(0, len(padded), size)]
    return replace(series, start=start, step=step, values=values)


def formatted(several: Iterable[Series]) -> str:
    """Return the names of which something was made, each once, as functions write them into their own."""
    return ",".join(dict.fromkeys(each.path or each.name for each in several))


def _stretched(series: Series, start: int, end: int, step: int) -> Series:
    if (series.start, series.end, series.step) == (start, end, step):
        return series
    if step != series.step:
        series = consolidated(series, step)
    values: Points = [None] * ((series.start - start) // step)
    values += series.values
    values += [None] * -(-(end - series.end) // step)
    return replace(series, start=start, values=values)


def _reduced(points: Sequence[float | None], reduce: Reduce) -> float | None:
    there = [point for point in points if point is not None]
    return reduce(there) if there else None
