"""The embedded store: every series in rings of several archives, their names beside them in SQLite. One process writes, others may read."""

import contextlib
import fcntl
import fnmatch
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import isnan
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, Self

from opensky.stats.retention import DEFAULT, Archive, read_retention, said
from opensky.stats.rings import SERIES, Segment

_NAMES = "names.sqlite"
_HOW = (
    (re.compile(r"\.(count|count_[^.;]+|sum|sum_[^.;]+|bin_[^.;]+)(;|$)|^stats_counts\."), "sum"),
    (re.compile(r"\.(upper|upper_[^.;]+)(;|$)"), "max"),
    (re.compile(r"\.(lower|lower_[^.;]+)(;|$)"), "min"),
    (re.compile(r"\.gauges\."), "last"),
)
"""How points become one of a coarser archive, by the name of their series; where none fits, by their average."""


MOST_PATTERNS = 1000


class TooMany(ValueError):
    """A pattern that stands for too many names."""


class Stretch(NamedTuple):
    """Points of a series: the second of the first one, how many seconds each stands for, and their values; nothing where there is none."""

    start: int
    step: int
    values: list[float | None]


class _Part(NamedTuple):
    """What of an interval goes into one segment: the places of its series there, and what picks their values."""

    place: int
    insides: list[int]
    pick: Callable[[Sequence[float]], Sequence[float]]


class Store:
    """Points by the name of their series. ``put`` is a sink of a statsd server.

    Raises when it is opened:
        OSError: there is no store to be read, or its files are those of another release.
        WrongRetention: the retention cannot be kept.
    """

    name = "store"

    def __init__(self, folder: Path, retention: str = "", *, writable: bool = True) -> None:
        if retention:
            read_retention(retention)  # before anything is made
        self._folder = folder
        self._writable = writable
        self._held = -1
        if writable:
            folder.mkdir(parents=True, exist_ok=True)
            self._hold()
        elif not (folder / _NAMES).is_file():
            raise FileNotFoundError(f"There are no stats in {folder}.")
        place = (folder / _NAMES).resolve().as_uri() + ("" if writable else "?mode=ro")
        self._names = sqlite3.connect(place, uri=True, check_same_thread=False, isolation_level=None, timeout=10)
        self._lock = threading.RLock()
        self._segments: dict[tuple[int, int], Segment] = {}
        self._hows: dict[int, str] = {}
        self._last: tuple[str, ...] = ()
        self._plan: list[_Part] = []
        try:
            if writable:
                self._names.executescript(
                    "PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
                    "CREATE TABLE IF NOT EXISTS kept (what TEXT PRIMARY KEY, is_ TEXT NOT NULL)"
                )
            self.archives = self._kept(retention)
            self._ids = dict(self._rows())
        except BaseException:
            self._names.close()
            self._release()
            raise

    def put(self, series: Mapping[str, float], at: float) -> None:
        """Keep a point of each of these series."""
        second = int(at)
        with self._lock:
            values, boundary = list(series.values()), self.archives[1].step if self.archives[1:] else 0
            for place, insides, pick in self._planned(series):
                segment = self._segment(0, place)
                if boundary and second - second % self.archives[0].step == second - second % boundary:
                    # Before the next points are there: a process that is killed in between does it again.
                    self._roll_up(place, segment, insides, second)
                for inside, value in segment.put_next(zip(insides, pick(values), strict=True), second):
                    self._roll_up(place, segment, (inside,), second)
                    segment.put(inside, second, value)

    def fetch(self, name: str, since: int, until: int, *, now: int) -> Stretch:
        """Return the points of a series from ``since`` up to ``until``, of the finest archive that reaches back so far from ``now``."""
        reaching = [n for n, each in enumerate(self.archives) if each.seconds >= now - since]
        which = reaching[0] if reaching else len(self.archives) - 1
        step = self.archives[which].step
        since, until = max(since, now - self.archives[which].seconds), min(until, now)
        start, end = since - since % step, until - until % step + step
        if start >= end:
            return Stretch(start, step, [])
        number = self._id(name)
        if number is None:
            return Stretch(start, step, [None] * ((end - start) // step))
        with self._lock, contextlib.suppress(FileNotFoundError):
            found = self._segment(which, number // SERIES).get(number % SERIES, start, end)
            return Stretch(start, step, [None if isnan(value) else value for value in found])
        return Stretch(start, step, [None] * ((end - start) // step))

    def find(self, pattern: str = "*") -> list[str]:
        """Return the names that match a pattern, in which ``*`` stands for anything within a part and ``{a,b}`` for either."""
        parts = [_parts(each) for each in pattern.split(".")]
        with self._lock:
            self._ids = dict(self._rows())
        return sorted(name for name in self._ids if _fits(name, parts))

    def find_below(self, pattern: str) -> list[str]:
        """Return the names that begin with what matches a pattern."""
        parts = [_parts(each) for each in pattern.split(".")]
        with self._lock:
            self._ids = dict(self._rows())
        return sorted(
            n
            for n in self._ids
            if n.count(".") + 1 >= len(parts) and _fits(".".join(n.split(".")[: len(parts)]), parts)
        )

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            for each in self._segments.values():
                each.close()
            self._segments = {}
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

    def _planned(self, series: Mapping[str, float]) -> list[_Part]:
        """Return where the points of these series go, segment by segment: the same as last time, if they are the same series."""
        names = tuple(series)
        if names != self._last:
            new = [(name,) for name in names if name not in self._ids]
            if new:
                self._names.execute("BEGIN IMMEDIATE")
                self._names.executemany("INSERT OR IGNORE INTO series (name) VALUES (?)", new)
                self._names.execute("COMMIT")
                self._ids = dict(self._rows())
            parts: dict[int, tuple[list[int], list[int]]] = {}
            for position, name in enumerate(names):
                place, inside = divmod(self._ids[name] - 1, SERIES)
                insides, positions = parts.setdefault(place, ([], []))
                insides.append(inside)
                positions.append(position)
            self._last = names
            self._plan = [_Part(place, insides, _picking(at)) for place, (insides, at) in parts.items()]
        return self._plan

    def _roll_up(self, place: int, segment: Segment, insides: Sequence[int], second: int) -> None:
        """Make the points of the coarser archives that are complete once ``second`` has come."""
        if len(self.archives) == 1:
            return
        coarse, newest = self.archives[1].step, segment.newest
        for inside in insides:
            before = newest(inside)
            if before and before // coarse < second // coarse:
                self._made_coarser(place, inside, before, second)

    def _made_coarser(self, place: int, inside: int, before: int, second: int) -> None:
        how = self._how(place * SERIES + inside + 1)
        for which, (fine, coarse) in enumerate(pairwise(self.archives)):
            start, end = before - before % coarse.step, second - second % coarse.step
            if start == end:
                return
            start = max(start, end - (fine.seconds - fine.seconds % coarse.step))  # more is no more in the finer one
            finer, coarser = self._segment(which, place), self._segment(which + 1, place)
            for stretch in range(start, end, coarse.step):
                value = finer.summed(inside, stretch, stretch + coarse.step, how)
                if not isnan(value):
                    coarser.put(inside, stretch, value)

    def _how(self, id_: int) -> str:
        try:
            return self._hows[id_]
        except KeyError:
            for name, each in self._ids.items():
                self._hows[each] = next((how for pattern, how in _HOW if pattern.search(name)), "average")
            return self._hows[id_]

    def _segment(self, which: int, place: int) -> Segment:
        try:
            return self._segments[which, place]
        except KeyError:
            archive: Archive = self.archives[which]
            path = self._folder / f"{archive.step}s-{place:04}.ring"
            made = self._segments[which, place] = Segment(path, archive, writable=self._writable)
            return made

    def _id(self, name: str) -> int | None:
        with self._lock:
            if name not in self._ids:
                self._ids = dict(self._rows())
            found = self._ids.get(name)
        return None if found is None else found - 1

    def _rows(self) -> Sequence[tuple[str, int]]:
        return self._names.execute("SELECT name, id FROM series").fetchall()

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


def _picking(positions: list[int]) -> Callable[[Sequence[float]], Sequence[float]]:
    if len(positions) == 1:  # itemgetter would return the bare value
        return lambda values: (values[positions[0]],)
    return itemgetter(*positions)


def _parts(text: str) -> list[str]:
    """Return the patterns that a part of a pattern with ``{a,b}`` stands for."""
    before, brace, rest = text.partition("{")
    inside, end, after = rest.partition("}")
    if not brace or not end:
        return [text]
    tails = _parts(after)
    if len(tails) * (inside.count(",") + 1) > MOST_PATTERNS:
        raise TooMany(f"{text!r} stands for more than {MOST_PATTERNS} names.")
    return [before + each + tail for each in inside.split(",") for tail in tails]


def _fits(name: str, parts: list[list[str]]) -> bool:
    given = name.split(".")
    return len(given) == len(parts) and all(
        any(fnmatch.fnmatchcase(part, each) for each in patterns) for part, patterns in zip(given, parts, strict=True)
    )
