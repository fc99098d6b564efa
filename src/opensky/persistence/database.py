"""The database: engines, tables and units of work of one installation."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DatabaseError

from opensky.kernel.clock import Clock, SystemClock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.watching import Watch
from opensky.mapping import describe
from opensky.persistence import schema
from opensky.persistence.bulk import Bulk
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.documents.sql_engine import SqlDocuments
from opensky.persistence.documents.whereabouts import check_whereabouts
from opensky.persistence.engines.opening import open_engine, read_url
from opensky.persistence.errors import ConnectionLost
from opensky.persistence.kept import KeptCursors
from opensky.persistence.lifecycle.registry import Lifecycle
from opensky.persistence.reader import Reader
from opensky.persistence.references import guard_references
from opensky.persistence.sql_mapper import map_entities
from opensky.persistence.tables import table
from opensky.persistence.transactions import Reads, Writes
from opensky.persistence.unit_of_work import UnitOfWork
from opensky.persistence.watched import watch_statements


class Database:
    """Opens units of work, readers and bulk writers over one SQL database, and documents there or elsewhere.

    ``url`` is an SQLAlchemy URL, or the path of an SQLite file. ``documents`` is empty for documents beside the rows, or the
    ``mongodb://`` address of another store. ``replicas`` are the URLs of copies that readers may read. ``model`` lists every
    class that is kept; ``threads`` is how many may work at once; ``watch`` is told how long each statement takes, and each wait.
    Nothing is opened before first use.
    """

    def __init__(
        self,
        url: str | Path | URL,
        model: Iterable[type],
        *,
        documents: str = "",
        replicas: Sequence[str] = (),
        ids: IdGenerator | None = None,
        clock: Clock | None = None,
        threads: int = 8,
        watch: Watch | None = None,
    ) -> None:
        self._sql = open_engine(url)
        self.url = self._sql.url
        self.dialect, self.embedded = self._sql.dialect, self._sql.embedded
        self.file = Path(self.url.database or "") if self.embedded else None
        """The SQLite file, if it is one."""
        self.clock = clock or SystemClock()
        self.ids = ids or IdGenerator(0, self.clock)
        self.model = tuple(model)
        _map(self.model)
        self.lifecycle = Lifecycle()
        """Who hears of what its units of work do; listeners are added while the application starts."""
        self.lifecycle.know(self.model)
        # A thread can hold two at once, its reader's and its reading unit's: with fewer, all could wait for each other.
        self._reading = self._sql.reading(2 * threads)
        self._writing = self._sql.writing(threads)
        self._replicas = [self._sql.reading(threads, read_url(replica)) for replica in replicas]
        self.replicated = bool(self._replicas)
        """Whether a reader may lag behind what was just written, so that who wrote should ask for the primary."""
        self._kept = KeptCursors(self._reading) if self.embedded else None
        self._turn = itertools.count()
        self.engines = (self._reading, self._writing, *self._replicas)
        if watch is not None:
            for engine in self.engines:
                watch_statements(engine, watch)
        self.elsewhere = _open_elsewhere(documents, watch) if documents else None
        """Where the documents are, if not beside the rows."""
        self._writes = Writes(self._writing, self._sql.turns(), self._writing_documents)
        self._reads = Reads(self._reading, self._reading_documents)
        self.versions: Callable[[], Sequence[str]] | None = None
        """Tells which deploy migrations fresh tables hold; a database with them gets new tables by migrations alone."""
        self.on_query: Callable[[str], None] | None = None
        """Told of each prepared query, which the engines' own events do not see."""

    def create(self) -> None:
        """Make the tables that are missing; an SQLite file is one that its owner alone can read.

        Raises:
            Misconfigured: a newer release made them, the file is no database or a damaged one, no server answers, or the
                documents are not where they are looked for.
        """
        with self._readable():
            self._sql.prepare()
            with self._writing.begin() as connection:
                schema.prepare(connection, self.versions and self.versions())
        self.check_documents()  # first: a database whose name is mistyped is to get no collections
        if self.elsewhere is not None:
            self.elsewhere.ensure(self.model)

    def check_documents(self, *, must_answer: bool = True) -> None:
        """Raise ``Misconfigured`` if the documents are not where they are looked for, or, if it ``must_answer``, no server is."""
        with self._readable(), self._reading.connect() as connection:
            try:
                check_whereabouts(connection, self.model, self.elsewhere and self.elsewhere.reading())
            except ConnectionLost as error:
                if must_answer and self.elsewhere is not None:
                    raise self.elsewhere.explain(error.__cause__ or error) from error

    def check(self, known: Iterable[str] = ()) -> None:
        """Raise ``Misconfigured`` if the tables belong to a newer release, or the database cannot be read.

        Raise ``Behind`` if it lacks one of the ``known`` deploy migrations.
        """
        with self._readable(), self._reading.connect() as connection:
            schema.check(connection, known)

    @property
    def created(self) -> bool:
        """Whether the tables are there; raises ``Misconfigured`` if the database cannot be read."""
        if self.file is not None and not self.file.exists():
            return False
        with self._readable(), self._reading.connect() as connection:
            return schema.version(connection) is not None

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Say of a database that cannot be read what it is and what to do."""
        try:
            yield
        except DatabaseError as error:
            explained = self._sql.explain(error)
            if explained is None:
                raise
            raise explained from error

    def unit_of_work(self, *, read_only: bool = False) -> UnitOfWork:
        """Open a unit of work; a reading one takes no turn to write and refuses changes. It never reads a replica."""
        transactions = self._reads if read_only else self._writes
        return UnitOfWork(transactions, self.clock, lifecycle=self.lifecycle, read_only=read_only)

    def reader(self, *, primary: bool = True) -> Reader:
        """Open a reader; one that need not see the newest commit, and so is not ``primary``, reads a replica if there is one."""
        elsewhere = self.elsewhere.reading if self.elsewhere is not None else None
        if primary or not self._replicas:
            return Reader(self._reading, self.on_query, elsewhere, kept=self._kept)
        replica = self._replicas[next(self._turn) % len(self._replicas)]
        return Reader(replica, self.on_query, elsewhere, instead=self._reading)

    def bulk(self) -> Bulk:
        """Open a bulk writer."""
        return Bulk(self._writes)

    def close(self) -> None:
        """Close all connections."""
        if self._kept is not None:
            self._kept.close()
        for engine in self.engines:
            engine.dispose()
        if self.elsewhere is not None:
            self.elsewhere.close()

    def _writing_documents(self, connection: Connection) -> DocumentEngine:
        if self.elsewhere is None:
            return SqlDocuments(connection)
        made: DocumentEngine = self.elsewhere.session(connection, self.ids, self.clock)
        return made

    def _reading_documents(self, connection: Connection) -> DocumentEngine:
        if self.elsewhere is None:
            return SqlDocuments(connection)
        made: DocumentEngine = self.elsewhere.reading()
        return made


def _map(model: Sequence[type]) -> None:
    """Make what is made of classes once: their tables, the guards of their references, and their mappers."""
    for cls in model:
        table(cls)
        if describe(cls).store == "documents":
            guard_references(cls)
    map_entities(model)


def _open_elsewhere(address: str, watch: Watch | None) -> Any:
    from opensky.persistence.documents.elsewhere import open_elsewhere  # noqa: PLC0415 - its driver is loaded only for it

    return open_elsewhere(address, watch)
