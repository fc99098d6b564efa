"""Full-text search in a plain table of words, the same on every server (adr 0016).

One row for each word of an entry: ``(word, id, weight)``. The beginnings of two and three letters have rows of their own:
such short ones match too much to be a range. A longer word that somebody types is a range of the words that begin so.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    event,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.engine import Connection

from opensky.persistence.fulltext import (
    CANDIDATES,
    LONGEST_TEXT,
    MOST_WORDS,
    Asks,
    Entry,
    Rank,
    Writes,
)
from opensky.persistence.tables import BESIDE, METADATA
from opensky.persistence.types import INT64, text

LONGEST_WORD = 60
ENTRY = "@"
"""Begins the words that nobody can type: each entry has one row under this alone, and one under this and its scope."""
COMMON = 3000
"""So many rows of a word are gone through; of what is more common, the newest entries are asked whether they have it."""
_BEGINNINGS = (2, 3)
_BATCH = 5000
_WORD = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"
_TABLES = MetaData()
"""Not those of the model: in SQLite there are none of these."""


def words(written: str) -> list[str]:
    """Return the words of a text, without capitals and accents."""
    plain = unicodedata.normalize("NFKD", written.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return [word[:LONGEST_WORD] for word in _WORD.findall(bare)]


class WordSearch:
    """``TextSearch`` over a table of words. The weight of a match grows with its column's, and shrinks in long texts."""

    def __init__(self, name: str, weights: Mapping[str, float]) -> None:
        self._weights = dict(weights)
        self._rows = Table(
            f"{name}_words",
            _TABLES,
            Column("word", text(LONGEST_WORD), primary_key=True),
            Column("id", INT64, primary_key=True, autoincrement=False),
            Column("weight", Integer, nullable=False),
        )
        Index(f"ix_{name}_words_id", self._rows.c.id, self._rows.c.word)
        self._counting, self._finding = cache(self._count), cache(self._build)
        event.listen(METADATA, "after_create", self._create)
        METADATA.info.setdefault(BESIDE, set()).add(self._rows.name)

    def find(self, reader: Asks, words_: str, after: Rank, limit: int, *, scope: str = "") -> list[Rank]:
        asked = list(dict.fromkeys(words(words_[:LONGEST_TEXT])[:MOST_WORDS]))
        if not asked:
            return []
        ranges = tuple(len(word) > max(_BEGINNINGS) for word in asked)
        values: dict[str, Any] = {f"word_{i}": word for i, word in enumerate(asked)}
        values |= {f"beyond_{i}": word + _LAST for i, word in enumerate(asked) if ranges[i]}
        led = None if scope else self._rarest(reader, ranges, values)
        values |= {"weight": after.weight, "id": after.id, "limit": limit}
        if led is None:
            values["all"] = ENTRY + scope
        return [Rank(float(weight), id_) for weight, id_ in reader.rows(self._finding(ranges, led), values)]

    def _rarest(self, reader: Asks, ranges: tuple[bool, ...], values: dict[str, Any]) -> int | None:
        """Return which word is the rarest; ``None`` if all are so common that the newest entries are soon found to have them."""
        (counted,) = reader.rows(self._counting(ranges), values)
        rarest = min(range(len(ranges)), key=lambda i: counted[i])
        return rarest if counted[rarest] < COMMON else None

    def put(self, writer: Writes, entries: Iterable[Entry], *, new: bool = False) -> None:
        made = list(entries)
        if not new:
            self.remove(writer, [id_ for id_, _, _ in made])
        rest = (row for entry in made for row in self._rows_of(*entry))
        while batch := list(islice(rest, _BATCH)):
            writer.execute(insert(self._rows), batch)

    def remove(self, writer: Writes, ids: Iterable[int]) -> None:
        if gone := list(ids):
            writer.execute(delete(self._rows).where(self._rows.c.id.in_(gone)))

    def clear(self, writer: Writes) -> None:
        writer.execute(delete(self._rows))

    def _rows_of(self, id_: int, scope: str, texts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        found: Counter[str] = Counter()
        for column, weight in self._weights.items():
            several = words(texts.get(column, ""))
            for word, times in Counter(several).items():
                # As bm25 counts: again is worth less each time, and any one word less in a long text.
                found[word] += round(220 * weight * times / (times + 0.3 + 0.07 * len(several)))
        for word, worth in list(found.items()):
            for length in _BEGINNINGS:
                if len(word) > length:
                    found[word[:length]] = max(found[word[:length]], worth // 2)
        found[ENTRY] = found[ENTRY + scope] = 0
        for word in sorted(found):  # always in one order, so that two writers cannot wait for each other
            yield {"word": word, "id": id_, "weight": -found[word]}

    def _count(self, ranges: tuple[bool, ...]) -> Select[Any]:
        """Return the statement that counts the rows of each word, up to ``COMMON``."""
        some = (select(self._rows.c.id).where(_matches(self._rows, i, r)).limit(COMMON) for i, r in enumerate(ranges))
        return select(*(select(func.count()).select_from(rows.subquery()).scalar_subquery() for rows in some))

    def _build(self, ranges: tuple[bool, ...], led: int | None) -> Select[Any]:
        """Return the statement that goes through the entries of one word, or through all, the newest first.

        The other words are looked up one by one, as values: a server that may join as it likes goes through all entries of all.
        """
        first = self._rows.alias("led")
        start = (
            first.c.word == bindparam("all", type_=first.c.word.type)
            if led is None
            else _matches(first, led, ranges[led])
        )
        newest = select(first.c.id).where(start)
        for i, each in enumerate(ranges):
            if i != led:
                newest = newest.where(self._weight(i, each, first).is_not(None))
        if led is not None and ranges[led]:
            newest = newest.group_by(first.c.id)
        chosen = newest.order_by(first.c.id.desc()).limit(CANDIDATES).subquery("chosen")
        weight = sum((self._weight(i, each, chosen) for i, each in enumerate(ranges)), literal(0, Integer()))
        # With a limit, though it cuts nothing: PostgreSQL would put the weight, as it stands, wherever it is named below.
        found = select(chosen.c.id, weight.label("weight")).limit(CANDIDATES).subquery("found")
        at: Any = bindparam("weight", type_=Double())
        before = bindparam("id", type_=INT64)
        return (
            select(found.c.weight, found.c.id)
            .where(found.c.weight >= at, or_(found.c.weight > at, found.c.id < before))
            .order_by(found.c.weight, found.c.id.desc())
            .limit(bindparam("limit", type_=Integer()))
        )

    def _weight(self, number: int, begins: bool, of: Any) -> Any:  # noqa: FBT001 - one of a list of flags
        rows = self._rows.alias()
        return (
            select(func.min(rows.c.weight))
            .where(rows.c.id == of.c.id, _matches(rows, number, begins))
            .scalar_subquery()
        )

    def _create(self, _metadata: Any, connection: Connection, **_: Any) -> None:
        if connection.dialect.name != "sqlite":
            self._rows.create(connection, checkfirst=True)


def _matches(rows: Any, number: int, begins: bool) -> Any:  # noqa: FBT001 - one of a list of flags
    word = rows.c.word
    if not begins:
        return word == bindparam(f"word_{number}", type_=word.type)
    return and_(
        word >= bindparam(f"word_{number}", type_=word.type), word < bindparam(f"beyond_{number}", type_=word.type)
    )
