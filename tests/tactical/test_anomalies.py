"""What stands out of all that is counted."""

import random

from opensky.stats.series import Points, Series
from opensky.tactical.anomalies import MOST, ranked

NOW, STEP = 1_795_435_200, 5
HOUR = 3600 // STEP


def _series(name: str, usual: float, lately: float, seconds: int, noise: float = 0.05) -> Series:
    chance = random.Random(name)
    values: Points = [usual * (1 + chance.uniform(-noise, noise)) for _ in range(HOUR)]
    count = seconds // STEP
    if count:
        values[-count:] = [lately] * count
    return Series(name, NOW - 3600, STEP, values)


def test_what_is_as_usual_is_no_anomaly() -> None:
    assert ranked([_series("stats.timers.web.ms.upper_95", 40.0, 41.0, 60)], NOW) == ()


def test_a_jump_is_told_with_what_was_usual_and_for_how_long() -> None:
    [found] = ranked([_series("stats.timers.web.ms.upper_95", 40.0, 400.0, 60)], NOW)
    assert found.name == "web.ms p95"
    assert found.sentence.startswith("web.ms p95: 10 times the usual 40, for 60 s")
    assert (found.now, found.since) == (400.0, NOW - 60)


def test_a_fall_is_an_anomaly_too() -> None:
    [found] = ranked([_series("stats.counters.order.paid.rate", 5.0, 0.0, 60)], NOW)
    assert found.deviations < 0


def test_a_single_point_is_chance() -> None:
    assert ranked([_series("stats.timers.web.ms.upper_95", 40.0, 400.0, 15)], NOW) == ()


def test_what_is_farther_and_lasts_longer_stands_first_and_only_eight_are_told() -> None:
    several = [_series(f"stats.timers.route.n{n}.upper_95", 40.0, 150.0 + 50 * n, 60) for n in range(12)]
    found = ranked(several, NOW)
    assert len(found) == MOST
    assert [each.name for each in found[:2]] == ["route.n11 p95", "route.n10 p95"]


def test_what_has_only_begun_says_nothing() -> None:
    new = Series("stats.counters.order.paid.rate", NOW - 60, STEP, [5.0] * 12)
    assert ranked([new], NOW) == ()


def test_a_rare_event_is_no_anomaly() -> None:
    """Two in a minute, of what usually never happens: chance allows that."""
    rare: Points = [0.0] * HOUR
    rare[-4] = rare[-10] = 0.2
    assert ranked([Series("stats.counters.order.held.rate", NOW - 3600, STEP, rare)], NOW) == ()
