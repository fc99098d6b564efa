"""The levels that the settings name, and what comes with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opensky.devo.benefits.objects import LONGEST_LEVEL
from opensky.kernel.errors import Misconfigured
from opensky.settings import Settings

_KNOWN = frozenset({"points", "free_shipping"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level: from how many points on, and whether delivery costs its members nothing."""

    name: str
    points: int
    free_shipping: bool = False


class Levels:
    """All levels of the shop, the lowest first. A shop without the setting has none."""

    def __init__(self, settings: Settings) -> None:
        """Read the setting ``levels``.

        Raises:
            Misconfigured: it is not a table of tables with ``points`` and, where wanted, ``free_shipping``.
        """
        found = [_level(name, table) for name, table in settings.levels.items()]
        self._levels = tuple(sorted(found, key=lambda each: each.points))
        if len({each.points for each in found}) != len(found):
            raise Misconfigured("Two of the 'levels' begin at the same number of points; give each its own.")

    def __bool__(self) -> bool:
        return bool(self._levels)

    def __iter__(self) -> Any:
        return iter(self._levels)

    def named(self, name: str) -> Level | None:
        """Return the level of this name; none, if there is none (any more)."""
        return next((each for each in self._levels if each.name == name), None)

    def at(self, points: int) -> Level | None:
        """Return the level that so many points reach."""
        return next((each for each in reversed(self._levels) if each.points <= points), None)

    def above(self, level: Level | None) -> Level | None:
        """Return the level that comes next."""
        return next((each for each in self._levels if level is None or each.points > level.points), None)

    def highest(self, *levels: Level | None) -> Level | None:
        """Return the highest of these."""
        return max((each for each in levels if each is not None), key=lambda each: each.points, default=None)


def _level(name: str, table: object) -> Level:
    shape = f"[levels.{name}] should be like: points = 500, free_shipping = true."
    if not (0 < len(name) <= LONGEST_LEVEL) or not isinstance(table, Mapping) or set(table) - _KNOWN:
        raise Misconfigured(f"The setting 'levels' is not understood; {shape}", key="levels")
    points, free = table.get("points"), table.get("free_shipping", False)
    if type(points) is not int or points < 1 or type(free) is not bool:
        raise Misconfigured(f"The setting 'levels' is not understood; {shape}", key="levels")
    return Level(name=name, points=points, free_shipping=free)
