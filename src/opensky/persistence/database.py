"""The database: engines, tables and units of work of one installation."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DatabaseError

from opensky.kernel.clock import Clock, SystemClock
from opensky.kernel.errors import Misconfigured
from opensky.kernel.ids import IdGenerator
from opensky.mapping import describe
from opensky.persistence import schema
from opensky.persistence.bulk import Bulk
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.documents.sql_engine import SqlDocuments
from opensky.persistence.engines.sqlite import Turns, keep_private, reading_engine, writing_engine
from opensky.persistence.outbox import OutboxMessage
from opensky.persistence.reader import Reader
from opensky.persistence.references import guard_references
from opensky.persistence.sql_mapper import map_entities
from opensky.persistence.tables import table
from opensky.persistence.unit_of_work import UnitOfWork


class Database:
    """Opens units of work, readers and bulk writers over one SQLite file.

    ``model`` lists every class that is kept; ``threads`` is how many may read at once. Nothing is opened before first use.
    """

    def __init__(
        self,
        file: Path,
        model: Iterable[type],
        *,
        ids: IdGenerator | None = None,
        clock: Clock | None = None,
        threads: int = 8,
    ) -> None:
        self.file = file
        self.clock = clock or SystemClock()
        self.ids = ids or IdGenerator(0, self.clock)
        self.model = (*model, OutboxMessage)
        for cls in self.model:
            table(cls)
            if describe(cls).store == "documents":
                guard_references(cls)
        map_entities(self.model)
        # A thread can hold two at once, its reader's and its reading unit's: with fewer, all could wait for each other.
        self._reading = reading_engine(file, 2 * threads)
        self._writing = writing_engine(file)
        self._writes = _Writes(self._writing)
        self._reads = _Reads(self._reading)
        self.engines = (self._reading, self._writing)
        self.on_query: Callable[[str], None] | None = None
        """Told of each prepared query, which the engines' own events do not see."""

    def create(self) -> None:
        """Make the tables that are missing, in a file that its owner alone can read.

        Raises:
            Misconfigured: a newer release made them, or the file is no database or a damaged one.
        """
        keep_private(self.file)
        with self._readable(), self._writing.begin() as connection:
            schema.prepare(connection)

    def check(self) -> None:
        """Raise ``Misconfigured`` if the tables belong to a newer release, or the file is damaged."""
        with self._readable(), self._reading.connect() as connection:
            schema.check(connection)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Say of a file that SQLite cannot make sense of what it is and what to do."""
        try:
            yield
        except DatabaseError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
            if code not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise
            message = (
                f"The database {self.file} is damaged, or no SQLite database ({error.orig}). "
                "Put back a copy of it, or name another data folder with --data; it was left as it is."
            )
            raise Misconfigured(message, path=str(self.file)) from error

    def unit_of_work(self, *, read_only: bool = False) -> UnitOfWork:
        """Open a unit of work; a reading one takes no turn to write and refuses changes."""
        transactions = self._reads if read_only else self._writes
        return UnitOfWork(transactions, self.ids, self.clock, read_only=read_only)

    def reader(self) -> Reader:
        """Open a reader."""
        return Reader(self._reading, self.on_query)

    def bulk(self) -> Bulk:
        """Open a bulk writer."""
        return Bulk(self._writes)

    def close(self) -> None:
        """Close all connections."""
        self._reading.dispose()
        self._writing.dispose()


class _Writes:
    """Transactions on the one writing connection, one at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turns = Turns()

    def begin(self) -> Connection:
        self._turns.take()
        try:
            connection = self._engine.connect()
            connection.begin()
        except BaseException:
            self._turns.give_back()
            raise
        return connection

    def end(self, connection: Connection) -> None:
        try:
            connection.close()
        finally:
            self._turns.give_back()

    def documents(self, connection: Connection) -> DocumentEngine:
        return SqlDocuments(connection)


class _Reads:
    """Transactions of units of work that only read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self) -> Connection:
        return self._engine.connect()

    def end(self, connection: Connection) -> None:
        connection.close()

    def documents(self, connection: Connection) -> DocumentEngine:
        return SqlDocuments(connection)
