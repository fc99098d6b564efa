"""Segments: the files of a store. Of a fixed size; each series has a fixed place in one, so that nothing ever grows, is searched or compacted.

A segment holds ``SERIES`` series of one archive: a page of header, then the seconds of the newest points of all, then those of the first
ones, then the points, 64-bit floats. They stand in bands of ``WIDE`` series; a band has a row for each slot and one more, and the point of
second t stands in the row ``t / step`` modulo the rows. So what comes at once is written at once, and what is asked for at once, the points of a
series one after the other, is near each other. NaN is no point. Files are sparse until they are written to.

A process that is killed leaves whole rows behind: none lies across two pages of memory. The newest seconds are written last, so that a
point whose writing was cut off is as one that did not come; the row that it would have had is the one more.
"""

import os
import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opensky.stats.retention import Archive

SERIES, WIDE = 256, 32
"""Series in one segment, and side by side in a row."""
ROW = WIDE * 8
"""Bytes."""
MAGIC, VERSION = b"OSRING\0\0", 2
HEADER = struct.Struct("<8sIIII")
PAGE = 4096
_HEADS = 2 * SERIES * 8
_ROWS = PAGE + _HEADS
MOST_ROWS = 4096
"""Rows that are read at once: a megabyte."""


class NotARing(OSError):
    """A file that this release cannot read."""


class Segment:
    """The file of up to ``SERIES`` series in one archive. Seconds are multiples of the archive's step."""

    def __init__(self, path: Path, archive: Archive, *, writable: bool = True) -> None:
        self._step, self._slots = archive.step, archive.slots + 1
        if writable and not path.exists():
            create(path, archive)
        self._file = os.open(path, (os.O_RDWR if writable else os.O_RDONLY) | os.O_CLOEXEC)
        try:
            check(path, os.pread(self._file, HEADER.size, 0), archive)
        except OSError:
            os.close(self._file)
            raise

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def heads(self) -> "array[int]":
        """Return the seconds of the newest points of all series, 0 for none; then those of the first ones."""
        return array("q", os.pread(self._file, _HEADS, PAGE))

    def write_newest(self, seconds: "memoryview[int]") -> None:
        """Say which points are the newest, once they are there."""
        os.pwrite(self._file, seconds, PAGE)

    def write_first(self, seconds: "memoryview[int]") -> None:
        """Say which points are the first, before they are there."""
        os.pwrite(self._file, seconds, PAGE + SERIES * 8)

    def write_row(self, points: "memoryview[Any]", second: int) -> None:
        """Write the points of a second, of all series."""
        band, place = self._slots * ROW, _ROWS + second // self._step % self._slots * ROW
        row = points.cast("B")
        for start in range(0, SERIES * 8, ROW):
            os.pwrite(self._file, row[start : start + ROW], place)
            place += band

    def write(self, series: int, second: int, value: float) -> None:
        """Write one point."""
        band, inside = divmod(series, WIDE)
        row = band * self._slots + second // self._step % self._slots
        os.pwrite(self._file, struct.pack("d", value), _ROWS + row * ROW + inside * 8)

    def rows(self, band: int, since: int, until: int) -> Iterator["array[float]"]:
        """Yield the rows of a band, from ``since`` up to ``until``, at most all there are: many at once, ``WIDE`` points each."""
        for place, many in self._spans(band, since, until):
            yield array("d", os.pread(self._file, many * ROW, place))

    def read_into(self, buffer: "array[float]", band: int, since: int, until: int) -> Iterator[int]:
        """Read rows of a band into a buffer, as many as it holds each time; yield how many points these are."""
        most = len(buffer) // WIDE
        with memoryview(buffer) as whole, whole.cast("B") as room:
            for place, many in self._spans(band, since, until, most):
                os.preadv(self._file, [room[: many * ROW]], place)
                yield many * WIDE

    def write_rows(self, band: int, since: int, until: int, points: "array[float]") -> None:
        """Write rows of a band."""
        done = 0
        with memoryview(points) as whole, whole.cast("B") as given:
            for place, many in self._spans(band, since, until):
                os.pwrite(self._file, given[done : done + many * ROW], place)
                done += many * ROW

    def _spans(self, band: int, since: int, until: int, most: int = MOST_ROWS) -> Iterator[tuple[int, int]]:
        """Yield where rows stand in the file and how many: the ring goes on at its beginning, and not too many are read at once."""
        slot, left = since // self._step % self._slots, (until - since) // self._step
        while left > 0:
            many = min(left, self._slots - slot, most)
            yield _ROWS + (band * self._slots + slot) * ROW, many
            slot, left = (slot + many) % self._slots, left - many


def create(path: Path, archive: Archive) -> None:
    """Make a whole file or none: it is named only when it is there."""
    part = path.with_suffix(".new")
    with part.open("wb") as file:
        file.write(HEADER.pack(MAGIC, VERSION, *archive, SERIES))
        file.truncate(_ROWS + SERIES * 8 * (archive.slots + 1))
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def check(path: Path, header: bytes, archive: Archive) -> None:
    """Refuse a file that is none of this form, or not of this archive; raises ``NotARing``."""
    version = version_of(path, header)
    if version > VERSION:
        raise NotARing(f"{path} was written by a newer release (form {version}; this one knows up to {VERSION}).")
    if version < VERSION:
        raise NotARing(
            f"{path} was written by an older release (form {version}); ./opensky stats run --store makes it one of today's."
        )
    _, _, step, slots, series = HEADER.unpack(header)
    if (step, slots, series) != (*archive, SERIES):
        raise NotARing(
            f"{path} keeps {slots} points of {step} s for {series} series, not {archive.slots} of {archive.step} s."
        )


def version_of(path: Path, header: bytes) -> int:
    """Return the form of a file; raises ``NotARing`` if it is none of ours."""
    if len(header) < HEADER.size or header[: len(MAGIC)] != MAGIC:
        raise NotARing(f"{path} holds no points of ours.")
    return int(HEADER.unpack(header)[1])
