"""The reader: read paths that skip objects. Rows and JSON go straight into the values that a page or the API shows."""

from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

import msgspec
from sqlalchemy import Executable, Row, func, select
from sqlalchemy.engine import Connection, Engine

from opensky.mapping import describe
from opensky.persistence.connecting import connected
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.documents.filters import Filter
from opensky.persistence.documents.reading import DocumentQuery, converted
from opensky.persistence.documents.sql_engine import SqlDocuments
from opensky.persistence.errors import ConnectionLost
from opensky.persistence.kept import KeptCursors
from opensky.persistence.query import Query
from opensky.persistence.tables import table

S = TypeVar("S")


class Reader:
    """Reads for one request on one connection, taken at first use; every statement sees the newest commit.

    Counts its statements in ``statements``, so that tests can assert how many a page needs. ``elsewhere`` reads documents
    that are kept in another store than the rows. As it holds nothing between two statements, it takes another connection
    once if its own is lost; ``instead`` is where to if a replica is gone. ``kept`` gives cursors that stay open between requests.
    """

    def __init__(
        self,
        engine: Engine,
        on_query: Callable[[str], None] | None = None,
        elsewhere: Callable[[], DocumentEngine] | None = None,
        instead: Engine | None = None,
        kept: KeptCursors | None = None,
    ) -> None:
        self._engine = engine
        self._instead = instead
        self._on_query = on_query
        self._elsewhere = elsewhere
        self._kept = kept
        self._connection: Connection | None = None
        self._cursor: Any = None
        self.statements = 0

    @property
    def dialect(self) -> str:
        """The name of the SQL dialect that is spoken: ``sqlite``, ``mysql`` or ``postgresql``."""
        return self._engine.dialect.name

    def fetch(self, query: Query[S], **values: Any) -> list[S]:
        """Run a prepared query and return what it makes of the rows."""
        self.statements += 1
        if self._on_query is not None:
            self._on_query(query.text)
        try:
            return query.run(self._driver_cursor(), self._engine.dialect, values)
        except ConnectionLost as error:
            self._reconnect(error)
            return query.run(self._driver_cursor(), self._engine.dialect, values)

    def fetch_one(self, query: Query[S], **values: Any) -> S | None:
        """Return the first value of a prepared query, or ``None``."""
        return next(iter(self.fetch(query, **values)), None)

    def rows(self, statement: Executable, parameters: Any = None) -> Sequence[Row[Any]]:
        """Run a Core statement and return its rows."""
        self.statements += 1
        return self._again(lambda: self._connected().execute(statement, parameters).fetchall())

    def one(self, statement: Executable, parameters: Any = None) -> Row[Any] | None:
        """Return the first row of a Core statement, or ``None``."""
        return next(iter(self.rows(statement, parameters)), None)

    def structs(self, statement: Executable, into: type[S], parameters: Any = None) -> list[S]:
        """Run a Core statement and make each row a ``into``, by column name."""
        return [msgspec.convert(row._mapping, into, from_attributes=False) for row in self.rows(statement, parameters)]  # noqa: SLF001

    def read(self, query: DocumentQuery[S], **values: Any) -> list[S]:
        """Answer a prepared question about documents."""
        self.statements += 1
        if self._on_query is not None:
            self._on_query(query.text)
        if self._elsewhere is not None:
            return self._elsewhere().read(query, values)
        try:
            return query.run(self._driver_cursor(), self._engine.dialect, values)
        except ConnectionLost as error:
            self._reconnect(error)
            return query.run(self._driver_cursor(), self._engine.dialect, values)

    def read_one(self, query: DocumentQuery[S], **values: Any) -> S | None:
        """Return the first answer to a prepared question about documents, or ``None``."""
        return next(iter(self.read(query, **values)), None)

    def documents(
        self, cls: type, filter_: Filter, into: type[S], *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[S]:
        """Return the documents that match, each as ``into``. For what is asked rarely: the filter is compiled each time."""
        self.statements += 1
        return converted(self._again(lambda: self._documents().find(cls, filter_, sort=sort, limit=limit)), into)

    def count(self, cls: type) -> int:
        """Return how many objects of a class are kept. For jobs and tests, never for a request."""
        if describe(cls).store == "documents":
            self.statements += 1
            return self._again(lambda: self._documents().count(cls, {}))
        return int(self.rows(select(func.count()).select_from(table(cls)))[0][0])

    def close(self) -> None:
        """Give the connection back; the next use takes one anew."""
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = connected(self._engine)
        return self._connection

    def _again(self, ask: Callable[[], S]) -> S:
        try:
            return ask()
        except ConnectionLost as error:
            self._reconnect(error)
            return ask()

    def _reconnect(self, lost: ConnectionLost) -> None:
        self._cursor = None
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate(lost)
            connection.close()
        if self._instead is not None:
            self._engine, self._instead = self._instead, None

    def _documents(self) -> DocumentEngine:
        return self._elsewhere() if self._elsewhere is not None else SqlDocuments(self._connected())

    def _driver_cursor(self) -> Any:
        if self._kept is not None:
            return self._kept.cursor()
        if self._cursor is None:
            self._cursor = self._connected().connection.cursor()
        return self._cursor
