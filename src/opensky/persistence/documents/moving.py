"""Moving all documents of a shop from beside the rows into another database, or back. The shop must be stopped meanwhile.

Each portion is one SQL transaction, so that a document is always in one of the two places; after an interruption the
same call goes on.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Connection

from opensky.kernel.errors import Conflict, Misconfigured
from opensky.mapping import describe
from opensky.persistence import relay
from opensky.persistence.database import Database
from opensky.persistence.documents.codec import Plain
from opensky.persistence.documents.elsewhere import DocumentStore
from opensky.persistence.documents.engine import DocumentEngine, Removal
from opensky.persistence.documents.journal_tables import HEADS
from opensky.persistence.documents.sql_engine import SqlDocuments
from opensky.persistence.documents.whereabouts import check_belonging, documents_of
from opensky.persistence.tables import table

AT_ONCE = 500
Told = Callable[[str, int], None]
"""Hears the name of a collection and how many of its documents have been moved."""


def move_out(database: Database, told: Told) -> int:
    """Move what is beside the rows into the other database of ``database``; returns how many documents.

    Raises:
        Misconfigured: the other database holds documents that do not belong to these rows.
        Conflict: something cannot be applied there; it is in the journal, and nothing is lost.
    """
    store = _store(database)
    store.ensure(database.model)
    with database.unit_of_work(read_only=True) as unit:
        check_belonging(unit.connection, documents_of(database.model), store.reading())
    moved = sum(_class_by_class(database, told, _portion_out))
    _arrived(database)
    return moved


def move_back(database: Database, told: Told) -> int:
    """Move everything from the other database of ``database`` beside the rows; returns how many documents.

    Raises:
        Conflict: something cannot be applied there yet, or is missing there; nothing more is moved then.
    """
    _arrived(database)
    moved = sum(_class_by_class(database, told, _portion_back))
    _arrived(database)
    return moved


def _class_by_class(database: Database, told: Told, portion: "_Portion") -> Iterator[int]:
    for cls in documents_of(database.model):
        moved = 0
        while True:
            with database.unit_of_work() as unit:
                there = _store(database).session(unit.connection, database.ids, database.clock)
                number = portion(unit.connection, there, cls)
                unit.commit()
            there.committed()
            if not number:
                break
            moved += number
            told(describe(cls).name, moved)
        yield moved


def _portion_out(connection: Connection, there: DocumentEngine, cls: type) -> int:
    rows = connection.execute(select(table(cls).c.body).order_by(table(cls).c.id).limit(AT_ONCE)).scalars()
    bodies: list[Plain] = [msgspec.json.decode(body) for body in rows]
    if bodies:
        there.insert(cls, bodies)
        SqlDocuments(connection).remove(cls, _removals(bodies))
    return len(bodies)


def _portion_back(connection: Connection, there: DocumentEngine, cls: type) -> int:
    of_class = (HEADS.c.collection == describe(cls).name, HEADS.c.removed.is_(False))
    wanted = connection.execute(select(HEADS.c.id).where(*of_class).order_by(HEADS.c.id).limit(AT_ONCE)).scalars().all()
    bodies = there.find(cls, {"id": {"$in": list(wanted)}})
    if missing := sorted(set(wanted) - {body["id"] for body in bodies}):
        raise Conflict(f"{len(missing)} {cls.__name__} are not where they should be, such as that of id {missing[0]}.")
    if bodies:
        there.remove(cls, _removals(bodies))
        SqlDocuments(connection).insert(cls, bodies)
    return len(bodies)


_Portion = Callable[[Connection, DocumentEngine, type], int]


def _removals(bodies: Sequence[Plain]) -> list[Removal]:
    return [Removal(body["id"], body.get("version", 0)) for body in bodies]


def _store(database: Database) -> DocumentStore:
    if database.elsewhere is None:
        raise Misconfigured("Nothing can be moved: documents_url names no other database.")
    store: DocumentStore = database.elsewhere
    return store


def _arrived(database: Database) -> None:
    """Apply what waits; raises ``Conflict`` if something cannot be."""
    relay.redo_once(database, due_only=False)
    left = relay.waiting(database)
    if left.rows:
        raise Conflict(
            f"{left.rows} changes of documents cannot be applied: {left.error}. Mend that, and call this again."
        )
