"""The embedded store: every series in rings of several archives, their names beside them in SQLite. One process writes, others may read."""

import fcntl
import os
import re
import sqlite3
import threading
from array import array
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isnan, nan
from pathlib import Path
from typing import NamedTuple, Self, cast

from opensky.stats.aggregate import MOST_NAMES
from opensky.stats.marks import Marks
from opensky.stats.patterns import matching
from opensky.stats.renewal import refuse_older, renewed
from opensky.stats.retention import DEFAULT, Archive, read_retention, said
from opensky.stats.rings import Ring
from opensky.stats.segments import SERIES

_NAMES = "names.sqlite"
_HOW = (
    (re.compile(r"^[^.]+\.gauges\."), "last"),  # first: a gauge may well be called count
    (re.compile(r"\.(count|count_(?!ps\b)[^.;]+|sum|sum_[^.;]+|bin_[^.;]+)(;|$)|^stats_counts\."), "sum"),
    (re.compile(r"\.upper(;|$)"), "max"),
    (re.compile(r"\.lower(;|$)"), "min"),
    (re.compile(r"\.gauges\."), "last"),
)
"""How points become one of a coarser archive, by the name of their series; where none fits, by their average: so do percentiles, of which
the highest would be that of the worst second."""


class Stretch(NamedTuple):
    """Points of a series: the second of the first one, how many seconds each stands for, and their values; nothing where there is none."""

    start: int
    step: int
    values: list[float | None]


class Store:
    """Points by the name of their series. ``put`` is a sink of a statsd server. Of ``most`` series; points of more are counted in ``cut``.

    Raises when it is opened:
        OSError: there is no store to be read, or its files are those of another release.
        WrongRetention: the retention cannot be kept.
    """

    name = "store"

    def __init__(self, folder: Path, retention: str = "", *, writable: bool = True, most: int = MOST_NAMES) -> None:
        if retention:
            read_retention(retention)  # before anything is made
        self._folder = folder
        self._writable = writable
        self._held = -1
        self._most = most
        self.cut = 0
        if writable:
            folder.mkdir(parents=True, exist_ok=True)
            self._hold()
        elif not (folder / _NAMES).is_file():
            raise FileNotFoundError(f"There are no stats in {folder}.")
        place = (folder / _NAMES).resolve().as_uri() + ("" if writable else "?mode=ro")
        self._names = sqlite3.connect(place, uri=True, check_same_thread=False, isolation_level=None, timeout=10)
        self._lock = threading.RLock()
        self._rings: tuple[Ring, ...] = ()
        self._ids: dict[str, int] = {}
        self._sorted: list[str] = []
        self._seen = -1
        self._hows: list[str] = []
        self._order: tuple[list[str], list[int]] = ([], [])
        try:
            if writable:
                self._names.executescript(
                    "PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
                    "CREATE TABLE IF NOT EXISTS kept (what TEXT PRIMARY KEY, is_ TEXT NOT NULL)"
                )
                renewed(folder)
            else:
                refuse_older(folder)
            self.archives = self._kept(retention)
            self._look()
            self._rings = tuple(Ring(folder, each, writable=writable) for each in self.archives)
        except BaseException:
            self._names.close()
            self._release()
            raise

    def put(self, series: Mapping[str, float], at: float) -> None:
        """Keep a point of each of these series; one that comes late counts in the coarser archives, too."""
        if not series:
            return
        second = int(at)
        with self._lock:
            numbers = self._numbered(series)
            if len(self._ids) >= self._most and -1 in numbers:
                series = {name: value for (name, value), n in zip(series.items(), numbers, strict=True) if n >= 0}
                self.cut += len(numbers) - len(series)
                numbers = [n for n in numbers if n >= 0]
            if not numbers:
                return
            row = array("d", [nan]) * (-(-len(self._hows) // SERIES) * SERIES)
            for number, value in zip(numbers, series.values(), strict=True):
                row[number] = value
            # Before the next points are there: a process that is killed in between does it again.
            self._roll_up(numbers, second)
            for number in self._rings[0].put(numbers, row, second):
                self._put_late(number, second, row[number])

    def fetch(self, name: str, since: int, until: int, *, now: int) -> Stretch:
        """Return the points of a series from ``since`` up to ``until``, of the finest archive that reaches back so far from ``now``."""
        return self.fetch_all([name], since, until, now=now)[0]

    def fetch_all(self, names: Sequence[str], since: int, until: int, *, now: int) -> list[Stretch]:
        """Return the points of several series, as ``fetch`` does."""
        which, start, end = self._reaching(since, until, now)
        step = self.archives[which].step
        if start >= end:
            return [Stretch(start, step, []) for _ in names]
        with self._lock:
            known = dict(zip(names, self._known(names), strict=True))
            known = {name: number for name, number in known.items() if number >= 0}
            found = dict(zip(known, self._rings[which].get(list(known.values()), start, end), strict=True))
        many = (end - start) // step
        points = {name: _points(values) for name, values in found.items()}
        return [Stretch(start, step, points.get(name) or [None] * many) for name in names]

    def total(self, names: Sequence[str], since: int, until: int, *, now: int) -> Stretch:
        """Return the sum of several series, of those that have a point; the same as adding up what ``fetch_all`` returns, but quicker."""
        which, start, end = self._reaching(since, until, now)
        step = self.archives[which].step
        if start >= end:
            return Stretch(start, step, [])
        with self._lock:
            numbers = [number for number in self._known(names) if number >= 0]
            return Stretch(start, step, _points(self._rings[which].total(numbers, start, end)))

    @property
    def marks(self) -> Marks:
        """The marks that are kept beside it."""
        return Marks(self._folder)

    def find(self, pattern: str = "*") -> list[str]:
        """Return the names that match a pattern, in which ``*`` stands for anything within a part and ``{a,b}`` for either."""
        return matching(self._all_names(), pattern)

    def find_below(self, pattern: str) -> list[str]:
        """Return the names that begin with what matches a pattern."""
        return matching(self._all_names(), pattern, below=True)

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            for each in self._rings:
                each.close()
            self._names.close()
            self._release()

    def _hold(self) -> None:
        """Be the one who writes, as long as this process lives."""
        self._held = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._release()
            raise OSError(f"Another process keeps stats in {self._folder}.") from None

    def _release(self) -> None:
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reaching(self, since: int, until: int, now: int) -> tuple[int, int, int]:
        """Return which archive reaches back so far, and from when until when there is something of it; the coarsest, if none does."""
        reaching = [n for n, each in enumerate(self.archives) if each.seconds >= now - since]
        which = reaching[0] if reaching else len(self.archives) - 1
        step = self.archives[which].step
        since, until = max(since, now - self.archives[which].seconds), min(until, now)
        return which, since - since % step, until - until % step + step

    def _known(self, names: Sequence[str]) -> list[int]:
        """Return the numbers of series, -1 for those that there are not."""
        if any(name not in self._ids for name in names):
            self._look()
        return [self._ids.get(name, 0) - 1 for name in names]

    def _numbered(self, series: Mapping[str, float]) -> list[int]:
        """Return the numbers of series, which new ones are given: the same list as last time, if they are the same series.

        Those for which there is no room have -1.
        """
        names, numbers = self._order
        given = list(series)
        if names == given:
            return numbers
        names = given
        new = [(name,) for name in names if name not in self._ids]
        new = new[: max(0, self._most - len(self._ids))]
        if new:
            self._names.execute("BEGIN IMMEDIATE")
            self._names.executemany("INSERT OR IGNORE INTO series (name) VALUES (?)", new)
            self._names.execute("COMMIT")
            self._seen = -1
            self._look()
        ids = self._ids
        numbers = [ids.get(name, 0) - 1 for name in names]
        self._order = names, numbers
        return numbers

    def _roll_up(self, numbers: Sequence[int], second: int) -> None:
        """Make the points of the coarser archives that are complete once ``second`` has come."""
        if len(self._rings) == 1:
            return
        for since, several in self._rings[0].whole(numbers, second, self._rings[1].archive.step).items():
            # Only the coarse points in which the newest fine one lies are not made yet: behind it there are none.
            for finer, coarser in pairwise(self._rings):
                step = coarser.archive.step
                start = since - since % step
                if second < start + step:
                    break
                row = finer.summed(several, self._hows, start, start + step)
                for number in coarser.put(several, row, start):
                    coarser.put_late(number, start, row[number])

    def _put_late(self, number: int, second: int, value: float) -> None:
        """Keep a point that comes after newer ones, and make the coarser ones anew that it lies in."""
        if not self._rings[0].put_late(number, second, value):
            return
        for finer, coarser in pairwise(self._rings):
            step = coarser.archive.step
            start = second - second % step
            oldest, newest = finer.window(number)
            if newest < start + step or oldest > start:
                return  # it is not made yet, or there is no more of what it was made of
            row = finer.summed([number], self._hows, start, start + step)
            coarser.put_late(number, start, row[number])

    def _all_names(self) -> list[str]:
        with self._lock:
            self._look()
            return self._sorted

    def _look(self) -> None:
        """Read the names, if there are others than before."""
        [version] = self._names.execute("PRAGMA data_version").fetchone()
        if version == self._seen:
            return
        self._seen = version
        self._ids = dict(self._names.execute("SELECT name, id FROM series ORDER BY name"))
        self._sorted = sorted(self._ids)
        self._hows = ["average"] * max(self._ids.values(), default=0)
        for name, id_ in self._ids.items():
            self._hows[id_ - 1] = next((how for pattern, how in _HOW if pattern.search(name)), "average")

    def _kept(self, retention: str) -> tuple[Archive, ...]:
        """Return the retention that the store was made with; it is its first one that counts."""
        found = self._names.execute("SELECT is_ FROM kept WHERE what = 'retention'").fetchone()
        if found is None:
            archives = read_retention(retention or DEFAULT)
            self._names.execute("INSERT OR IGNORE INTO kept VALUES ('retention', ?)", (said(archives),))
            return archives
        archives = read_retention(found[0])
        if retention and read_retention(retention) != archives:
            raise OSError(
                f"The stats in {self._folder} are kept as {found[0]}; another retention needs another folder."
            )
        return archives


def _points(values: list[float]) -> list[float | None]:
    """Return points with nothing where there is none: mostly at the ends, since the newest ones of a coarse archive are not made yet."""
    start, end = 0, len(values)
    while start < end and isnan(values[start]):
        start += 1
    while start < end and isnan(values[end - 1]):
        end -= 1
    found = cast("list[float | None]", values)  # the list is ours alone
    if isnan(sum(values[start:end])):
        return [None if isnan(value) else value for value in values]
    found[:start], found[end:] = [None] * start, [None] * (len(values) - end)
    return found
