"""Kinds of an hour in a shop: how many come, how that changes, and what they come for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

_MINUTE, _HOUR = 60.0, 3600.0
_DAY = 24 * _HOUR
_USUAL = MappingProxyType(
    {
        "glance": 24,
        "stroll": 30,
        "seek": 14,
        "buy_as_guest": 10,
        "come_back": 12,
        "join": 6,
        "open_share": 3,
        "guess": 1,
    }
)


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of an hour."""

    name: str
    sentence: str
    visitors: float
    """How many come in a minute, before the curve."""
    curve: tuple[tuple[float, float], ...]
    """Points of (seconds, factor), joined by straight lines; after the last one it begins anew, or stays there with ``once``."""
    by_clock: bool = False
    """Whether the curve's seconds are those of the day, and not those since the start."""
    once: bool = False
    mix: Mapping[str, float] = field(default_factory=lambda: _USUAL)
    """What visitors come for, by the names in ``visits``, and how many of each."""
    crowd: float = 0.0
    """How many of all come for one and the same thing, which everybody talks of: 0 to 1."""

    def rate(self, since_start: float, second_of_day: float) -> float:
        """Return how many visitors come in a minute at a moment."""
        seconds = second_of_day if self.by_clock else since_start
        last = self.curve[-1][0]
        return self.visitors * _between(self.curve, min(seconds, last) if self.once else seconds % last)


def _between(curve: tuple[tuple[float, float], ...], at: float) -> float:
    for (before, low), (after, high) in pairwise(curve):
        if at <= after:
            return low + (high - low) * (at - before) / (after - before)
    return curve[-1][1]


_LAUNCH = MappingProxyType(
    {
        "glance": 30,
        "stroll": 14,
        "seek": 6,
        "buy_as_guest": 20,
        "come_back": 10,
        "join": 9,
        "open_share": 10,
        "guess": 1,
    }
)
_OF_A_DAY = ((0, 0.35), (3, 0.08), (5, 0.06), (8, 0.45), (12.5, 0.8), (15, 0.6), (20.5, 1.3), (22, 1.0), (24, 0.35))

PROFILES = {
    each.name: each
    for each in (
        Profile(
            "evening",
            "the busiest hours of a day, swelling a little",
            visitors=120,
            curve=((0, 1.0), (3 * _MINUTE, 1.15), (8 * _MINUTE, 0.85), (10 * _MINUTE, 1.0)),
        ),
        Profile(
            "quiet", "a night, when somebody comes now and then", visitors=8, curve=((0, 1.0), (10 * _MINUTE, 1.0))
        ),
        Profile(
            "launch",
            "a thing that everybody wants at once: five times as many within two minutes, then fewer and fewer",
            visitors=60,
            curve=((0, 1.0), (2 * _MINUTE, 5.0), (6 * _MINUTE, 3.0), (20 * _MINUTE, 1.2)),
            once=True,
            mix=_LAUNCH,
            crowd=0.6,
        ),
        Profile(
            "day",
            "whatever the clock says: a night, a lunch break, an evening",
            visitors=120,
            curve=tuple((hour * _HOUR, factor) for hour, factor in _OF_A_DAY),
            by_clock=True,
        ),
    )
}
assert all(each.curve[-1][0] <= _DAY for each in PROFILES.values())  # noqa: S101 - a clock comes no further
