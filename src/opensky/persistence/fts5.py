"""Full-text search in SQLite: an FTS5 table in the same file and transaction."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Connection

from opensky.persistence.fulltext import (
    CANDIDATES,
    LONGEST_TEXT,
    MOST_WORDS,
    SHORTEST_BEGINNING,
    Asks,
    Entry,
    Rank,
    Writes,
)
from opensky.persistence.tables import METADATA

_WORD = re.compile(r"[^\W_]+")


class Fts5Search:
    """``TextSearch`` over one FTS5 table, which is made together with all other tables.

    ``weights`` lists the columns and how much a match in each counts.
    """

    def __init__(self, name: str, weights: Mapping[str, float]) -> None:
        self._columns = tuple(weights)
        self._only = f"{{{' '.join(self._columns)}}} : "
        named = ", ".join((*self._columns, "scope"))
        definition = _DEFINITION.format(name=name, columns=named)
        event.listen(METADATA, "after_create", _on_sqlite(definition))
        values = ", ".join(f":{c}" for c in (*self._columns, "scope"))
        rank = f"bm25({name}, {', '.join(str(float(w)) for w in weights.values())}, 0.0)"
        # S608: made of names that stand in our own code, never of anything typed.
        self._insert = text(f"INSERT INTO {name} (rowid, {named}) VALUES (:id, {values})")  # noqa: S608
        self._delete = text(f"DELETE FROM {name} WHERE rowid = :id")  # noqa: S608
        # Emptying an FTS5 table row by row takes longer than filling it.
        self._clear = (text(f"DROP TABLE IF EXISTS {name}"), text(definition))
        self._find = text(
            f"SELECT weight, id FROM (SELECT rowid AS id, {rank} AS weight FROM {name} WHERE {name} MATCH :query"  # noqa: S608
            f" ORDER BY rowid DESC LIMIT {CANDIDATES})"
            " WHERE weight >= :weight AND (weight > :weight OR id < :id) ORDER BY weight, id DESC LIMIT :limit"
        )

    def find(self, reader: Asks, words: str, after: Rank, limit: int, *, scope: str = "") -> list[Rank]:
        query = match_expression(words)
        if not query:
            return []
        query = self._only + query + (f' AND scope : "{scope}"' if scope else "")
        found = reader.rows(self._find, {"query": query, "weight": after.weight, "id": after.id, "limit": limit})
        return [Rank(weight, id_) for weight, id_ in found]

    def put(self, writer: Writes, entries: Iterable[Entry], *, new: bool = False) -> None:
        blank = dict.fromkeys(self._columns, "")
        made: list[dict[str, Any]] = [{**blank, **texts, "id": id_, "scope": scope} for id_, scope, texts in entries]
        if made:
            if not new:
                self.remove(writer, [entry["id"] for entry in made])
            writer.execute(self._insert, made)

    def remove(self, writer: Writes, ids: Iterable[int]) -> None:
        if gone := [{"id": id_} for id_ in ids]:
            writer.execute(self._delete, gone)

    def clear(self, writer: Writes) -> None:
        for statement in self._clear:
            writer.execute(statement)


def match_expression(words: str) -> str:
    """Return what somebody typed as an FTS5 expression, empty if it holds no word."""
    found = _WORD.findall(words[:LONGEST_TEXT])[:MOST_WORDS]
    terms = [f'"{w}"*' if len(w) >= SHORTEST_BEGINNING else f'"{w}"' for w in found]
    return f"({' AND '.join(terms)})" if terms else ""


_DEFINITION = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5"
    "({columns}, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
)


def _on_sqlite(sql: str) -> Callable[..., None]:
    def create(_metadata: Any, connection: Connection, **_: Any) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(sql)

    return create
