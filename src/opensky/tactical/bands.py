"""What is usual: a band of the median and its robust deviation, of the same time in past weeks, else of the last hours.

The median of four weeks is not moved by one holiday, nor the deviation by one outage. Where there are no weeks yet, the band is level and
comes from what was just before; what is judged stands apart from what it is judged by, so that a fault does not soon look usual.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from opensky.tactical.lines import at, spread
from opensky.tactical.readings import Band, Basis, Line

WEEKS, WEEK = 4, 7 * 86_400
FEWEST_WEEKS = 2
FEWEST_POINTS = 4
FEWEST_RECENT = 6
"""With fewer points nothing is said to be usual."""
DEVIATIONS = 3.5
RECENT, RECENT_STEP, APART = 3600, 20, 60
"""Where there are no weeks, the last hour says what is usual, by points of so many seconds; but not its last seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How narrow a band may be at least: by a part of what is usual, by a distance, and for counts by what chance alone does.

    ``window`` is how many seconds a point stands for, ``scale`` by what a count in a second is multiplied to be such a point; a scale of 0
    is of what are no counts.
    """

    part: float = 0.1
    least: float = 0.0
    window: float = 60.0
    scale: float = 0.0

    def half(self, middle: float, deviation: float) -> float:
        """Return how far up and down from the middle is usual."""
        chance = sqrt(abs(middle) * self.scale / self.window) if self.scale else 0.0
        return max(DEVIATIONS * max(deviation, chance), self.part * abs(middle), self.least)


class Level(NamedTuple):
    """What a number was in the last hour, and how far up and down from that is usual."""

    middle: float
    half: float


def level(recent: Sequence[float], width: Width) -> Level | None:
    """Return what points of the last hour come to; nothing of too few."""
    if len(recent) < FEWEST_RECENT:
        return None
    middle, deviation = spread(recent)
    return Level(middle, width.half(middle, deviation))


def level_of_share(part: float, whole: float, window: float, width: Width) -> Level | None:
    """Return what a share was of all things of the last hour, in percent; ``window`` is of how many things one is judged.

    The median of its points would be 0 of what is rare, and the next one a surprise.
    """
    if whole < FEWEST_RECENT or window < 1:
        return None
    share = min(1.0, part / whole)
    likely = min(max(share, 1 / window), 1 - 1 / window) if window > 1 else share
    return Level(100 * share, width.half(100 * share, 100 * sqrt(likely * (1 - likely) / window)))


def banded(history: Line, weeks: Sequence[Line], before: Level | None, width: Width) -> Band:
    """Return the band behind a line. ``weeks`` are the lines of past weeks, moved to its seconds; ``before`` is what the last hour was."""
    found = _of_weeks(history, weeks, width)
    if found is not None or before is None:
        return found or Band()
    row = (before.middle - before.half, before.middle, before.middle + before.half)
    return _band(history, [row] * len(history.values), Basis.HOURS)


def _of_weeks(history: Line, weeks: Sequence[Line], width: Width) -> Band | None:
    if sum(1 for week in weeks if len(week.known()) * 2 > len(week.values)) < FEWEST_WEEKS:
        return None
    step = max(each.step for each in weeks)
    made: dict[int, tuple[float, float, float] | None] = {}
    rows = []
    for second in range(history.start, history.end, history.step):
        slot = second - second % step
        if slot not in made:
            made[slot] = _slot(weeks, slot, step, width)
        rows.append(made[slot])
    return _band(history, rows, Basis.WEEKS)


def _slot(weeks: Sequence[Line], slot: int, step: int, width: Width) -> tuple[float, float, float] | None:
    """The slots beside it count as well: traffic is seldom early or late by less, and twelve points say more than four."""
    near = [at(week, slot + side) for week in weeks for side in (-step, 0, step)]
    known = [each for each in near if each is not None]
    if len(known) < FEWEST_POINTS:
        return None
    middle, deviation = spread(known)
    half = width.half(middle, deviation)
    return middle - half, middle, middle + half


def _band(history: Line, rows: Sequence[tuple[float, float, float] | None], basis: Basis) -> Band:
    low, middle, high = (
        Line(history.start, history.step, tuple(None if row is None else row[which] for row in rows))
        for which in range(3)
    )
    return Band(low, high, middle, basis)
