"""Rings: the points of all series in one archive, by the numbers of the series. What comes at a second is written at once."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from math import fsum, isfinite, isnan, nan
from pathlib import Path

from opensky.stats.retention import Archive
from opensky.stats.segments import MOST_ROWS, ROW, SERIES, WIDE, Segment


def added(values: Iterable[float]) -> float:
    """Return the exact sum; NaN where it is no number any more."""
    known = tuple(values)
    try:
        return fsum(known)
    except (OverflowError, ValueError):  # too large on the way, or infinite both ways
        found = sum(known)
        return found if isfinite(found) else nan


REDUCE: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": added,
    "max": max,
    "min": min,
    "last": lambda found: found[-1],
    "average": lambda found: added(found) / len(found),
}


class Ring:
    """An archive. The one who writes it knows by heart which points are the newest; others look each time."""

    def __init__(self, folder: Path, archive: Archive, *, writable: bool = True) -> None:
        self.archive = archive
        self._folder = folder
        self._writable = writable
        self._segments: dict[int, Segment] = {}
        self._newest = array("q")
        self._first = array("q")
        self._latest: list[int] = []
        self._clear_since: dict[int, int] = {}
        self._even: tuple[Sequence[int], int, frozenset[int]] = ((), 0, frozenset())
        while writable and self._path(len(self._latest)).is_file():
            self._grow(len(self._latest) * SERIES)

    def close(self) -> None:
        """Let go of all files."""
        for each in self._segments.values():
            each.close()
        self._segments = {}

    def put(self, numbers: Sequence[int], row: "array[float]", second: int) -> list[int]:
        """Keep the points of a second, of these series; return those that have newer ones already: their points are not kept.

        ``row`` has the point of each series at its number, and NaN at all others.
        """
        step = self.archive.step
        second -= second % step
        late: list[int] = []
        before, at, places = self._even
        if at != second - step or before != numbers:
            self._grow(max(numbers))
            newest = self._newest
            if odd := [number for number in numbers if newest[number] != second - step]:
                late = self._make_room(odd, second)
            if late:
                late_ones = set(late)
                numbers = [number for number in numbers if number not in late_ones]
            places = frozenset(number // SERIES for number in numbers)
        for place in places:
            if self._latest[place] < second:
                self._write(place, row, second)
            else:
                for number in numbers:
                    if number // SERIES == place:
                        self._segments[place].write(number % SERIES, second, row[number])
        newest = self._newest
        for number in numbers:
            newest[number] = second
        self._say_newest(places, second)
        self._even = numbers, second, places
        return late

    def put_late(self, number: int, second: int, value: float) -> bool:
        """Keep a point beside newer ones of its series, if that reaches back so far."""
        second -= second % self.archive.step
        oldest, newest = self.window(number)
        if newest and oldest <= second <= newest:
            self._segments[number // SERIES].write(number % SERIES, second, value)
            return True
        return False

    def get(self, numbers: Sequence[int], since: int, until: int) -> list[list[float]]:
        """Return the points of series from ``since`` up to ``until``, NaN where there is none; both are multiples of the step."""
        found: dict[int, list[float]] = {}
        bands: dict[int, list[int]] = {}
        for number in numbers:
            bands.setdefault(number // WIDE, []).append(number)
        empty = [nan] * len(range(since, until, self.archive.step))
        buffer = array(
            "d", bytes(min(len(empty), MOST_ROWS) * ROW)
        )  # one for all: fresh memory costs as much as reading
        for band, several in bands.items():
            segment = self._segment(band * WIDE // SERIES) if self._is_there(band) else None
            if segment is None:
                found.update((number, list(empty)) for number in several)
            else:
                found.update(zip(several, self._read(segment, buffer, several, since, until), strict=True))
        return [found[number] for number in numbers]

    def total(self, numbers: Sequence[int], since: int, until: int) -> list[float]:
        """Return the sums of the points of series, second by second, of those that have one there; NaN where none has."""
        step, many = self.archive.step, len(range(since, until, self.archive.step))
        buffer = array("d", bytes(min(many, MOST_ROWS) * ROW))
        bands: dict[int, list[int]] = {}
        for number in numbers:
            bands.setdefault(number // WIDE, []).append(number)
        parts: list[list[float]] = []
        for band, several in bands.items():
            segment = self._segment(band * WIDE // SERIES) if self._is_there(band) else None
            if segment is None:
                continue
            windows = self._windows(segment, several, since, until)
            start, end = min(first for first, _ in windows), max(last for _, last in windows)
            even = [n for n, window in zip(several, windows, strict=True) if window == (start, end)]
            parts += self.get(
                [n for n, window in zip(several, windows, strict=True) if window != (start, end)], since, until
            )
            if start < end and even:
                sums = [nan] * ((start - since) // step)
                for count in segment.read_into(buffer, band % (SERIES // WIDE), start, end):
                    sums += _sums([buffer[number % WIDE : count : WIDE] for number in even])
                parts.append(sums + [nan] * len(range(end, until, step)))
        return _sums(parts) if parts else [nan] * many

    def whole(self, numbers: Sequence[int], second: int, stretch: int) -> dict[int, list[int]]:
        """Return which stretches become whole once the points of a second come: where each begins, and whose newest points lie in it."""
        step, limit = self.archive.step, second - second % stretch
        before, at, _ = self._even
        if at == second - second % step - step and before == numbers:
            return {at - at % stretch: list(numbers)} if at < limit else {}
        found: dict[int, list[int]] = {}
        newest, known = self._newest, len(self._newest)
        for number in [number for number in numbers if number < known and 0 < newest[number] < limit]:
            found.setdefault(newest[number] - newest[number] % stretch, []).append(number)
        return found

    def newest(self, number: int) -> int:
        """Return the second of the newest point of a series, 0 if there is none, whoever writes."""
        if self._writable:
            return self.window(number)[1]
        segment = self._segment(number // SERIES)
        return segment.heads()[number % SERIES] if segment else 0

    def window(self, number: int) -> tuple[int, int]:
        """Return the seconds of the oldest point that a series can have here, and of its newest one, 0 if there is none."""
        newest = self._newest[number] if number < len(self._newest) else 0
        return (self._oldest(newest, self._first[number]) if newest else 0), newest

    def summed(self, numbers: Iterable[int], hows: Sequence[str], since: int, until: int) -> "array[float]":
        """Return what the points of a stretch come to, as a row: each series in its way, NaN where there are none."""
        step = self.archive.step
        row = array("d", [nan]) * len(self._newest)
        bands: dict[int, list[int]] = {}
        for number in numbers:
            bands.setdefault(number // WIDE, []).append(number)
        for band, several in bands.items():
            segment = self._segments[band * WIDE // SERIES]
            columns = _columns(segment, band % (SERIES // WIDE), since, until)
            for number in several:
                found: Sequence[float] = columns[number % WIDE]
                if self._first[number] > since or self._newest[number] < until - step:
                    start = max(0, (self._oldest(self._newest[number], self._first[number]) - since) // step)
                    found = found[start : (self._newest[number] - since) // step + 1]
                if isnan(sum(found)):
                    found = [value for value in found if not isnan(value)]
                if found:
                    row[number] = REDUCE[hows[number]](found)
        return row

    def _read(
        self, segment: Segment, buffer: "array[float]", several: Sequence[int], since: int, until: int
    ) -> list[list[float]]:
        """Return the points of several series of a band."""
        step = self.archive.step
        windows = self._windows(segment, several, since, until)
        start, end = min(a for a, _ in windows), max(b for _, b in windows)
        points: list[list[float]] = []
        for many in segment.read_into(buffer, several[0] % SERIES // WIDE, start, end) if start < end else ():
            more = [buffer[number % WIDE : many : WIDE].tolist() for number in several]
            if not points:
                points = more
                continue
            for there, rest in zip(points, more, strict=True):
                there += rest  # noqa: PLW2901 - it is longer then
        points = points or [[] for _ in several]
        found = []
        for values, (first, last) in zip(points, windows, strict=True):
            if first >= last:
                found.append([nan] * len(range(since, until, step)))
                continue
            if (first, last) != (start, end):
                values = values[(first - start) // step : (last - start) // step]  # noqa: PLW2901
            values.extend([nan] * len(range(last, until, step)))
            found.append([nan] * ((first - since) // step) + values if first > since else values)
        return found

    def _is_there(self, band: int) -> bool:
        return not self._writable or band * WIDE // SERIES < len(self._latest)

    def _windows(self, segment: Segment, several: Sequence[int], since: int, until: int) -> list[tuple[int, int]]:
        """Return from when until when each of several series has points, within a stretch."""
        step = self.archive.step
        heads = segment.heads() if not self._writable else None
        windows = []
        for number in several:
            newest = heads[number % SERIES] if heads else self._newest[number]
            first = heads[SERIES + number % SERIES] if heads else self._first[number]
            windows.append((max(since, self._oldest(newest, first)), min(until, newest + step)))
        return windows

    def _oldest(self, newest: int, first: int) -> int:
        step, slots = self.archive
        return max(first, newest - step * (slots - 1))

    def _make_room(self, odd: Iterable[int], second: int) -> list[int]:
        """Begin series, or go on with them after a gap, in which there are no points; return those that are further already."""
        late, begun = [], set()
        gaps: dict[int, list[int]] = {}
        for number in odd:
            newest = self._newest[number]
            if newest >= second:
                late.append(number)
            elif not newest or second - newest >= self.archive.seconds:
                self._first[number] = second
                begun.add(number // SERIES)
            elif not self._is_clear(number // SERIES, newest, second):
                gaps.setdefault(number // WIDE, []).append(number)
        for band, several in gaps.items():
            self._clear(band, several, second)
        for place in begun:
            with memoryview(self._first) as seconds:
                self._segments[place].write_first(seconds[place * SERIES : (place + 1) * SERIES])
        return late

    def _is_clear(self, place: int, newest: int, second: int) -> bool:
        """Whether all rows between two seconds were written since this program began, so that who had no point there has a gap."""
        step = self.archive.step
        return newest + step >= self._clear_since.get(place, second) and self._latest[place] + step >= second

    def _clear(self, band: int, several: Sequence[int], second: int) -> None:
        """Clear what lies between the newest points of series of a band and a second."""
        segment, inside, step = self._segments[band * WIDE // SERIES], band % (SERIES // WIDE), self.archive.step
        begun = min(self._newest[number] for number in several) + step
        for since in range(begun, second, MOST_ROWS * step):
            until = min(second, since + MOST_ROWS * step)
            points = array("d")
            for rows in segment.rows(inside, since, until):
                points += rows
            for number in several:
                start = max(0, (self._newest[number] + step - since) // step)
                many = len(points) // WIDE - start
                if many > 0:
                    points[start * WIDE + number % WIDE :: WIDE] = array("d", [nan]) * many
            segment.write_rows(inside, since, until, points)

    def _write(self, place: int, row: "array[float]", second: int) -> None:
        """Write the row of a second that nobody has a point of yet; from then on, who has none then has a gap there already."""
        if second - self._latest[place] != self.archive.step:
            self._clear_since[place] = second
        self._clear_since.setdefault(place, second)
        with memoryview(row) as whole, whole[place * SERIES : (place + 1) * SERIES] as points:
            self._segments[place].write_row(points, second)

    def _say_newest(self, places: Iterable[int], second: int) -> None:
        with memoryview(self._newest) as seconds:
            for place in places:
                self._segments[place].write_newest(seconds[place * SERIES : (place + 1) * SERIES])
                self._latest[place] = max(self._latest[place], second)

    def _grow(self, number: int) -> None:
        """Have the segment of a series, and all before it."""
        for place in range(len(self._latest), number // SERIES + 1):
            segment = self._segment(place)
            heads = segment.heads() if segment else array("q", bytes(2 * SERIES * 8))
            self._newest += heads[:SERIES]
            self._first += heads[SERIES:]
            self._latest.append(max(heads[:SERIES]))

    def _path(self, place: int) -> Path:
        return self._folder / f"{self.archive.step}s-{place:04}.ring"

    def _segment(self, place: int) -> Segment | None:
        """Return a segment; of those that another process writes nothing, as long as it is not there."""
        if place not in self._segments:
            path = self._path(place)
            if not self._writable and not path.is_file():
                return None
            self._segments[place] = Segment(path, self.archive, writable=self._writable)
        return self._segments[place]


def _sums(columns: Sequence[Sequence[float]]) -> list[float]:
    """Return the sums of what stands beside each other, without what is NaN; NaN where all is."""
    found = list(map(added, zip(*columns, strict=True)))
    if isnan(sum(found)):
        for n, value in enumerate(found):
            if isnan(value):
                known = [column[n] for column in columns if not isnan(column[n])]
                found[n] = added(known) if known else nan
    return found


def _columns(segment: Segment, band: int, since: int, until: int) -> list[tuple[float, ...]]:
    """Return the points of each series of a band in a stretch."""
    rows = []
    for several in segment.rows(band, since, until):
        rows += [several[at : at + WIDE].tolist() for at in range(0, len(several), WIDE)]
    return list(zip(*rows, strict=True))
