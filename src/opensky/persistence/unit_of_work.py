"""The unit of work: one set of tracked objects and one transaction, over rows and documents alike."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, Self, TypeVar

from sqlalchemy import Executable
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import IntegrityError

from opensky.kernel.clock import Clock
from opensky.mapping import describe
from opensky.persistence.connecting import undone
from opensky.persistence.documents.engine import DocumentEngine
from opensky.persistence.documents.filters import Filter
from opensky.persistence.documents.reading import DocumentQuery
from opensky.persistence.documents.session import DocumentSession
from opensky.persistence.duplicates import duplicate_from
from opensky.persistence.errors import ReadOnly
from opensky.persistence.flushing import Flush
from opensky.persistence.history.actor import Actor
from opensky.persistence.lifecycle.arguments import DocumentNotFoundEventArgs, LifecycleEventArgs
from opensky.persistence.lifecycle.changes import ObjectChange
from opensky.persistence.lifecycle.registry import Lifecycle, fire, make, stamp
from opensky.persistence.query import Command, Query
from opensky.persistence.references import load_references
from opensky.persistence.row_session import RowSession

T = TypeVar("T")
RecordChanges = Callable[["UnitOfWork", Sequence[ObjectChange]], None]
"""Told of all that a flush changed, once for each flush that changed something."""


class Transactions(Protocol):
    """Where a unit of work gets its transaction from."""

    def begin(self) -> Connection:
        """Wait for a turn and return a connection with a transaction begun."""

    def commit(self, connection: Connection) -> None:
        """Commit the transaction of a connection."""

    def end(self, connection: Connection) -> None:
        """Take the connection back and let the next one have its turn."""

    def documents(self, connection: Connection) -> DocumentEngine:
        """Return the document engine of a transaction: it writes with this connection, or what is to be written elsewhere."""


class UnitOfWork:
    """Objects that belong together for one request or job, and the transaction that they are written in.

    Nothing is locked before the first use. ``flush`` writes what changed: rows first, then documents in one batch a class.
    ``commit`` flushes, ends the transaction and then runs what ``after_commit`` was given; the unit can be used again and
    begins a new transaction then. Nothing is written without ``commit``.
    """

    def __init__(
        self,
        transactions: Transactions,
        clock: Clock,
        *,
        lifecycle: Lifecycle | None = None,
        read_only: bool = False,
    ) -> None:
        self._transactions = transactions
        self.clock = clock
        self.lifecycle = lifecycle or Lifecycle()
        self.resolve: Callable[[type], Any] = make
        """Gives the object of a listener class: a container's ``get``; without one, what needs nothing is just made."""
        self._read_only = read_only
        self._connection: Connection | None = None
        self._engine: DocumentEngine | None = None
        self._rows = RowSession(self, read_only=read_only)
        self._documents = DocumentSession(self, self._document_engine, read_only=read_only)
        self._flushing = Flush(self, self._rows, self._documents)
        self._after_commit: list[Callable[[], None]] = []
        self.commits = 0
        """How often it has committed, or tried to: what it has done until then cannot be done over."""
        self.statements = 0
        """How many prepared queries and commands it ran; the engine's own events see all others."""
        self.recorder: RecordChanges | None = None
        """Told at the end of each flush, in its transaction, what it changed. It may run statements and persist."""
        self.acting: Actor | None = None
        """Who changes something here, for those who ask: the recorder, listeners."""

    @property
    def connection(self) -> Connection:
        """The SQL connection of the transaction; begins it if it has not begun."""
        if self._connection is None:
            self._connection = self._transactions.begin()
            self._rows.bind(self._connection)
        return self._connection

    def persist(self, obj: object) -> None:
        """Keep a new object from the next flush on; an object that was read is tracked already."""
        self._refuse_if_read_only()
        heard = self.lifecycle.of(type(obj))
        half = self._documents if heard.documents else self._rows
        if heard.at_persist and half.is_new(obj):
            stamp(obj, heard, self.clock.now())
            fire(heard.pre_persist, LifecycleEventArgs("pre_persist", self, obj))
        half.add(obj)

    def persist_all(self, objects: Iterable[object]) -> None:
        """Keep several new objects."""
        for obj in objects:
            self.persist(obj)

    def remove(self, obj: object) -> None:
        """Remove an object at the next flush; one that was never written is forgotten."""
        self._refuse_if_read_only()
        heard = self.lifecycle.of(type(obj))
        half = self._documents if heard.documents else self._rows
        if heard.pre_remove and half.is_kept(obj):
            fire(heard.pre_remove, LifecycleEventArgs("pre_remove", self, obj))
        half.remove(obj)

    def get(self, cls: type[T], *key: Any) -> T | None:
        """Return the object of an id (of several values, for a composite key), or ``None``."""
        found = (self._documents if self.lifecycle.of(cls).documents else self._rows).get(cls, key)
        if found is None:
            self._not_found(cls, key if len(key) > 1 else key[0])
        return found

    def get_many(self, cls: type[T], keys: Sequence[Any]) -> list[T]:
        """Return the objects of these ids in their order, missing ones left out, with one statement."""
        if self.lifecycle.of(cls).documents:
            return self._documents.get_many(cls, keys)
        (id_,) = describe(cls).ids
        found = self._rows.known(cls, keys)
        if unknown := [k for k in dict.fromkeys(keys) if k not in found]:
            found |= {getattr(o, id_.name): o for o in self.find(cls, {id_.name: {"$in": unknown}})}
        return [found[k] for k in keys if k in found]

    def find(
        self, cls: type[T], filter_: Filter | None = None, *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[T]:
        """Return the objects that match a filter (see ``documents.filters``); what is pending is flushed first.

        Raises:
            Uncompilable: the filter or the sort cannot be compiled to SQL.
        """
        self._flush_pending()
        half = self._documents if self.lifecycle.of(cls).documents else self._rows
        return half.find(cls, filter_ or {}, sort=sort, limit=limit)

    def find_one(self, cls: type[T], filter_: Filter) -> T | None:
        """Return the first object that matches, or ``None``."""
        return next(iter(self.find(cls, filter_, limit=1)), None)

    def load(self, objects: Sequence[Any], *references: str) -> None:
        """Fill the named references of all ``objects`` (of one class), each with one statement."""
        for name in references:
            load_references(self, objects, name, self._not_found)

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run a Core statement in this transaction, after flushing what is pending.

        Bulk statements change rows behind the tracked objects and raise no lifecycle event.
        """
        self._flush_pending()
        try:
            result: CursorResult[Any] = self.connection.execute(statement, parameters)
        except IntegrityError as error:
            raise duplicate_from(error) from error
        return result

    def fetch(self, query: Query[T], **values: Any) -> list[T]:
        """Run a prepared query in this transaction, after flushing what is pending."""
        self._flush_pending()
        self.statements += 1
        return query.run(self._driver_cursor(), self.connection.dialect, values)

    def fetch_one(self, query: Query[T], **values: Any) -> T | None:
        """Return the first value of a prepared query in this transaction, or ``None``."""
        return next(iter(self.fetch(query, **values)), None)

    def read(self, query: DocumentQuery[T], **values: Any) -> list[T]:
        """Answer a prepared question about documents in this transaction, after flushing what is pending."""
        self._flush_pending()
        self.statements += 1
        return self._document_engine().read(query, values)

    def read_one(self, query: DocumentQuery[T], **values: Any) -> T | None:
        """Return the first answer to a prepared question about documents in this transaction, or ``None``."""
        return next(iter(self.read(query, **values)), None)

    def run(self, command: Command, *rows: dict[str, Any], **values: Any) -> int:
        """Run a prepared command, with ``values`` or once for each of ``rows``; return how many rows it touched.

        It changes rows behind the tracked objects and raises no lifecycle event.

        Raises:
            Duplicate: a unique value is taken.
            ReadOnly: this unit of work only reads.
        """
        self._refuse_if_read_only()
        self._flush_pending()
        self.statements += 1
        dialect = self.connection.dialect
        try:
            return command.run(self._driver_cursor(), dialect, rows or (values,))
        except dialect.loaded_dbapi.IntegrityError as error:
            raise duplicate_from(IntegrityError(None, None, error)) from error

    def flush(self) -> None:
        """Write all changes into the open transaction.

        Raises:
            StaleObject: an object was changed by somebody else since it was read.
            Duplicate: a unique value is taken.
            ReadOnly: this unit of work only reads, and something changed.
        """
        if self._read_only:
            self._refuse_changes()
            return
        self._flushing.run()

    def commit(self) -> None:
        """Flush, commit, and run what waits for the commit. On an error everything is rolled back and it is raised."""
        self._flushing.refuse_inside("commit")
        try:
            self.flush()
            self._rows.commit()
            if self._connection is not None:
                self.commits += 1
                self._transactions.commit(self._connection)
        except BaseException:
            self.rollback()
            raise
        engine = self._engine
        self._end()
        if engine is not None:
            engine.committed()
        waiting, self._after_commit = self._after_commit, []
        for callback in waiting:
            callback()

    def rollback(self) -> None:
        """Undo what was not committed and forget all objects; no lifecycle event is raised."""
        self._flushing.refuse_inside("rollback")
        self._after_commit.clear()
        self._documents.clear()
        self._rows.close()
        if self._connection is not None:
            undone(self._connection)
        if self._engine is not None:
            self._engine.rolled_back()
        self._end()

    def pause(self) -> None:
        """Let go of the connection, undoing what was flushed, but keep the objects: a later flush checks their versions."""
        self._flushing.refuse_inside("pause")
        if self._connection is not None:
            undone(self._connection)
        self._end()

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Run ``callback`` once the transaction has been committed; never if it is rolled back."""
        self._after_commit.append(callback)

    def close(self) -> None:
        """Roll back what was not committed and let go of the connection."""
        self.rollback()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _document_engine(self) -> DocumentEngine:
        connection = self.connection
        if self._engine is None:
            self._engine = self._transactions.documents(connection)
        return self._engine

    def _driver_cursor(self) -> Any:
        return self.connection.connection.cursor()

    def _flush_pending(self) -> None:
        if not self._read_only and self._connection is not None and not self._flushing.running:
            self.flush()

    def _refuse_if_read_only(self) -> None:
        if self._read_only:
            message = "This unit of work only reads; a write belongs into a POST action or a job."
            raise ReadOnly(message)

    def _refuse_changes(self) -> None:
        if self._rows.edited() or self._documents.edited():
            self._refuse_if_read_only()

    def _not_found(self, cls: type, key: Any) -> None:
        if calls := self.lifecycle.everywhere.document_not_found:
            fire(calls, DocumentNotFoundEventArgs("document_not_found", self, cls, key))

    def _end(self) -> None:
        self._engine = None
        if self._connection is not None:
            connection, self._connection = self._connection, None
            self._rows.bind(None)
            self._transactions.end(connection)
