"""The flush: what one unit of work writes, rows first, then documents in one batch a class; and who is told of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.exc import StaleDataError

from opensky.mapping import describe
from opensky.persistence.documents.session import DocumentSession, Pending
from opensky.persistence.duplicates import duplicate_from
from opensky.persistence.errors import StaleObject
from opensky.persistence.lifecycle.changes import (
    Fields,
    ObjectChange,
    Operation,
    all_new,
    all_old,
    change_of,
    money_whole,
)
from opensky.persistence.lifecycle.rows import plain_row, plain_row_before, row_changes

Record = Callable[[Sequence[ObjectChange]], None]
Documents = dict[type, Pending]
Change = tuple[Operation, Any, Fields]


class Flush:
    """Writes what the rows' session and the document session hold, once or more often."""

    def __init__(self, documents: DocumentSession, session: Callable[[], Session]) -> None:
        self._documents = documents
        self._session = session
        self.running = False

    def run(self, rows: Session | None, record: Record | None) -> None:
        """Write all changes, then hand what changed to ``record``; nothing is computed for nobody."""
        if rows is not None and not (rows.new or rows.dirty or rows.deleted):
            rows = None
        pending = self._documents.pending()
        if record is None:
            self._write(rows, pending)
        elif rows is not None or pending:
            self._write_recorded(rows, pending, record)

    def _write(self, rows: Session | None, pending: Documents) -> None:
        if rows is not None:
            with _translated():
                self._session().flush()  # with a connection, which a session that only waited may not have
        self._documents.write(pending)

    def _write_recorded(self, rows: Session | None, pending: Documents, record: Record) -> None:
        found = [*_row_changes(rows), *self._document_changes(pending)]
        self._write(rows, pending)
        self.running = True
        try:
            if found:
                record([change_of(*change) for change in found])
        finally:
            self.running = False

    def _document_changes(self, pending: Documents) -> Iterator[Change]:
        for cls, each in pending.items():
            version = describe(cls).version
            name = version.name if version else None
            for obj, body in zip(each.inserts, each.bodies, strict=True):
                yield "insert", obj, all_new(body, name)
            for obj, update in each.updates:
                old = self._documents.snapshot(obj)
                yield "update", obj, money_whole(cls, update.changes, old, update.body)
            for obj in each.removals:
                yield "remove", obj, all_old(self._documents.snapshot(obj), name)


def _row_changes(rows: Session | None) -> Iterator[Change]:
    if rows is None:
        return
    for obj in rows.new:
        yield "insert", obj, all_new(plain_row(obj), None)
    for obj in sorted(rows.dirty, key=_by_key):
        if fields := row_changes(obj):
            yield "update", obj, fields
    for obj in rows.deleted:
        yield "remove", obj, all_old(plain_row_before(obj), None)


def _by_key(obj: Any) -> tuple[str, Any]:
    """Sort what SQLAlchemy keeps in a set: the order in which changes are told is the same each time."""
    key = instance_state(obj).key
    return type(obj).__name__, key[1] if key else ()


@contextmanager
def _translated() -> Iterator[None]:
    """Raise our errors for SQLAlchemy's."""
    try:
        yield
    except StaleDataError as error:
        message = "It was changed by somebody else meanwhile; please look again and repeat."
        raise StaleObject(message) from error
    except IntegrityError as error:
        raise duplicate_from(error) from error
