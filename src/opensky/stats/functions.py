"""Functions of targets: a registry, what a function is given, and the evaluation of a target. The functions stand in the ``functions_*`` files.

Names and meanings are those of graphite-web 1.1: docs/stats.md lists which there are.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from opensky.stats.expressions import Ways
from opensky.stats.patterns import TooMany
from opensky.stats.series import Points, Series
from opensky.stats.store import Store
from opensky.stats.targets import Call, Path, Target, WrongTarget

_SUMS = {"sumSeries", "sum"}
MOST_SERIES, MOST_POINTS = 5_000, 3_000_000
_SPAN = re.compile(r"([+-]?)(\d+(?:\.\d+)?)\s*([a-z]+)")
_CAPITAL = re.compile("[A-Z]")
_CHANGED = re.compile(r"\w+\(.*\)", re.DOTALL)
_LEFT_OUT = {"xFilesFactor", "alignDST", "alignDst", "resetEnd", "alignToInterval"}
"""Parameters of Graphite's that are taken and change nothing here."""
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "week", "weeks"), 604_800),
    **dict.fromkeys(("mon", "month", "months"), 2_592_000),
    **dict.fromkeys(("y", "year", "years"), 31_536_000),
}

Many = list[Series]


@dataclass(slots=True)
class Room:
    """How many points a request may still draw."""

    left: int = MOST_POINTS

    def take(self, points: int, what: str) -> None:
        """Take some; raises ``WrongTarget`` where there are too many."""
        self.left -= points
        if self.left < 0:
            raise WrongTarget(f"{what} has more than {MOST_POINTS:,} points in that time, or all of the request have.")


@dataclass(frozen=True, slots=True)
class Request:
    """What is drawn: of which store, from when until when, and what time it is; seconds. ``stacks``: how high what is stacked is so far.

    ``room`` and ``ways``: how many points may still be drawn, and ways of patterns tried, by all of its targets together.
    """

    store: Store
    since: int
    until: int
    now: int
    stacks: dict[str, Points] = field(default_factory=dict)
    room: Room = field(default_factory=Room)
    ways: Ways = field(default_factory=Ways)

    def shifted(self, seconds: int) -> "Request":
        """Return it for a time that was so many seconds before."""
        return replace(self, since=self.since - seconds, until=self.until - seconds)

    def earlier(self, seconds: int) -> "Request":
        """Return it beginning so many seconds before."""
        return replace(self, since=self.since - seconds)


@dataclass(frozen=True, slots=True)
class Function:
    """A function: ``lazy`` ones are given the request and targets, not series, since they ask for another time."""

    name: str
    run: Callable[..., Any]
    lazy: bool

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """What it takes."""
        return list(inspect.signature(self.run).parameters.values())[int(self.lazy) :]


FUNCTIONS: dict[str, Function] = {}


def function(*names: str, lazy: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function under its names. A parameter that Graphite calls ``maxValue`` is ``max_value`` here."""

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            FUNCTIONS[name] = Function(name, run, lazy)
        return run

    return register


def evaluate(target: Target, request: Request) -> Many:
    """Return the series that a target is.

    Raises:
        WrongTarget: there is no such function, or it was given what it does not take.
    """
    if isinstance(target, Path):
        return named(target.pattern, _matching(target.pattern, request), request)
    if target.name in _SUMS and not target.named and all(isinstance(each, Path) for each in target.arguments):
        return _summed([each.pattern for each in target.arguments], request)
    known = FUNCTIONS.get(target.name)
    if known is None:
        raise WrongTarget(f"There is no function {target.name!r} here.")
    given = [_given(each, request, lazy=known.lazy) for each in target.arguments]
    by_name = {
        _CAPITAL.sub(lambda found: f"_{found[0].lower()}", key): _given(each, request, lazy=known.lazy)
        for key, each in target.named.items()
        if key not in _LEFT_OUT
    }
    run = partial(known.run, request) if known.lazy else known.run
    try:
        found: Many = run(*given, **by_name)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, re.error) as error:
        if isinstance(error, WrongTarget):
            raise
        raise WrongTarget(f"{target.name}: {error}.") from error
    # As in Graphite, what is changed is known by its new name, and what only has another name by its old one.
    return [replace(s, path=s.name) if s.path != s.name and _CHANGED.fullmatch(s.name) else s for s in found]


def seconds_of(text: str) -> int:
    """Return how many seconds a span such as ``1h``, ``-1d`` or ``30min`` is, without its sign; raises ``WrongTarget``."""
    spans = _SPAN.findall(text.strip().lower())
    if not spans or any(unit not in _UNITS for _, _, unit in spans):
        raise WrongTarget(f"{text!r} is no span of time such as 10min, 1h or 7d.")
    found = sum(float(number) * _UNITS[unit] for _, number, unit in spans)
    return int(found)


def all_of(lists: Iterable[Many]) -> Many:
    """Return several lists of series as one."""
    return [series for each in lists for series in each]


def _given(value: Any, request: Request, *, lazy: bool) -> Any:
    if isinstance(value, Path | Call) and not lazy:
        return evaluate(value, request)
    return value


def _summed(patterns: list[str], request: Request) -> Many:
    """Return the sum of the series of some patterns, the most frequent of all: their points are added up where they lie."""
    found = {pattern: _matching(pattern, request) for pattern in patterns}
    names = [name for pattern in patterns for name in found[pattern]]
    if not names:
        return []
    _check_points(names[:1], len(names), ",".join(found), request)
    start, step, values = request.store.total(names, request.since, request.until, now=request.now)
    del values[:1]
    name = f"sumSeries({','.join(pattern for pattern, several in found.items() if several)})"
    return [Series(name, start + step, step, values, path=name)]


def _matching(pattern: str, request: Request) -> list[str]:
    try:
        names = request.store.find(pattern)
    except TooMany as error:
        raise WrongTarget(str(error)) from error
    if len(names) > MOST_SERIES:
        raise WrongTarget(f"{pattern} are {len(names)} series; at most {MOST_SERIES} can be drawn at once.")
    return names


def _check_points(one: list[str], many: int, pattern: str, request: Request) -> None:
    found = request.store.fetch_all(one, request.since, request.until, now=request.now)
    request.room.take(len(found[0].values) * many if found else 0, pattern)


def named(pattern: str, names: list[str], request: Request) -> Many:
    """Return the series of these names, which a pattern stands for; raises ``WrongTarget`` where there are too many points."""
    _check_points(names[:1], len(names), pattern, request)
    found = []
    for name, (start, step, values) in zip(
        names, request.store.fetch_all(names, request.since, request.until, now=request.now), strict=True
    ):
        del values[:1]  # as in Graphite, the first point is the first one after the beginning
        found.append(Series(name, start + step, step, values, path=pattern, tags=_tags(name)))
    return found


def _tags(name: str) -> dict[str, str]:
    if ";" not in name:
        return {"name": name}
    base, *tags = name.split(";")
    return {"name": base} | {key: value for key, _, value in (each.partition("=") for each in tags)}
