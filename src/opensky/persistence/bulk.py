"""Bulk writing: many rows and documents a second, without objects, events or change sets. For imports and demo data."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Self, TypeVar

from sqlalchemy.engine import Connection

from opensky.persistence.connecting import undone
from opensky.persistence.documents.codec import dump
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.documents.reading import DocumentQuery
from opensky.persistence.statements import insert_ignore
from opensky.persistence.tables import table
from opensky.persistence.unit_of_work import Transactions

S = TypeVar("S")
BATCH = 5000


class Bulk:
    """One writing transaction after the other; what is there already (by primary key) is left as it is.

    ``commit`` ends a transaction, and the next call begins another. Leaving the ``with`` block without ``commit`` undoes
    what was not committed. Nobody hears of what it writes: it raises no lifecycle event, and the history keeps nothing of it.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._open: Connection | None = None
        self._documents: DocumentEngine | None = None

    @property
    def connection(self) -> Connection:
        """The connection of the open transaction; begins one."""
        if self._open is None:
            self._open = self._transactions.begin()
        return self._open

    def rows(self, cls: type, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows of an entity, given by column (``price_minor``), all with the same columns."""
        statement = insert_ignore(table(cls))
        self._batches(statement, rows)

    def tuples(self, cls: type, columns: Sequence[str], tuples: Iterable[Sequence[Any]]) -> None:
        """Insert rows as tuples of driver-ready values: the fastest door, several times cheaper than ``rows``.

        Instants must be text as the driver keeps them (``2026-11-23 08:00:00.000000``), JSON must be text.
        """
        compiled = insert_ignore(table(cls)).values(dict.fromkeys(columns)).compile(dialect=self.connection.dialect)
        rows: Iterable[Any] = tuples
        if compiled.positiontup is None:  # a driver that takes parameters by name
            rows = (dict(zip(columns, values, strict=True)) for values in tuples)
        elif (order := [list(columns).index(name) for name in compiled.positiontup]) != sorted(order):
            rows = (tuple(values[i] for i in order) for values in tuples)
        cursor = self.connection.connection.cursor()
        try:
            if self.connection.dialect.name == "sqlite":
                cursor.executemany(str(compiled), rows)  # type: ignore[arg-type]  # sqlite3 takes any iterable
                return
            rest = iter(rows)
            while batch := list(islice(rest, BATCH)):  # the others want lists, and none that is empty
                cursor.executemany(str(compiled), batch)
        finally:
            cursor.close()

    def documents(self, cls: type, objects: Iterable[Any]) -> None:
        """Insert documents, with the rows of their list indexes."""
        rest = iter(objects)
        while batch := [dump(o) for o in islice(rest, BATCH)]:
            connection = self.connection
            if self._documents is None:
                self._documents = self._transactions.documents(connection)
            self._documents.bulk(cls, batch)

    def read(self, query: DocumentQuery[S], **values: Any) -> list[S]:
        """Answer a prepared question about documents in the open transaction."""
        return self._transactions.documents(self.connection).read(query, values)

    def execute(self, statement: Any, parameters: Any = None) -> Any:
        """Run a Core statement in the open transaction."""
        return self.connection.execute(statement, parameters)

    def commit(self) -> None:
        """Commit what was written since the last commit."""
        if self._open is not None:
            connection, self._open = self._open, None
            documents, self._documents = self._documents, None
            try:
                self._transactions.commit(connection)
            finally:
                self._transactions.end(connection)
            if documents is not None:
                documents.committed()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._open is not None:
            connection, self._open = self._open, None
            documents, self._documents = self._documents, None
            try:
                undone(connection)
            finally:
                self._transactions.end(connection)
            if documents is not None:
                documents.rolled_back()

    def _batches(self, statement: Any, rows: Iterable[Mapping[str, Any]]) -> None:
        rest = iter(rows)
        while batch := list(islice(rest, BATCH)):
            self.connection.execute(statement, batch)
