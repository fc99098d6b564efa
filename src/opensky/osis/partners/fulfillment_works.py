"""Fulfillment Works: a warehouse that drops CSV files into a folder, as over SFTP.

```
parcel,order,sku,quantity,carrier,tracking,sent_at
FW-1001,OS-7KQ2MXB,MUG-S,2,UPS,1Z999AA10123456784,2026-11-23T09:30:00Z
FW-1001,OS-7KQ2MXB,BOWL,1,UPS,1Z999AA10123456784,2026-11-23T09:30:00Z
END,2
```

A line is so many of one thing in one parcel; the lines of a parcel follow each other. The last line says how many there are before
it, so that a file that broke off on its way is known as such.
"""

import csv
import hashlib
import io
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from opensky.kernel.watching import Calls, Watch
from opensky.osis.partners.parcels import Bad, Parcel
from opensky.osis.runtime import Reject

PARTNER = "fulfillment-works"
COLUMNS = ("parcel", "order", "sku", "quantity", "carrier", "tracking", "sent_at")
END = "END"
MOST_OF_ONE = 9999
MOST_ROWS = 20_000
_LONGEST_ROW = 2000
_LONGEST_NAME, _KEPT_OF_NAME = 150, 100
"""Of a file, in bytes: a number comes before it and '.report.csv' after it, and a file system allows 255 altogether."""


class Incomplete(Reject):
    """The file has no last line, or fewer lines than that says."""


def read(text: str) -> Iterator[Parcel | list[Bad]]:
    """Read a file: its parcels in order, and for each that is not as it should be its bad rows.

    Raises:
        Incomplete: it broke off on its way.
        Reject: it is no such file.
    """
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        raise Reject(f"This is no CSV: {error}.") from None
    if not rows or tuple(rows[0]) != COLUMNS:
        raise Reject(f"The first line should be {','.join(COLUMNS)}.")
    body, last = rows[1:-1], rows[-1]
    if len(body) > MOST_ROWS:
        raise Reject(
            f"There are {len(body):,} lines; {MOST_ROWS:,} are the most in one file, so that no file holds up others."
        )
    if len(last) != len((END, "count")) or last[0] != END:
        raise Incomplete(f"The last line should be {END} and the number of lines before it: the file has broken off.")
    if last[1] != str(len(body)):
        raise Incomplete(f"The last line says {last[1]} lines, but there are {len(body)}.")
    for first, group in _grouped(body):
        yield _parcel(first, group)


def _grouped(rows: list[list[str]]) -> Iterator[tuple[int, list[list[str]]]]:
    """Yield the rows of each parcel, and the number of the first of them; the head is row 1."""
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or not rows[i] or rows[i][:1] != rows[start][:1]:
            yield start + 2, rows[start:i]
            start = i


def _parcel(first: int, rows: list[list[str]]) -> Parcel | list[Bad]:
    """Return a parcel; if one of its rows is bad none is taken: half a parcel would be billed and shipped wrongly."""
    wrong = {place: reason for place, row in enumerate(rows, first) if (reason := _wrong(row))}
    lines: dict[str, int] = {}
    if not wrong:
        head = rows[0]
        for place, row in enumerate(rows, first):
            if row[:2] + row[4:] != head[:2] + head[4:]:
                wrong[place] = f"This line of parcel {head[0]} names another order, carrier, tracking or time."
            elif row[2] in lines:
                wrong[place] = f"Parcel {head[0]} names {row[2]} twice."
            lines[row[2]] = int(row[3]) if not wrong else 0
    if wrong:
        bad = ", ".join(map(str, wrong))
        return [
            Bad(
                row=place,
                text=_shown(",".join(row))[:_LONGEST_ROW],
                reason=wrong.get(place, f"Line {bad} of its parcel is bad."),
            )
            for place, row in enumerate(rows, first)
        ]
    number, order, _, _, carrier, tracking, sent_at = rows[0]
    return Parcel(
        row=first, number=number, order=order, lines=lines, carrier=carrier, tracking=tracking, sent_at=sent_at or None
    )


def _shown(text: str) -> str:
    """Return a line as it can be kept and read: a control character as its escape."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def _wrong(row: list[str]) -> str:
    """Return what is wrong with a row, or nothing."""
    if len(row) != len(COLUMNS):
        return f"There are {len(row)} values; there should be {len(COLUMNS)}."
    if not_text := next((value for value in row if not value.isprintable()), None):
        return f"There are control characters in {not_text!r}."
    for name, value in zip(COLUMNS[:3], row, strict=False):
        if not value.strip():
            return f"There is no {name}."
    if not (row[3].isascii() and row[3].isdecimal() and 1 <= int(row[3]) <= MOST_OF_ONE):
        return f"The quantity should be 1 to {MOST_OF_ONE}, not {row[3]!r}."
    if row[6] and not _is_moment(row[6]):
        return f"The time should be like 2026-11-23T09:30:00Z, not {row[6]!r}."
    return ""


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


class DropFolder:
    """The folder that the partner may write to, and what becomes of a file in it.

    ``incoming/`` is theirs. A file that was taken is in ``working/`` until its end, then in ``done/`` or ``refused/`` with its report
    beside it. Processes of the bus that share the queue share this folder.
    """

    def __init__(self, folder: Path, watch: Watch | None = None) -> None:
        self._calls = Calls("third.fulfillment_works", watch)
        self._folder = folder
        for name in ("incoming", "working", "done", "refused"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def incoming(self) -> Path:
        """Where the partner drops files; while one is being written its name ends with ``.part``."""
        return self._folder / "incoming"

    def waiting(self, now: float, settled: float) -> list[str]:
        """Return the names of files that are whole, or have not grown for so many seconds: then they have broken off.

        A name that is too long for what comes before and after it, or is no text, is made a shorter one first.
        """
        found = []
        for path in sorted(self.incoming.glob("*.csv")):
            try:
                if path.name.startswith(".") or path.is_symlink() or not path.is_file():
                    continue  # still on its way, or nothing that a partner should have us open
                if now - path.stat().st_mtime > settled or _ends(path):
                    found.append(_well_named(path).name)
            except OSError:
                continue  # somebody else has just taken it
        return found

    def take(self, name: str, number: int) -> str | None:
        """Take a file as number so-and-so and return its text; again, if it was taken as that. ``None`` if somebody else took it."""
        taken = self._working(name, number)
        with self._calls.timed("take"):
            if not taken.exists():
                try:
                    (self.incoming / Path(name).name).rename(taken)
                except FileNotFoundError:
                    return None
            return taken.read_text(
                "utf-8-sig", errors="replace"
            )  # spreadsheets begin a file with a mark of its encoding

    def end(self, name: str, number: int, report: str, *, refused: bool) -> Path:
        """Put a file where it ends, its report beside it; doing it again is the same as once."""
        folder = self._folder / ("refused" if refused else "done")
        taken = self._working(name, number)
        beside = folder / f"{taken.stem}.report.csv"
        part = beside.with_suffix(".part")
        part.write_text(report, "utf-8")
        part.rename(beside)
        if taken.exists():
            taken.rename(folder / taken.name)
        return beside

    def _working(self, name: str, number: int) -> Path:
        return self._folder / "working" / f"{number}-{Path(name).name}"


def _well_named(path: Path) -> Path:
    name = os.fsencode(path.name)
    if len(name) <= _LONGEST_NAME and path.name.isprintable():
        return path
    stem = "".join(letter for letter in path.stem if letter.isascii() and letter.isprintable())[:_KEPT_OF_NAME]
    return path.rename(path.with_name(f"{stem}-{hashlib.sha256(name).hexdigest()[:12]}.csv"))


def _ends(path: Path) -> bool:
    """Whether the last line is the one that ends a file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 100))
        return file.read().rstrip().rpartition(b"\n")[2].startswith(END.encode() + b",")
