"""The full-text search of an installation: the engine that its database has."""

from collections.abc import Iterable, Mapping

from opensky.persistence.fts5 import Fts5Search
from opensky.persistence.fulltext import Asks, Entry, Rank, TextSearch, Writes
from opensky.persistence.words import WordSearch


class FullText:
    """``TextSearch`` that goes by the dialect of whoever asks or writes: FTS5 in SQLite, words in a table elsewhere.

    ``weights`` lists the columns and how much a match in each counts.
    """

    def __init__(self, name: str, weights: Mapping[str, float]) -> None:
        self.name = name
        self._embedded: TextSearch = Fts5Search(name, weights)
        self._served: TextSearch = WordSearch(name, weights)

    def find(self, reader: Asks, words: str, after: Rank, limit: int, *, scope: str = "") -> list[Rank]:
        return self._by(reader.dialect).find(reader, words, after, limit, scope=scope)

    def put(self, writer: Writes, entries: Iterable[Entry], *, new: bool = False) -> None:
        self._of(writer).put(writer, entries, new=new)

    def remove(self, writer: Writes, ids: Iterable[int]) -> None:
        self._of(writer).remove(writer, ids)

    def clear(self, writer: Writes) -> None:
        self._of(writer).clear(writer)

    def _of(self, writer: Writes) -> TextSearch:
        return self._by(writer.connection.dialect.name)

    def _by(self, dialect: str) -> TextSearch:
        return self._embedded if dialect == "sqlite" else self._served
