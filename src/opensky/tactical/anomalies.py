"""Anomalies: of all series that are counted, those that are far from what is usual, and for how long; the eight that stand out most."""

from collections.abc import Sequence
from math import log2, sqrt

from opensky.stats.series import Series
from opensky.tactical import bands, lines, words
from opensky.tactical.look import Look
from opensky.tactical.readings import Anomaly

MOST = 8
EVERY = 15.0
STEP, SEEN = 15, 8
"""Points of so many seconds; the newest of them are held against those of the hour before them."""
FAR, FEWEST = 5.0, 12
_TARGETS = (
    *(f"stats.counters.{'.'.join(['*'] * deep)}.rate" for deep in (1, 2, 3)),
    *(f"stats.timers.{'.'.join(['*'] * deep)}.upper_95" for deep in (2, 3)),
    *(f"stats.gauges.{'.'.join(['*'] * deep)}" for deep in (2, 3)),
)
_LEFT_OUT = (
    "stats.counters.statsd.",
    "stats.counters.process.",
    "stats.counters.stats.",
    "stats.gauges.process.",
    "stats.gauges.statsd.",
)
"""What says how the counting itself does, or is a sum of other things."""


def read_anomalies(look: Look) -> tuple[Anomaly, ...]:
    """Return what stands out, the most first."""
    return look.kept("anomalies", EVERY, lambda: ranked(_all(look), look.now))


def ranked(several: Sequence[Series], now: float) -> tuple[Anomaly, ...]:
    """Return the anomalies among some series, ranked by how far and for how long: twice as long counts as one deviation more."""
    found = [pair for pair in (_looked_at(each, now) for each in several) if pair is not None]
    return tuple(each for _, each in sorted(found, key=lambda pair: (-pair[0], pair[1].name))[:MOST])


def _looked_at(series: Series, now: float) -> tuple[float, Anomaly] | None:
    until = int(now)
    line = lines.stretched(series, until - bands.RECENT, until, STEP)
    seen = [each for each in line.values[-SEEN:] if each is not None]
    usual = [each for each in line.values[:-SEEN] if each is not None]
    if len(usual) < FEWEST or not seen:
        return None
    middle, deviation = lines.spread(usual)
    # The average of fifteen seconds of a count cannot be nearer than chance lets it, nor any number be told nearer than a tenth.
    chance = sqrt(max(abs(middle), 1 / STEP) / STEP) if series.name.startswith("stats.counters.") else 0.0
    deviation = max(deviation, chance, abs(middle) / 10, _least(series.name))
    outside = _outside(seen, middle, deviation)
    if not outside:
        return None
    away = (seen[-1] - middle) / deviation
    name = _short(series.name)
    said = (
        f"{name}: {words.against(seen[-1], middle)}"
        if middle > 0
        else f"{name}: {words.number(seen[-1])}, usually none"
    )
    lasting = outside * line.step
    return abs(away) + log2(1 + outside), Anomaly(
        name, f"{said}, for {words.span(lasting)}.", seen[-1], middle, away, now - lasting
    )


def _outside(seen: Sequence[float], middle: float, deviation: float) -> int:
    """Return how many of the newest points in a row are far away; a single one is no anomaly."""
    count = 0
    for value in reversed(seen):
        if abs(value - middle) <= FAR * deviation:
            break
        count += 1
    return count if count > 1 else 0


def _least(name: str) -> float:
    return 2.0 if name.startswith("stats.timers.") else 1.0 if name.startswith("stats.gauges.") else 0.0


def _short(name: str) -> str:
    return name.split(".", 2)[2].removesuffix(".rate").replace(".upper_95", " p95")


def _all(look: Look) -> list[Series]:
    return [
        series
        for target in _TARGETS
        for series in look.series(target, bands.RECENT)
        if not series.name.startswith(_LEFT_OUT)
    ]
