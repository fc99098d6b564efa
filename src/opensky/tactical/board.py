"""The board: all that the shop's numbers say at an instant. One ``Boards`` serves a process; what changes slowly is kept between two looks."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from opensky.tactical.anomalies import read_anomalies
from opensky.tactical.deploys import read_deploys
from opensky.tactical.look import Look, Memory
from opensky.tactical.marking import TAG
from opensky.tactical.numbers import Numbers, NumbersUnavailable
from opensky.tactical.readings import Alert, Board, Deploy, Mark, NextJob, Stack, Tile
from opensky.tactical.spec import HISTORY, Spec, read_tile
from opensky.tactical.stack import PARTS, Part, read_stack
from opensky.tactical.tiles import TILES
from opensky.tactical.verdict import verdict

HEARTBEAT = "stats.counters.statsd.packets_received.rate"
"""What the statsd server says of itself each interval: the age of the newest of it is the age of all."""
_LOOK_BACK, _FURTHER_BACK = 60, (3500, 12 * 3600 - 60)
"""Seconds. Further back only when nothing has come for so long: through the second-fine hour of the store first, which knows it exactly."""
_FURTHER_FOR = 5.0
_MARKED = (TAG, "alert", "note")


def _no_job() -> NextJob | None:
    return None


def _no_alerts() -> Sequence[Alert]:
    return ()


class Boards:
    """Makes boards of numbers. Safe to be used by several threads, of which one makes a board at a time."""

    def __init__(
        self,
        numbers: Numbers,
        tiles: Sequence[Spec] = TILES,
        *,
        stack: Sequence[Part] = PARTS,
        jobs: Callable[[], NextJob | None] = _no_job,
        alerts: Callable[[], Sequence[Alert]] = _no_alerts,
    ) -> None:
        self._numbers = numbers
        self._tiles = tiles
        self._stack = stack
        self._next_job = jobs
        self._alerts = alerts
        self._memory = Memory()
        self._lock = threading.Lock()
        self._newest: float | None = None

    def read(self, now: float) -> Board:
        """Return what the numbers say at an instant; where there are none, a board that says so."""
        with self._lock:
            look = Look(self._numbers, now, self._memory)
            alerts = tuple(look.kept("alerts", 2.0, self._alerts))
            try:
                return self._read(look, alerts)
            except NumbersUnavailable as error:
                state, _, worst = verdict((), read_nothing(), (), alerts, None)
                return Board(now, state, str(error), worst, alerts=alerts, newest=self._newest)

    def _read(self, look: Look, alerts: tuple[Alert, ...]) -> Board:
        newest = self._newest = self._newest_of(look)
        stack = read_stack(look, self._stack)
        deploys = read_deploys(look, self._tiles)
        marks = _marks(look)
        made = [(spec, read_tile(spec, look)) for spec in self._tiles]
        tiles = tuple(_with(tile, marks, deploys) for _, tile in made if tile is not None)
        state, sentence, worst = verdict(
            tiles, stack, deploys, alerts, None if newest is None else max(0.0, look.now - newest)
        )
        return Board(
            look.now,
            state,
            sentence,
            worst,
            tiles,
            stack,
            read_anomalies(look),
            deploys,
            alerts,
            newest,
            look.kept("next job", 5.0, self._next_job),
        )

    def _newest_of(self, look: Look) -> float | None:
        """Return when the newest number is of; once numbers have stopped, by the numbers alone, so that all processes say the same."""
        found = _last_of(look, _LOOK_BACK)
        if found is not None:
            return found
        if self._newest is not None and look.now - self._newest <= _LOOK_BACK:
            return self._newest
        return look.kept("newest", _FURTHER_FOR, lambda: _furthest(look)) or self._newest


def _furthest(look: Look) -> float | None:
    return next((found for back in _FURTHER_BACK if (found := _last_of(look, back)) is not None), None)


def _last_of(look: Look, back: int) -> float | None:
    series = look.one(HEARTBEAT, back)
    if series is None:
        return None
    known = (place for place in range(len(series.values) - 1, -1, -1) if series.values[place] is not None)
    newest = next(known, None)
    return None if newest is None else float(series.start + (newest + 1) * series.step - 1)


def read_nothing() -> Stack:
    """Return the stack of a shop that has no numbers."""
    return Stack((), "", "Nothing has been counted yet.")


def _marks(look: Look) -> tuple[Mark, ...]:
    found = look.kept("marks", 2.0, lambda: look.numbers.marks(look.now - HISTORY, look.now))
    return tuple(each for each in found if set(each.tags) & set(_MARKED))


def _with(tile: Tile, marks: tuple[Mark, ...], deploys: Sequence[Deploy]) -> Tile:
    """Return a tile with what happened in its time, and how it changed since the last deploy."""
    changes = deploys[-1].changes if deploys else ()
    change = next((each for each in changes if each.title == tile.title), None)
    return replace(tile, marks=marks, since_deploy=change)
