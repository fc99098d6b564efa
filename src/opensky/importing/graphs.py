"""Social graphs out of files: every line becomes an edge, a refusal with its line number, or is skipped, exactly once.

Text: one edge a line, "source target" or "source target time", parted by tabs, commas, semicolons or blanks, plain or
``.gz``. Comments (``#``, ``%``), blank lines and a header are skipped. MATLAB: an edge matrix of two or three columns, or a
square adjacency matrix; then a "line" is a row, or an entry, of the matrix.
"""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, cast

from opensky.importing import ids
from opensky.importing.report import Refused
from opensky.kernel.errors import Misconfigured

LONGEST_LINE = 1_000
_NUMBER = re.compile(rb"[0-9]{1,18}")
_PARTS = re.compile(rb"[\t,;]| +")
_EPOCH = re.compile(rb"([0-9]{9,13})(\.[0-9]+)?")
_MILLISECONDS = 100_000_000_000
"""From here on an epoch time is in milliseconds: as seconds it would be the year 5138."""
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_FEWEST, _MOST = 2, 3
_PLANE = 2


@dataclass(frozen=True, slots=True)
class Edge:
    """One member follows one seller, both by the numbers of the source; ``at`` is ``None`` where the file says nothing."""

    line: int
    source: int
    target: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that means to say nothing."""

    line: int
    why: str


Found = Edge | Refused | Skipped


def read(path: Path, after: int = 0) -> Iterator[Found]:
    """Yield what each line of the file is, from the line after ``after`` on.

    Raises:
        Misconfigured: the file cannot be read, or a ``.mat`` file without an edge matrix.
    """
    if not path.is_file():
        message = f"There is no file {path}; name an edge list (.tsv, .csv, .txt, each also .gz) or a .mat file."
        raise Misconfigured(message, path=str(path))
    return _matlab(path, after) if path.suffix == ".mat" else _text(path, after)


def parse(line: int, text: bytes, *, header: bool = False) -> Found:
    """Say what one line is; ``header`` allows it to be words."""
    text = text.strip(b" \t\r\n\x00\xef\xbb\xbf")
    if not text or text[:1] in {b"#", b"%"}:
        return Skipped(line, "comment" if text else "blank line")
    parts = [part.strip(b"\"' ") for part in _PARTS.split(text)]
    if header and not any(_NUMBER.fullmatch(part) for part in parts):
        return Skipped(line, "header")
    if len(text) >= LONGEST_LINE:
        return _refused("line is too long", line, text)
    if not _FEWEST <= len(parts) <= _MOST:
        return _refused("not two or three fields", line, text)
    if not (_NUMBER.fullmatch(parts[0]) and _NUMBER.fullmatch(parts[1])):
        return _refused("id is not a whole number", line, text)
    return _edge(line, int(parts[0]), int(parts[1]), parts[2] if len(parts) == _MOST else b"", text)


def _edge(line: int, source: int, target: int, time: bytes, text: bytes) -> Found:
    if max(source, target) >= ids.PER_DAY:
        return _refused("id is too large", line, text)
    at = _instant(time) if time else None
    if time and at is None:
        return _refused("time is not understood", line, text)
    if source == target:
        return _refused("follows itself", line, text)
    return Edge(line, source, target, at)


def _instant(text: bytes) -> datetime | None:
    """Read epoch seconds or milliseconds, or ISO 8601; without a zone it is UTC."""
    try:
        if _EPOCH.fullmatch(text):
            seconds = float(text)
            at = datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS else seconds, UTC)
        else:
            at = datetime.fromisoformat(text.decode("ascii"))
            at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if datetime.fromtimestamp(0, UTC) <= at < _LATEST else None


def _refused(reason: str, line: int, text: bytes) -> Refused:
    return Refused(reason, line, text[:100].decode("utf-8", "backslashreplace"))


def _text(path: Path, after: int) -> Iterator[Found]:
    try:
        with cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb") as file:
            yield from _lines(file, after)
    except (OSError, EOFError) as error:
        message = f"Cannot read {path} to its end: {error}"
        raise Misconfigured(message, path=str(path)) from error


def _lines(file: IO[bytes], after: int) -> Iterator[Found]:
    number, header = 0, True
    while text := file.readline(LONGEST_LINE):
        number += 1
        rest = text
        while rest and rest[-1:] != b"\n":  # the tail of an endless line is passed by, not kept
            rest = file.readline(LONGEST_LINE)
        if number > after or header:
            found = parse(number, text, header=header)
            header = header and isinstance(found, Skipped) and found.why != "header"
            if number > after:
                yield found


def _matlab(path: Path, after: int) -> Iterator[Found]:
    name, matrix = _edge_matrix(path)
    for line, row in enumerate(matrix, 1):
        if line > after:
            yield _row(line, row, name)


def _row(line: int, row: Any, name: str) -> Found:
    values = row.tolist()
    text = f"{name}: {' '.join(f'{v:.15g}' for v in values)}".encode()
    if not all(v == v and v >= 0 and float(v).is_integer() for v in values[:2]):  # noqa: PLR0124 - not a number is not itself
        return _refused("id is not a whole number", line, text)
    time = f"{values[2]:.0f}".encode() if len(values) == _MOST else b""
    return _edge(line, int(values[0]), int(values[1]), time, text)


def _edge_matrix(path: Path) -> tuple[str, Any]:
    """Return the name and rows of the variable that holds the edges: the longest of two or three columns, or a square."""
    if find_spec("scipy") is None:
        message = "A .mat file needs scipy; run this as ./opensky import, which installs the extra `imports`."
        raise Misconfigured(message)
    from scipy import io, sparse  # noqa: PLC0415 - only this format needs it, and it takes a second to load

    try:
        found = {name: value for name, value in io.loadmat(path).items() if not name.startswith("__")}
    except (ValueError, NotImplementedError, TypeError, OSError, io.matlab.MatReadError) as error:
        message = f"{path} is not a MATLAB file that can be read (up to version 7): {error}"
        raise Misconfigured(message, path=str(path)) from error
    numbers = {n: v for n, v in found.items() if v.ndim == _PLANE and v.dtype.kind in "biuf" and min(v.shape)}
    squares = {n: v for n, v in numbers.items() if v.shape[0] == v.shape[1] and (sparse.issparse(v) or v.max() <= 1)}
    lists = {n: v for n, v in numbers.items() if n not in squares and v.shape[1] in {_FEWEST, _MOST}}
    if lists:
        name = max(lists, key=lambda n: int(lists[n].shape[0]))
        return name, lists[name]
    if squares:
        name = max(squares, key=lambda n: int(squares[n].shape[0]))
        return name, _entries(sparse.coo_array(squares[name]))
    has = ", ".join(f"{n} ({' x '.join(map(str, v.shape))})" for n, v in found.items()) or "nothing"
    message = f"{path} has no edge matrix of two or three columns and no square one; it has {has}."
    raise Misconfigured(message, path=str(path))


def _entries(matrix: Any) -> Any:
    """Return (row, column) of the entries of an adjacency matrix, counted from 1 as MATLAB does, row by row."""
    import numpy as np  # noqa: PLC0415 - here for MATLAB files only

    some = matrix.data != 0
    rows, columns = matrix.row[some].astype(np.int64), matrix.col[some].astype(np.int64)
    order = np.lexsort((columns, rows))
    return np.stack((rows[order] + 1, columns[order] + 1), axis=1)
