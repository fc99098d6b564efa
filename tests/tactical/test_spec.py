"""A tile as it is declared, and as it is read."""

from pathlib import Path

import pytest

from opensky.stats.store import Store
from opensky.tactical import words
from opensky.tactical.look import Look
from opensky.tactical.numbers import StoreNumbers
from opensky.tactical.readings import Basis, Graph, Row, State
from opensky.tactical.spec import Bad, Kind, Limits, Spec, judged, read_tile
from opensky.tactical.tiles import TILES, standard

NOON = 1_795_435_200
LOGINS = Spec(
    key="logins", title="Log-ins", target="a.rate", scale=60, unit="/min", says="log-ins a minute", bad=Bad.DOWN
)
SLOW = Spec(key="slow", title="Slow", target="a.ms", unit="ms", says="ms", kind=Kind.TIME, bad=Bad.UP)
USUAL = (90.0, 100.0, 110.0, Basis.WEEKS)


def test_a_declared_tile_has_its_number_its_line_and_its_sentence(tmp_path: Path) -> None:
    """Ten minutes of two log-ins a second, of which the last minute has one."""
    with Store(tmp_path, "1s:1h,10s:12h") as store:
        for second in range(NOON - 600, NOON):
            store.put({"a.rate": 1.0 if second >= NOON - 60 else 2.0}, second)
    numbers = StoreNumbers(tmp_path, lambda: NOON)
    tile = read_tile(LOGINS, Look(numbers, NOON))
    numbers.close()
    assert tile is not None
    assert (tile.now, tile.text, tile.unit, tile.state) == (60.0, "60", "/min", State.WATCH)
    assert tile.sentence == "60 log-ins a minute, 50 % under the usual 120."
    assert len(tile.history.values) == 180
    assert tile.history.values[-3:-1] == (120.0, 60.0)
    assert tile.band is not None
    assert tile.band.middle.last() == 120.0
    assert tile.graphs == (Graph("Log-ins", "scale(a.rate,60)", "/min"),)


def test_a_tile_of_a_month_has_last_week_behind_it(tmp_path: Path) -> None:
    with Store(tmp_path, "60s:4h,5m:60d") as store:
        for week in range(4, -1, -1):
            for second in range(NOON - week * 604_800 - 4 * 3600, NOON - week * 604_800, 60):
                store.put({"a.rate": 1.0 + week}, second)
    numbers = StoreNumbers(tmp_path, lambda: NOON)
    tile = read_tile(LOGINS, Look(numbers, NOON))
    numbers.close()
    assert tile is not None
    assert tile.last_week is not None
    assert tile.last_week.end == NOON
    assert set(tile.last_week.known()) == {120.0}
    assert tile.band is not None
    assert tile.band.basis is Basis.WEEKS
    assert tile.band.middle.values[90] == pytest.approx(60 * 3.5)  # the median of 2, 3, 4 and 5 a second


def test_a_tile_of_what_nobody_counts_says_so_or_is_not_there(tmp_path: Path) -> None:
    Store(tmp_path, "1s:1h").close()
    numbers = StoreNumbers(tmp_path, lambda: NOON)
    look = Look(numbers, NOON)
    tile = read_tile(LOGINS, look)
    assert tile is not None
    assert (tile.now, tile.state, tile.sentence) == (None, State.OK, "Nothing has been counted lately.")
    cache = next(each for each in TILES if each.key == "cache")
    assert read_tile(cache, look) is None
    numbers.close()


def test_a_tile_may_have_rows_of_its_own(tmp_path: Path) -> None:
    Store(tmp_path, "1s:1h").close()
    numbers = StoreNumbers(tmp_path, lambda: NOON)
    spec = Spec(key="x", title="X", target="x", says="x", rows=lambda look: [Row("now", f"{look.now:.0f}")])
    tile = read_tile(spec, Look(numbers, NOON))
    numbers.close()
    assert tile is not None
    assert tile.rows == (Row("now", str(NOON)),)


@pytest.mark.parametrize(
    ("spec", "now", "state", "said"),
    [
        (LOGINS, 100.0, State.OK, "100 log-ins a minute, as usual at this time."),
        (LOGINS, 70.0, State.WATCH, "70 log-ins a minute, 30 % under the usual 100."),
        (LOGINS, 5.0, State.BROKEN, "5 log-ins a minute, 95 % under the usual 100."),
        (LOGINS, 300.0, State.OK, "300 log-ins a minute, 3 times the usual 100."),  # more is not bad
        (SLOW, 130.0, State.OK, "130 ms, 30 % over the usual 100."),
        (SLOW, 400.0, State.WATCH, "400 ms, 4 times the usual 100."),
        (SLOW, 1500.0, State.BROKEN, "1,500 ms, 15 times the usual 100."),
        (SLOW, None, State.OK, "Nothing has been counted lately."),
    ],
)
def test_a_number_is_judged_by_what_is_usual(spec: Spec, now: float | None, state: State, said: str) -> None:
    assert judged(spec, now, USUAL) == (state, said)


def test_a_limit_holds_whatever_is_usual() -> None:
    spec = Spec(key="e", title="E", target="e", over="all", says="% fail", limits=Limits(1, 5))
    assert judged(spec, 2.0, (0.0, 3.0, 9.0, Basis.WEEKS)) == (State.WATCH, "2 % fail, above the limit of 1.")
    assert judged(spec, 7.0, None)[0] is State.BROKEN
    assert judged(spec, 1.0, None) == (State.OK, "1 % fail.")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (0.001, "0"),
        (0.42, "0.42"),
        (3.44, "3.4"),
        (41.4, "41"),
        (1240, "1,240"),
        (12_500, "12.5k"),
        (3.5e6, "3.5M"),
    ],
)
def test_numbers_are_said_shortly(value: float, said: str) -> None:
    assert words.number(value) == said


def test_the_tiles_have_keys_of_their_own_and_the_currency_of_the_shop() -> None:
    tiles = standard("EUR")
    assert len({each.key for each in tiles}) == len(tiles)
    assert next(each.unit for each in tiles if each.key == "revenue") == "EUR/h"


def test_two_failures_break_no_limit() -> None:
    spec = Spec(key="e", title="E", target="e", over="all", says="% fail", limits=Limits(1, 5))
    assert judged(spec, 20.0, None, 2.0)[0] is State.OK
    assert judged(spec, 20.0, None, 3.0)[0] is State.BROKEN
