"""What a flush is about to write, object by object; change sets are computed when somebody asks for them."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from opensky.mapping import describe
from opensky.persistence.documents.codec import Plain, plain_value
from opensky.persistence.documents.engine import Update
from opensky.persistence.documents.session import DocumentSession, Pending
from opensky.persistence.lifecycle.arguments import Scheduled
from opensky.persistence.lifecycle.changes import (
    Fields,
    ObjectChange,
    Operation,
    all_new,
    all_old,
    change_of,
    money_paths,
    money_whole,
)
from opensky.persistence.lifecycle.rows import plain_row, plain_row_before, row_changes


class Entry:
    """One object that is about to be written."""

    __slots__ = ("_compute", "_fields", "_update", "obj", "operation")

    def __init__(
        self,
        operation: Operation,
        obj: Any,
        compute: Callable[[], Fields],
        *,
        fields: Fields | None = None,
        update: Update | None = None,
    ) -> None:
        self.operation: Operation = operation
        self.obj = obj
        self._compute = compute
        self._update = update
        self._fields = fields

    @property
    def fields(self) -> Fields:
        """What changes; to be asked for before the object is written, and kept from then on."""
        if self._fields is None:
            self._fields = self._compute()
        return self._fields

    @property
    def scheduled(self) -> Scheduled:
        """What a listener of ``on_flush`` sees."""
        return Scheduled(self.operation, self.obj, self.fields)

    def assign(self, name: str, value: Any) -> None:
        """Give one field of an object that is updated anyway another value, without computing everything anew."""
        setattr(self.obj, name, value)
        self._fields = None
        if self._update is not None:
            plain = plain_value(value)
            self._update.changes[name] = (self._update.changes.get(name, (self._update.body.get(name), None))[0], plain)
            self._update.body[name] = plain


class Plan:
    """All that a flush is about to write: rows that SQLAlchemy tracks, and documents."""

    def __init__(self, entries: list[Entry], pending: dict[type, Pending], *, rows: bool) -> None:
        self.entries = entries
        """In the order in which listeners are told: rows, then documents class by class; new ones, changed ones, removed ones."""
        self.pending = pending
        self.rows = rows
        """Whether SQLAlchemy has something to do, be it to forget that the same value was assigned again."""

    @classmethod
    def of(cls, rows: Session | None, documents: DocumentSession) -> "Plan":
        """Return what would be written now."""
        pending = documents.pending()
        touched = rows is not None and touches(rows)
        found = list(row_entries(rows)) if rows is not None and touched else []
        return cls([*found, *_documents(pending, documents)], pending, rows=touched)

    def updates(self) -> Iterator[Entry]:
        """Yield the entries of objects that were there and really changed."""
        return (entry for entry in self.entries if entry.operation == "update")


def touches(rows: Session) -> bool:
    """Say whether a session has anything to flush."""
    return bool(rows.new or rows.dirty or rows.deleted)


def document_changes(pending: Mapping[type, Pending], documents: DocumentSession) -> list[ObjectChange]:
    """Return what a recorder is told of documents that are about to be written, as they will be then.

    Asked before, as what they were is forgotten with the writing; made at one go, as there may be thousands.
    """
    found: list[ObjectChange] = []
    for cls, each in pending.items():
        version = _version(cls)
        for obj, body in zip(each.inserts, each.bodies, strict=True):
            found.append(change_of("insert", obj, all_new(body, version)))
        whole = bool(money_paths(cls))
        for obj, update in each.updates:
            fields = money_whole(cls, update.changes, documents.snapshot(obj), update.body) if whole else update.changes
            after = None if version is None else update.version + 1
            found.append(ObjectChange("update", obj, cls, update.id, after, fields))
        found += [change_of("remove", obj, all_old(documents.snapshot(obj), version)) for obj in each.removals]
    return found


def row_entries(rows: Session) -> Iterator[Entry]:
    """Yield what is about to be written of rows."""
    for obj in rows.new:
        yield Entry("insert", obj, partial(_inserted_row, obj))
    for obj in sorted(rows.dirty, key=_by_key):
        if changed := row_changes(obj):
            yield Entry("update", obj, partial(row_changes, obj), fields=changed)
    for obj in rows.deleted:
        yield Entry("remove", obj, partial(_removed_row, obj))


def _documents(pending: dict[type, Pending], documents: DocumentSession) -> Iterator[Entry]:
    for cls, each in pending.items():
        for obj, body in zip(each.inserts, each.bodies, strict=True):
            yield Entry("insert", obj, partial(_inserted, cls, body))
        for obj, update in each.updates:
            yield Entry("update", obj, partial(_updated, cls, update, documents.snapshot(obj)), update=update)
        for obj in each.removals:
            yield Entry("remove", obj, partial(_removed, cls, documents.snapshot(obj)))


def _inserted_row(obj: Any) -> Fields:
    return all_new(plain_row(obj), None)


def _removed_row(obj: Any) -> Fields:
    return all_old(plain_row_before(obj), None)


def _inserted(cls: type, body: Plain) -> Fields:
    return all_new(body, _version(cls))


def _updated(cls: type, update: Update, snapshot: Plain) -> Fields:
    return money_whole(cls, update.changes, snapshot, update.body)


def _removed(cls: type, snapshot: Plain) -> Fields:
    return all_old(snapshot, _version(cls))


def _version(cls: type) -> str | None:
    version = describe(cls).version
    return version.name if version else None


def _by_key(obj: Any) -> tuple[str, Any]:
    """Sort what SQLAlchemy keeps in a set, so that listeners are told in the same order each time."""
    key = instance_state(obj).key
    return type(obj).__name__, key[1] if key else ()
