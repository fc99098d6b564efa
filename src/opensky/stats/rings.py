"""Rings: files of fixed size in which each series has a fixed place, so that nothing ever grows, is searched or compacted.

A segment holds ``SERIES`` series of one archive: a page of header, then for each series the seconds of its first and of its newest point,
then its slots, 64-bit floats. The point of second t stands in slot ``t / step`` modulo the slots; NaN is no point. Files are sparse until
they are written to.

A process that is killed leaves whole values behind, since memory that is mapped belongs to the system: the newest second is written last,
so that a point whose writing was cut off is as one that did not come.
"""

import mmap
import os
import struct
from collections.abc import Callable, Iterable, Sequence
from math import fsum, isnan, nan
from pathlib import Path

from opensky.stats.retention import Archive

SERIES = 256
"""Series in one segment."""
_MAGIC, VERSION = b"OSRING\0\0", 1
_HEADER = struct.Struct("<8sIIII")
_PAGE = 4096
_WORD = 8
_SUMMED: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": fsum,
    "max": max,
    "min": min,
    "last": lambda found: found[-1],
    "average": lambda found: fsum(found) / len(found),
}


class NotARing(OSError):
    """A file that this release cannot read."""


class Segment:
    """The points of up to ``SERIES`` series in one archive, in memory that is mapped to a file."""

    def __init__(self, path: Path, archive: Archive, *, writable: bool = True) -> None:
        self.archive = archive
        size = _PAGE + SERIES * _WORD * (2 + archive.slots)
        if writable and not path.exists():
            _create(path, archive, size)
        with path.open("r+b" if writable else "rb") as file:
            _check(path, file.read(_HEADER.size), archive)
            access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
            self._map = mmap.mmap(file.fileno(), size, access=access)
        whole = memoryview(self._map)
        first, points = _PAGE + SERIES * _WORD, _PAGE + 2 * SERIES * _WORD
        self._newest = whole[_PAGE:first].cast("q")
        self._first = whole[first:points].cast("q")
        self._points = whole[points:].cast("d")
        whole.release()

    def close(self) -> None:
        """Let go of the file."""
        self._newest.release()
        self._first.release()
        self._points.release()
        self._map.close()

    def put(self, series: int, second: int, value: float) -> None:
        """Keep a point; one that is older than the ring is no more kept."""
        step, slots = self.archive
        second -= second % step
        newest, base = self._newest[series], series * slots
        if second > newest:
            if second - newest > step:
                self._skip(series, newest, second)
            self._points[base + second // step % slots] = value
            self._newest[series] = second
        elif second >= self._oldest(series):
            self._points[base + second // step % slots] = value

    def get(self, series: int, since: int, until: int) -> list[float]:
        """Return the points of the seconds from ``since`` up to ``until``, NaN where there is none; both are multiples of the step."""
        step, slots = self.archive
        first, last = max(since, self._oldest(series)), min(until, self._newest[series] + step)
        if first >= last:
            return [nan] * len(range(since, until, step))
        start, end = first // step % slots, (last - step) // step % slots + 1
        points = self._points[series * slots : (series + 1) * slots]
        there = points[start:end].tolist() if start < end else [*points[start:], *points[:end]]
        return [nan] * ((first - since) // step) + there + [nan] * len(range(last, until, step))

    def newest(self, series: int) -> int:
        """Return the second of the newest point, 0 if there is none."""
        return self._newest[series]

    def put_next(self, series: Iterable[tuple[int, float]], second: int) -> list[tuple[int, float]]:
        """Keep the points of a second of those series that had one a step before; return the rest: ``put`` is for those."""
        step, slots = self.archive
        second -= second % step
        newest, points, slot = self._newest, self._points, second // step % slots
        others = []
        for number, value in series:
            if second - newest[number] == step:
                points[number * slots + slot] = value
                newest[number] = second
            else:
                others.append((number, value))
        return others

    def summed(self, series: int, second: int, until: int, how: str) -> float:
        """Return what the points of a stretch come to: ``sum``, ``max``, ``min``, ``last`` or ``average``; NaN if there are none."""
        step, slots = self.archive
        start = second // step % slots
        end = start + (until - second) // step
        if (
            end <= slots
            and self._first[series] <= second
            and until - step <= self._newest[series] < second + step * slots
        ):
            base = series * slots
            found: Sequence[float] = self._points[base + start : base + end].tolist()
        else:
            found = self.get(series, second, until)
        if isnan(sum(found)):
            found = [value for value in found if not isnan(value)]
        return _SUMMED[how](found) if found else nan

    def _oldest(self, series: int) -> int:
        step, slots = self.archive
        return max(self._first[series], self._newest[series] - step * (slots - 1))

    def _skip(self, series: int, newest: int, second: int) -> None:
        """Begin a series, or one of which the whole ring is too old; else clear what lies between its newest point and the next."""
        step, slots = self.archive
        if not newest or second - newest >= step * slots:
            self._first[series] = second
            return
        base = series * slots
        for missing in range(newest + step, second, step):
            self._points[base + missing // step % slots] = nan


def _create(path: Path, archive: Archive, size: int) -> None:
    """Make a whole file or none: it is named only when it is there."""
    part = path.with_suffix(".new")
    with part.open("wb") as file:
        file.write(_HEADER.pack(_MAGIC, VERSION, archive.step, archive.slots, SERIES))
        file.truncate(size)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _check(path: Path, header: bytes, archive: Archive) -> None:
    if len(header) < _HEADER.size or header[: len(_MAGIC)] != _MAGIC:
        raise NotARing(f"{path} holds no points of ours.")
    _, version, step, slots, series = _HEADER.unpack(header)
    if version > VERSION:
        raise NotARing(f"{path} was written by a newer release (form {version}; this one knows up to {VERSION}).")
    if (step, slots, series) != (*archive, SERIES):
        raise NotARing(
            f"{path} keeps {slots} points of {step} s for {series} series, not {archive.slots} of {archive.step} s."
        )
