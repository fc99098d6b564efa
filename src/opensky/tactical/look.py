"""A look at the numbers, at one instant: what tiles, tiers and rows ask for. What changes slowly is kept for a while."""

from collections.abc import Callable
from math import fsum
from typing import Any, TypeVar

from opensky.stats.series import Series
from opensky.tactical.lines import How, over, points
from opensky.tactical.numbers import Numbers

_MOST_KEPT = 5000
_MINUTE, _LONG_FOR = 60.0, 3.0
_T = TypeVar("_T")


class Memory:
    """What was made of numbers and holds for some seconds."""

    def __init__(self) -> None:
        self._kept: dict[object, tuple[float, float, Any]] = {}

    def kept(self, key: object, seconds: float, now: float, make: Callable[[], _T]) -> _T:
        """Return what was made under a key, or make it when that is longer ago than so many seconds."""
        found = self._kept.get(key)
        if found is None or not found[0] <= now < found[1]:
            if len(self._kept) > _MOST_KEPT:
                self._kept.clear()
            found = self._kept[key] = (now, now + seconds, make())
        made: _T = found[2]
        return made


class Look:
    """The numbers at an instant."""

    def __init__(self, numbers: Numbers, now: float, memory: Memory | None = None) -> None:
        self.numbers = numbers
        self.now = now
        self.memory = memory or Memory()
        self._fetched: dict[str, list[Series]] = {}

    def kept(self, key: object, seconds: float, make: Callable[[], _T]) -> _T:
        """Return what was made under a key not longer than so many seconds ago."""
        return self.memory.kept(key, seconds, self.now, make)

    def series(self, target: str, seconds: float, until: float = 0.0) -> list[Series]:
        """Return the series that a target was in the last seconds, or in those before ``until``."""
        end = until or self.now
        return self.numbers.fetch(target, end - seconds - 1, end)

    def one(self, target: str, seconds: float, until: float = 0.0) -> Series | None:
        """Return the only series of a target, or the first of several; nothing where there is none."""
        return next(iter(self.series(target, seconds, until)), None)

    def value(self, target: str, seconds: float = 60.0, how: How = How.MEAN) -> float | None:
        """Return what the last seconds of a target come to."""
        return over(next(iter(self._lately(target, seconds)), None), self.now - seconds, self.now + 1, how)

    def count(self, target: str, seconds: float = 60.0) -> float:
        """Return how often something happened in the last seconds, of a rate."""
        series = next(iter(self._lately(target, seconds)), None)
        return 0.0 if series is None else fsum(points(series, self.now - seconds, self.now + 1)) * series.step

    def each(self, target: str, seconds: float = 60.0, how: How = How.MEAN) -> list[tuple[str, float]]:
        """Return what the last seconds of each series of a target come to, by its name; those that have said nothing are left out."""
        found = [
            (each.name, over(each, self.now - seconds, self.now + 1, how)) for each in self._lately(target, seconds)
        ]
        return [(name, value) for name, value in found if value is not None]

    def _lately(self, target: str, seconds: float) -> list[Series]:
        """Several ask for the same last minute, so it is fetched once a look; of longer times some seconds more or less do not matter."""
        if seconds > _MINUTE:
            return self.kept(("lately", target, seconds), _LONG_FOR, lambda: self.series(target, seconds + _LONG_FOR))
        found = self._fetched.get(target)
        if found is None:
            found = self._fetched[target] = self.series(target, _MINUTE)
        return found
