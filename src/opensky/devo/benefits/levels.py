"""The levels that the settings name, and what comes with each."""

from collections.abc import Iterator
from dataclasses import dataclass

from opensky.settings import Settings
from opensky.settings_checks import check_levels


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
            Misconfigured: it is not understood.
        """
        check_levels(settings.levels)
        found = [Level(name=name, **table) for name, table in settings.levels.items()]
        self._levels = tuple(sorted(found, key=lambda each: each.points))

    def __bool__(self) -> bool:
        return bool(self._levels)

    def __iter__(self) -> Iterator[Level]:
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
