"""Full-text search in a plain table of words, the same on every server (adr 0016).

One row for each word of an entry: ``(word, id, scope, weight)``. The beginnings of two and three letters have rows of their own:
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
from opensky.persistence.tables import METADATA
from opensky.persistence.types import INT64, text

LONGEST_WORD = 60
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
            Column("scope", text(40), nullable=False),
            Column("weight", Integer, nullable=False),
        )
        Index(f"ix_{name}_words_id", self._rows.c.id, self._rows.c.word)
        self._statement = cache(self._build)
        event.listen(METADATA, "after_create", self._create)

    def find(self, reader: Asks, words_: str, after: Rank, limit: int, *, scope: str = "") -> list[Rank]:
        asked = sorted(dict.fromkeys(words(words_[:LONGEST_TEXT])[:MOST_WORDS]), key=len, reverse=True)
        if not asked:
            return []
        ranges = tuple(len(word) > max(_BEGINNINGS) for word in asked)
        values: dict[str, Any] = {"weight": after.weight, "id": after.id, "limit": limit}
        for i, word in enumerate(asked):
            values[f"word_{i}"] = word
            if ranges[i]:
                values[f"beyond_{i}"] = word + _LAST
        if scope:
            values["scope"] = scope
        found = reader.rows(self._statement(ranges, bool(scope)), values)
        return [Rank(float(weight), id_) for weight, id_ in found]

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
        for word in sorted(found):  # always in one order, so that two writers cannot wait for each other
            yield {"word": word, "id": id_, "scope": scope, "weight": -found[word]}

    def _build(self, ranges: tuple[bool, ...], scoped: bool) -> Select[Any]:  # noqa: FBT001 - a key of the cache
        """Return the statement for so many words, the rarest (by its length) first; each is a range or one word."""
        each = [self._rows.alias(f"w{i}") for i in range(len(ranges))]
        first = each[0]
        found = and_(*(_matches(rows, i, ranges[i]) for i, rows in enumerate(each)))
        joined: Any = first
        for rows in each[1:]:
            joined = joined.join(rows, rows.c.id == first.c.id)
        weight = sum((func.min(rows.c.weight) for rows in each[1:]), func.min(first.c.weight))
        newest = select(first.c.id.label("id"), weight.label("weight")).select_from(joined).where(found)
        if scoped:
            newest = newest.where(first.c.scope == bindparam("scope"))
        candidates = newest.group_by(first.c.id).order_by(first.c.id.desc()).limit(CANDIDATES).subquery("found")
        at, before = bindparam("weight", type_=Double()), bindparam("id", type_=INT64)
        return (
            select(candidates.c.weight, candidates.c.id)
            .where(candidates.c.weight >= at, or_(candidates.c.weight > at, candidates.c.id < before))
            .order_by(candidates.c.weight, candidates.c.id.desc())
            .limit(bindparam("limit", type_=Integer()))
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
