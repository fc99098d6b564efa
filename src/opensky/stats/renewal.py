"""Stores of older releases: their files are written anew in today's form, each wholly or not at all, when a store is opened to be written.

In form 1 each series had its points one after the other, not side by side with others.
"""

import os
from array import array
from pathlib import Path

import structlog

from opensky.stats.retention import Archive
from opensky.stats.segments import HEADER, MOST_ROWS, PAGE, SERIES, WIDE, Segment, check, create, version_of

_LOG = structlog.get_logger()
_WORD = 8
_POINTS = PAGE + 2 * SERIES * _WORD


def renewed(folder: Path) -> int:
    """Bring the files of a store into today's form; return how many were not. Raises ``NotARing`` for what is none of ours."""
    found = 0
    for path in sorted(folder.glob("*.ring")):
        with path.open("rb") as file:
            header = file.read(HEADER.size)
        if version_of(path, header) == 1:
            _, _, step, slots, _ = HEADER.unpack(header)
            _renew(path, Archive(step, slots))
            found += 1
    if found:
        _LOG.info("stats.store_renewed", folder=str(folder), files=found)
    return found


def refuse_older(folder: Path) -> None:
    """Raise ``NotARing`` for a store that has yet to be brought into today's form: who only reads cannot do it."""
    for path in folder.glob("*.ring"):
        with path.open("rb") as file:
            header = file.read(HEADER.size)
        check(path, header, Archive(*HEADER.unpack(header)[2:4]) if len(header) == HEADER.size else Archive(1, 1))


def _renew(path: Path, archive: Archive) -> None:
    part = path.with_suffix(".ring-new")
    part.unlink(missing_ok=True)
    create(part, archive)
    segment = Segment(part, archive)
    with path.open("rb") as file:
        old = file.fileno()
        heads = array("q", os.pread(old, 2 * SERIES * _WORD, PAGE))
        newest, first = heads[:SERIES], heads[SERIES:]
        for band in range(SERIES // WIDE):
            even: dict[int, list[int]] = {}
            for series in range(band * WIDE, (band + 1) * WIDE):
                even.setdefault(newest[series], []).append(series)
            for second, several in even.items():
                if second:
                    _take_over(old, segment, archive, several, second)
    with memoryview(first) as seconds:
        segment.write_first(seconds)
    with memoryview(newest) as seconds:
        segment.write_newest(seconds)
    segment.close()
    part.replace(path)


def _take_over(old: int, segment: Segment, archive: Archive, several: list[int], newest: int) -> None:
    """Write the points of series of a band, whose newest ones are of the same second, to their new places."""
    step, slots = archive
    band = several[0] // WIDE
    for since in range(max(0, newest - step * (slots - 1)), newest + step, step * MOST_ROWS):
        until = min(newest + step, since + step * MOST_ROWS)
        points = array("d")
        for rows in segment.rows(band, since, until):
            points += rows
        for series in several:
            points[series % WIDE :: WIDE] = _points(old, archive, series, since, until)
        segment.write_rows(band, since, until, points)


def _points(old: int, archive: Archive, series: int, since: int, until: int) -> "array[float]":
    """Return points of a series from a file of form 1."""
    step, slots = archive
    slot, left = since // step % slots, (until - since) // step
    found = array("d")
    while left > 0:
        many = min(left, slots - slot)
        found.frombytes(os.pread(old, many * _WORD, _POINTS + (series * slots + slot) * _WORD))
        slot, left = 0, left - many
    return found
