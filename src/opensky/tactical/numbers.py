"""Numbers: the port by which a board reads what was counted. Engines: our store, read in place, and any Graphite (``graphite.py``)."""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path
from typing import Protocol

from opensky.kernel.errors import Misconfigured
from opensky.settings import Settings
from opensky.stats.every_function import Request, evaluate
from opensky.stats.marks import Marks
from opensky.stats.series import Series
from opensky.stats.store import Store
from opensky.stats.targets import Target, read_target
from opensky.tactical.readings import Mark

_NAMES_FOR = 10.0
_MOST_REMEMBERED = 2000


class NumbersUnavailable(Exception):
    """There are no numbers to be had now; says why."""


class Numbers(Protocol):
    """What was counted, and what happened meanwhile. Safe to be used by several threads."""

    def fetch(self, target: str, since: float, until: float) -> list[Series]:
        """Return the series that a target of Graphite's is between two instants: none where nothing was ever counted under its names.

        How fine they are is the engine's: the finest that reaches back so far. Points that are not there yet are nothing.

        Raises:
            NumbersUnavailable: there are no numbers now.
            WrongTarget: the target cannot be read.
        """
        ...

    def marks(self, since: float, until: float, tags: Sequence[str] = ()) -> list[Mark]:
        """Return what happened between two instants, the oldest first; with ``tags`` what has all of these."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class _Remembering(Store):
    """A store that is read by the second: which series a pattern stands for is asked again after some seconds only."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        super().__init__(folder, writable=False)
        self._clock = clock
        self._found: dict[str, tuple[float, float, list[str]]] = {}

    def find(self, pattern: str = "*") -> list[str]:
        now = self._clock()
        known = self._found.get(pattern)
        if known is None or not known[0] <= now < known[1]:
            if len(self._found) > _MOST_REMEMBERED:
                self._found.clear()
            names = super().find(pattern)
            # No series is ever taken from a store: one that is there under its very name stays.
            lasting = inf if names == [pattern] else now + _NAMES_FOR
            known = self._found[pattern] = (now, lasting, names)
        return known[2]


class StoreNumbers:
    """The numbers of a store of ours in a folder, which another process writes; it may come later, or anew."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock
        self._marks = Marks(folder, clock)
        self._lock = threading.Lock()
        self._store: _Remembering | None = None
        self._made = (0, 0)
        self._looked = 0
        self._targets: dict[str, Target] = {}

    def fetch(self, target: str, since: float, until: float) -> list[Series]:
        read = self._targets.get(target)
        if read is None:
            if len(self._targets) > _MOST_REMEMBERED:
                self._targets.clear()
            read = self._targets[target] = read_target(target)
        now = int(self._clock())
        with self._lock:
            return evaluate(read, Request(self._opened(now), int(since), min(int(until), now), now))

    def marks(self, since: float, until: float, tags: Sequence[str] = ()) -> list[Mark]:
        found = self._marks.between(since, until, tags)
        return [Mark(each.when, each.what, each.tags, each.data) for each in found]

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _opened(self, now: int) -> _Remembering:
        """Return the store; whether it is still the one of its folder is looked at once a second."""
        if self._store is not None and self._looked == now:
            return self._store
        self._looked = now
        try:
            there = (self._folder / "names.sqlite").stat()
            made = (there.st_dev, there.st_ino)
            if self._store is not None and made != self._made:
                self._close()  # somebody began a new store in this place
            if self._store is None:
                self._store, self._made = _Remembering(self._folder, self._clock), made
        except FileNotFoundError:
            raise NumbersUnavailable(f"Nothing has been counted in {self._folder} yet.") from None
        except (OSError, sqlite3.Error) as error:  # one that is just being made
            raise NumbersUnavailable(str(error)) from error
        return self._store


def open_numbers(settings: Settings) -> Numbers:
    """Return the numbers of a shop: of the Graphite that its settings name, else of the store in its data folder, which may come later.

    Raises:
        Misconfigured: the address is none.
    """
    if not settings.graphite_url:
        return StoreNumbers(settings.data / "stats")
    from opensky.tactical.graphite import GraphiteNumbers  # noqa: PLC0415 - a client of HTTP is only loaded where it is used

    try:
        return GraphiteNumbers(settings.graphite_url)
    except ValueError as error:
        raise Misconfigured(f"graphite_url: {error}") from error
