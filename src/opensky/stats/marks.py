"""Marks: what happened at a moment and is drawn on every graph: a deploy, an alert, a note of a person. Graphite calls them events.

They stand beside the store, in a small SQLite file of their own, since whoever deploys or watches writes there as well, while only one
process writes the store. Each call opens the file and lets go of it: marks are few, and nothing is held over a fork or a thread.
"""

import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

FILE = "marks.sqlite"
MOST = 100_000
"""Marks that are kept; then the oldest make way."""
LONGEST_WHAT, LONGEST_DATA = 255, 65_536
"""Characters."""
_PATIENCE = 10.0
_TABLE = (
    "CREATE TABLE IF NOT EXISTS mark"
    " (id INTEGER PRIMARY KEY, second INTEGER NOT NULL, what TEXT NOT NULL, tags TEXT NOT NULL, data TEXT NOT NULL)"
)
_INDEX = "CREATE INDEX IF NOT EXISTS mark_second ON mark (second)"


@dataclass(frozen=True, slots=True)
class Mark:
    """What happened at a second, with words to find it by, and what else there is to say."""

    id: int
    when: int
    what: str
    tags: tuple[str, ...] = ()
    data: str = ""


class Marks:
    """The marks of a folder. Several processes may add at once, and read."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE
        self._clock = clock

    def add(self, what: str, tags: Sequence[str] = (), data: str = "", when: float | None = None) -> int:
        """Set a mark, now unless told otherwise, and return its number.

        Raises:
            ValueError: it says nothing, too much, has a tag that is no single word, or control characters, which would steer a terminal.
        """
        _check(what, tags, data)
        second = int(self._clock() if when is None else when)
        words = f" {' '.join(dict.fromkeys(tags))} "
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._opened("rwc") as file, file:
            file.execute("BEGIN IMMEDIATE")
            file.execute(_TABLE)
            file.execute(_INDEX)
            row = (second, what, words, data)
            made = file.execute("INSERT INTO mark (second, what, tags, data) VALUES (?, ?, ?, ?)", row).lastrowid
            file.execute("DELETE FROM mark WHERE id <= ?", ((made or 0) - MOST,))
        return made or 0

    def between(
        self, since: float, until: float, tags: Sequence[str] = (), *, any_of: bool = False, most: int = MOST
    ) -> list[Mark]:
        """Return the marks of a stretch of time, both its ends included, the oldest first: those that have all of the tags, or any of them.

        Where there are more than ``most``, the newest of them.
        """
        having = (" OR " if any_of else " AND ").join("instr(tags, ?) > 0" for _ in tags) or "1"
        asked = [int(since), int(until), *(f" {tag} " for tag in tags), most]
        return self._found(f"second BETWEEN ? AND ? AND ({having})", asked)[::-1]

    def one(self, number: int) -> Mark | None:
        """Return a mark by its number."""
        return next(iter(self._found("id = ?", [number, 1])), None)

    def _found(self, where: str, asked: Sequence[object]) -> list[Mark]:
        if not self._path.is_file():
            return []
        select = f"SELECT id, second, what, tags, data FROM mark WHERE {where} ORDER BY second DESC, id DESC LIMIT ?"  # noqa: S608 - of our own texts
        with self._opened("rw") as file:
            if not file.execute("SELECT 1 FROM sqlite_master WHERE name = 'mark'").fetchone():
                return []  # another process is just making it
            rows = file.execute(select, asked).fetchall()
        return [Mark(id_, second, what, tuple(tags.split()), data) for id_, second, what, tags, data in rows]

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        place = f"{self._path.resolve().as_uri()}?mode={mode}"
        with closing(sqlite3.connect(place, uri=True, isolation_level=None, timeout=_PATIENCE)) as file:
            yield file


def _check(what: str, tags: Sequence[str], data: str) -> None:
    if not what.strip() or len(what) > LONGEST_WHAT:
        raise ValueError(f"A mark says what happened, in at most {LONGEST_WHAT} characters, not {len(what)}.")
    if len(data) > LONGEST_DATA:
        raise ValueError(f"A mark has at most {LONGEST_DATA:,} characters of data, not {len(data):,}.")
    if _controls(what) or _controls(data, but="\t\r\n"):
        raise ValueError("A mark has no control characters; tabs and new lines may stand in its data alone.")
    for tag in tags:
        one_word = not isinstance(tags, str) and tag.split() == [tag] and not _controls(tag)
        if not one_word or len(tag) > LONGEST_WHAT:
            raise ValueError(f"A tag of a mark is one word of at most {LONGEST_WHAT} characters, not {tag!r}.")


def _controls(text: str, but: str = "") -> bool:
    return any(unicodedata.category(letter) == "Cc" and letter not in but for letter in text)
