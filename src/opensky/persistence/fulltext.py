"""Full-text search: a port, and the embedded engine over SQLite FTS5 in the same file and transaction.

What a person types is taken apart into words, and each word is quoted: nothing typed can break or steer a query. Every word
must occur; longer ones also match as a beginning. Accents and capitals do not matter.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Executable, event, text
from sqlalchemy.engine import Connection

from opensky.persistence.cursors import pack, unpack
from opensky.persistence.tables import METADATA

MOST_WORDS, LONGEST_TEXT = 8, 200
CANDIDATES = 1000
"""How many of the newest matches are weighed against each other: what everything matches costs no more than that."""
SHORTEST_BEGINNING = 2
_WORD = re.compile(r"[^\W_]+")

Execute = Callable[..., Any]


class Rank(NamedTuple):
    """Where a page of results ended: the weight (the better, the smaller) and the id."""

    weight: float
    id: int

    def text(self) -> str:
        """Return the cursor as it stands in an address."""
        return pack(">dq", self.weight, self.id)

    @classmethod
    def read(cls, text: str, field: str = "before") -> "Rank":
        """Read what ``text`` wrote; an empty text, or a weight that nothing weighs, is the start. Raises ``Invalid``."""
        if not text:
            return BEST
        weight, id_ = unpack(">dq", text, field)
        return cls(weight, id_) if math.isfinite(weight) else BEST


BEST = Rank(-1e300, (1 << 63) - 1)


class TextSearch(Protocol):
    """Finds ids by words. Entries are written in the transaction of the caller."""

    def find(
        self, rows: Callable[[Executable, Any], Sequence[Any]], words: str, after: Rank, limit: int, *, scope: str = ""
    ) -> list[Rank]:
        """Return the best matches after ``after``, best first; nothing where ``words`` holds no word.

        ``rows`` runs a statement (``Reader.rows``). ``scope`` keeps to the entries that were put with that scope.
        """

    def put(
        self, execute: Execute, entries: Iterable[tuple[int, str, Mapping[str, str]]], *, new: bool = False
    ) -> None:
        """Write entries (id, scope, texts by column) that replace those of the same ids; ``new``: there are none."""

    def remove(self, execute: Execute, ids: Iterable[int]) -> None:
        """Remove the entries of these ids; unknown ones do not matter."""

    def clear(self, execute: Execute) -> None:
        """Remove all entries."""


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

    def find(
        self, rows: Callable[[Executable, Any], Sequence[Any]], words: str, after: Rank, limit: int, *, scope: str = ""
    ) -> list[Rank]:
        query = match_expression(words)
        if not query:
            return []
        query = self._only + query + (f' AND scope : "{scope}"' if scope else "")
        found = rows(self._find, {"query": query, "weight": after.weight, "id": after.id, "limit": limit})
        return [Rank(weight, id_) for weight, id_ in found]

    def put(
        self, execute: Execute, entries: Iterable[tuple[int, str, Mapping[str, str]]], *, new: bool = False
    ) -> None:
        blank = dict.fromkeys(self._columns, "")
        if made := [{**blank, **texts, "id": id_, "scope": scope} for id_, scope, texts in entries]:
            if not new:
                self.remove(execute, [entry["id"] for entry in made])  # type: ignore[misc]
            execute(self._insert, made)

    def remove(self, execute: Execute, ids: Iterable[int]) -> None:
        if gone := [{"id": id_} for id_ in ids]:
            execute(self._delete, gone)

    def clear(self, execute: Execute) -> None:
        for statement in self._clear:
            execute(statement)


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
